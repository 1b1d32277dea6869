import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import type { Context } from '../../../core/context';
import { serviceCall } from '../../../core/service-call';

/** The other services of the region, as CloudFormation calls them. */
export interface Clients {
  readonly ec2: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly autoscaling: Api<typeof import('@aws-sdk/client-auto-scaling')>;
  readonly elbv2: Api<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>;
  readonly states: Api<typeof import('@aws-sdk/client-sfn')>;
  readonly dynamodb: Api<typeof import('@aws-sdk/client-dynamodb')>;
  readonly s3: Api<typeof import('@aws-sdk/client-s3')>;
  readonly ssm: Api<typeof import('@aws-sdk/client-ssm')>;
  readonly sns: Api<typeof import('@aws-sdk/client-sns')>;
  readonly iam: Api<typeof import('@aws-sdk/client-iam')>;
  readonly lambda: Api<typeof import('@aws-sdk/client-lambda')>;
  readonly cloudwatch: Api<typeof import('@aws-sdk/client-cloudwatch')>;
  readonly logs: Api<typeof import('@aws-sdk/client-cloudwatch-logs')>;
  readonly apigateway: Api<typeof import('@aws-sdk/client-apigatewayv2')>;
  readonly scheduler: Api<typeof import('@aws-sdk/client-scheduler')>;
  readonly events: Api<typeof import('@aws-sdk/client-eventbridge')>;
}

/** Another service refused a call of CloudFormation's. */
export class ServiceFailure extends Error {
  readonly code: string;

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

/** The services' folders, and what CloudFormation calls them in its messages. */
const SERVICES: Readonly<Record<keyof Clients, { readonly folder: string; readonly id: string }>> = {
  ec2: { folder: 'ec2', id: 'Ec2' },
  autoscaling: { folder: 'auto-scaling', id: 'AutoScaling' },
  elbv2: { folder: 'elastic-load-balancing-v2', id: 'ElasticLoadBalancingV2' },
  states: { folder: 'sfn', id: 'Sfn' },
  dynamodb: { folder: 'dynamodb', id: 'DynamoDb' },
  s3: { folder: 's3', id: 'S3' },
  ssm: { folder: 'ssm', id: 'Ssm' },
  sns: { folder: 'sns', id: 'Sns' },
  iam: { folder: 'iam', id: 'Iam' },
  lambda: { folder: 'lambda', id: 'Lambda' },
  cloudwatch: { folder: 'cloudwatch', id: 'CloudWatch' },
  logs: { folder: 'cloudwatch-logs', id: 'CloudWatchLogs' },
  apigateway: { folder: 'apigatewayv2', id: 'ApiGatewayV2' },
  scheduler: { folder: 'scheduler', id: 'Scheduler' },
  events: { folder: 'eventbridge', id: 'EventBridge' },
};

/** Makes the clients. What a service refuses is thrown as a `ServiceFailure`. */
export function makeClients(context: Context): Clients {
  const names = Object.keys(SERVICES) as (keyof Clients)[];
  return Object.fromEntries(names.map((name) => [name, makeClient(context, name)])) as never;
}

function makeClient(context: Context, name: keyof Clients): object {
  const { folder, id } = SERVICES[name];
  return new Proxy(
    {},
    {
      get: (_target, operation: string) => async (input: object) => {
        const call = serviceCall(context, 'cloudformation');
        try {
          return await context.invoke(call, folder, operation, input);
        } catch (error) {
          if (error instanceof AwsError) throw new ServiceFailure(id, error, call.requestId);
          throw error;
        }
      },
    },
  );
}
