import type { RoleSessions } from '../../../core/authorization/role-sessions';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Call } from '../../../core/service';
import type { TaskCall } from '../execution/scope';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { invokeFunction, invokeLambda } from './lambda';
import { adaptOutput, adaptParameters, optimizedError, sdkError } from './optimized';
import { callSdk, SdkError } from './sdk-calls';

/** Services whose name in a Resource is another than their client's. */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  autoscaling: 'auto-scaling',
  cloudwatchlogs: 'cloudwatch-logs',
  elasticloadbalancingv2: 'elastic-load-balancing-v2',
  events: 'eventbridge',
  states: 'sfn',
};

/**
 * Calls what tasks name, as the role of their state machine, and puts the answers and errors into the shapes that Step Functions gives
 * them.
 */
export class Integrations {
  constructor(
    private readonly context: Context,
    private readonly sessions: RoleSessions,
  ) {}

  /** @throws StatesError with the integration's error name */
  async call(task: TaskCall): Promise<Json> {
    const { resource, parameters } = task;
    const call = this.makeCall(task);
    if (resource.service === 'lambda-function')
      return (await invokeFunction(this.context, call, { FunctionName: resource.arn }, parameters)).payload;
    if (resource.service === 'lambda') return invokeLambda(this.context, call, parameters);
    if (resource.pattern === 'sync')
      throw new StatesError('States.Runtime', `The embedded AWS lacks the integration ${resource.arn}`);
    return this.callApi(task, call);
  }

  /** @throws StatesError for a role that is gone, or that does not trust Step Functions any more */
  private makeCall({ traceId, origin }: TaskCall): Call {
    const { region, accountId } = this.context;
    try {
      const principal = this.sessions.principalOf(origin.roleArn, origin.stateMachineArn);
      return { region, accountId, requestId: uuid(), principal, traceId };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new StatesError(
        'States.TaskFailed',
        `The role ${origin.roleArn} cannot be assumed: ${error.message}`,
      );
    }
  }

  private async callApi({ resource, parameters, origin }: TaskCall, call: Call): Promise<Json> {
    const isSdk = resource.service.startsWith('aws-sdk:');
    const name = isSdk ? resource.service.slice('aws-sdk:'.length) : resource.service;
    const service = SERVICE_NAMES[name] ?? name;
    const operation = `${resource.action.charAt(0).toUpperCase()}${resource.action.slice(1)}`;
    try {
      if (isSdk) return await callSdk(this.context, call, { service, operation, parameters });
      const adapted = adaptParameters(name, parameters, origin);
      return adaptOutput(
        name,
        await callSdk(this.context, call, { service, operation, parameters: adapted }),
        call.requestId,
      );
    } catch (error) {
      if (!(error instanceof SdkError)) throw error;
      throw isSdk ? sdkError(name, error) : optimizedError(name, error);
    }
  }
}
