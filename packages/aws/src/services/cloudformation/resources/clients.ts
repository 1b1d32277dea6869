import { AwsError, mayPass } from '../../../core/aws-error';
import type { Call } from '../../../core/call';
import { type Api, clientOf } from '../../../core/client';
import type { Context, Invoke } from '../../../core/context';
import { serviceCall } from '../../../core/service-call';

/** The other services of the region, as CloudFormation calls them. Each is named as its folder, `auto-scaling` as `autoScaling`. */
export interface Clients {
  readonly apigatewayv2: Api<typeof import('@aws-sdk/client-apigatewayv2')>;
  readonly autoScaling: Api<typeof import('@aws-sdk/client-auto-scaling')>;
  readonly cloudwatch: Api<typeof import('@aws-sdk/client-cloudwatch')>;
  readonly cloudwatchLogs: Api<typeof import('@aws-sdk/client-cloudwatch-logs')>;
  readonly dynamodb: Api<typeof import('@aws-sdk/client-dynamodb')>;
  readonly ec2: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly ecr: Api<typeof import('@aws-sdk/client-ecr')>;
  readonly elasticLoadBalancing: Api<typeof import('@aws-sdk/client-elastic-load-balancing')>;
  readonly elasticLoadBalancingV2: Api<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>;
  readonly eventbridge: Api<typeof import('@aws-sdk/client-eventbridge')>;
  readonly iam: Api<typeof import('@aws-sdk/client-iam')>;
  readonly kms: Api<typeof import('@aws-sdk/client-kms')>;
  readonly lambda: Api<typeof import('@aws-sdk/client-lambda')>;
  readonly s3: Api<typeof import('@aws-sdk/client-s3')>;
  readonly scheduler: Api<typeof import('@aws-sdk/client-scheduler')>;
  readonly secretsManager: Api<typeof import('@aws-sdk/client-secrets-manager')>;
  readonly sfn: Api<typeof import('@aws-sdk/client-sfn')>;
  readonly sns: Api<typeof import('@aws-sdk/client-sns')>;
  readonly ssm: Api<typeof import('@aws-sdk/client-ssm')>;
}

/** Seconds between the attempts. */
const PAUSES = [1, 2, 4, 8, 16];

/** Another service refused a call of CloudFormation's. */
export class ServiceFailure extends Error {
  readonly code: string;

  /** @param service as CloudFormation's messages name it, e.g. `AutoScaling` */
  constructor(
    readonly service: string,
    readonly error: AwsError,
    readonly requestId: string,
  ) {
    super(error.message, { cause: error });
    this.name = error.code;
    this.code = error.code;
  }
}

/**
 * Makes the clients. What a service refuses is thrown as a `ServiceFailure`; a throttle, a failure of its own or no answer only when it lasts for half a minute.
 *
 * @param makeCall with whose rights they call: CloudFormation's own, unless others are given
 */
export function makeClients(
  context: Context,
  makeCall: () => Call = () => serviceCall(context, 'cloudformation'),
): Clients {
  const invoke: Invoke = async (call, service, operation, input) => {
    try {
      return await patiently(context, () => context.invoke(call, service, operation, input));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const model = await context.model(service);
      throw new ServiceFailure(javaName(model?.serviceId ?? service), error, call.requestId);
    }
  };
  return new Proxy({} as Clients, {
    get: (_target, name: string) => clientOf({ invoke }, folderOf(name), makeCall),
  });
}

/**
 * Handlers try again what a downstream service fails at, or does not answer.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
 */
async function patiently<T>({ clock }: Context, attempt: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      await clock.sleep(pause);
    }
  }
  return attempt();
}

/** `elasticLoadBalancingV2` is `elastic-load-balancing-v2`. */
function folderOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * The name of a service in the AWS SDK for Java, which CloudFormation's own handlers use: `EC2` is `Ec2`,
 * `Elastic Load Balancing v2` is `ElasticLoadBalancingV2`.
 */
function javaName(serviceId: string): string {
  const words = serviceId.split(/[ -]|(?<=[a-z])(?=[A-Z])/);
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`).join('');
}
