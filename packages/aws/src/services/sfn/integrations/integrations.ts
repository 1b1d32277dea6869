import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { IamPort } from '../../../core/ports';
import type { InvokeRequest, InvokeResult } from '../../lambda/invocation/invoke';
import type { TaskCall } from '../execution/scope';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { adaptOutput, adaptParameters, optimizedError, sdkError, sdkMetadata } from './optimized';
import { type CallService, SdkCalls, SdkError } from './sdk-calls';

/** What Step Functions needs of Lambda. */
export interface FunctionRunner {
  invoke(request: InvokeRequest): Promise<InvokeResult>;
  invokeLater(request: InvokeRequest): string;
}

/** What Step Functions stands on. All but `lambda` and `iam` are read when needed, so they may be getters. */
export interface IntegrationTargets {
  readonly lambda: FunctionRunner;
  /**
   * Calls any operation of any service of the region in-process, for `aws-sdk:` and the optimized integrations.
   * @param service name in the catalogue, e.g. `ec2`, `dynamodb`, `sns`, `events`
   * @param operation e.g. `DescribeImages`
   */
  readonly callService?: CallService;
  readonly iam: Pick<IamPort, 'issue'>;
}

/** Calls what tasks name, and puts the answers and errors into the shapes that Step Functions gives them. */
export class Integrations {
  private readonly sdk: SdkCalls;

  constructor(
    private readonly context: Context,
    private readonly targets: IntegrationTargets,
  ) {
    this.sdk = new SdkCalls(context, targets.callService);
  }

  /** @throws StatesError with the integration's error name */
  async call(task: TaskCall): Promise<Json> {
    const { resource, parameters, traceId } = task;
    if (resource.service === 'lambda-function')
      return this.invokeFunction({
        functionName: resource.arn,
        payload: JSON.stringify(parameters),
        traceId,
      }).then(({ payload }) => JSON.parse(payload));
    if (resource.service === 'lambda') return this.invokeLambda(parameters, traceId);
    if (resource.pattern === 'sync')
      throw new StatesError('States.Runtime', `The embedded AWS lacks the integration ${resource.arn}`);
    return this.callSdk(task);
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
  private async invokeLambda(parameters: Json, traceId: string): Promise<Json> {
    const input = parameters as {
      FunctionName?: string;
      Payload?: Json;
      Qualifier?: string;
      InvocationType?: string;
    };
    if (typeof input !== 'object' || input === null || typeof input.FunctionName !== 'string')
      throw new StatesError('States.Runtime', "The Parameters of lambda:invoke need a 'FunctionName'");
    const request = {
      functionName: input.FunctionName,
      qualifier: input.Qualifier,
      payload: JSON.stringify(input.Payload ?? {}),
      traceId,
    };
    if (input.InvocationType === 'Event') {
      const requestId = this.refused(() => this.targets.lambda.invokeLater(request));
      return describeAnswer(requestId, 202, {});
    }
    const { payload, executedVersion, requestId } = await this.invokeFunction(request);
    return describeAnswer(requestId, 200, { ExecutedVersion: executedVersion, Payload: JSON.parse(payload) });
  }

  private async invokeFunction(request: InvokeRequest): Promise<InvokeResult> {
    const fault = this.context.faults.take('lambda', 'Invoke', 'error');
    if (fault)
      throw lambdaError(
        new AwsError(
          fault.code ?? 'ServiceException',
          fault.message ?? 'Internal error',
          fault.status ?? 500,
        ),
      );
    let result: InvokeResult;
    try {
      result = await this.targets.lambda.invoke(request);
    } catch (error) {
      throw error instanceof AwsError ? lambdaError(error) : error;
    }
    if (result.error) throw new StatesError(result.error.errorType || 'Lambda.Unknown', result.payload);
    return result;
  }

  private refused<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      throw error instanceof AwsError ? lambdaError(error) : error;
    }
  }

  private async callSdk({ resource, parameters, traceId, origin }: TaskCall): Promise<Json> {
    const isSdk = resource.service.startsWith('aws-sdk:');
    const name = isSdk ? resource.service.slice('aws-sdk:'.length) : resource.service;
    const service = SERVICE_NAMES[name] ?? name;
    const operation = `${resource.action.charAt(0).toUpperCase()}${resource.action.slice(1)}`;
    const request = { service, operation, traceId, roleArn: origin.roleArn };
    try {
      if (isSdk) return await this.sdk.call({ ...request, parameters });
      const output = await this.sdk.call({
        ...request,
        parameters: adaptParameters(name, parameters, origin),
      });
      return adaptOutput(name, output);
    } catch (error) {
      if (!(error instanceof SdkError)) throw error;
      throw isSdk ? sdkError(name, error) : optimizedError(name, error);
    }
  }
}

/** Services whose name in a Resource is another than their client's. */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  autoscaling: 'auto-scaling',
  cloudwatchlogs: 'cloudwatch-logs',
  elasticloadbalancingv2: 'elastic-load-balancing-v2',
  events: 'eventbridge',
  states: 'sfn',
};

function lambdaError(error: AwsError): StatesError {
  return new StatesError(
    `Lambda.${error.code}`,
    `${error.message} (Service: Lambda, Status Code: ${error.status}, Request ID: ${uuid()})`,
  );
}

function describeAnswer(requestId: string, statusCode: number, members: { [key: string]: Json }): Json {
  return {
    ...members,
    ...sdkMetadata(requestId, statusCode, { 'X-Amz-Executed-Version': '$LATEST' }),
    StatusCode: statusCode,
  };
}
