import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import { serviceCall } from '../../core/ports';
import type { OperationsOf, Service } from '../../core/service';
import type { ServiceName } from '../../wire/catalog';

type Api<Client> = {
  readonly [Name in keyof OperationsOf<Client>]-?: NonNullable<OperationsOf<Client>[Name]> extends (
    input: infer Input,
    ...rest: never[]
  ) => infer Output
    ? (input: Input) => Promise<Awaited<Output>>
    : never;
};

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

/** What CloudFormation calls the services in its messages. */
const SERVICE_IDS: Readonly<Record<keyof Clients, string>> = {
  ec2: 'Ec2',
  autoscaling: 'AutoScaling',
  elbv2: 'ElasticLoadBalancingV2',
  states: 'Sfn',
  dynamodb: 'DynamoDb',
  s3: 'S3',
  ssm: 'Ssm',
  sns: 'Sns',
  iam: 'Iam',
  lambda: 'Lambda',
  cloudwatch: 'CloudWatch',
  logs: 'CloudWatchLogs',
  apigateway: 'ApiGatewayV2',
  scheduler: 'Scheduler',
  events: 'EventBridge',
};

/** Makes the clients. What a service refuses is thrown as a `ServiceFailure`. */
export function makeClients(
  context: Context,
  services: Readonly<Partial<Record<ServiceName, Service>>>,
): Clients {
  const names = Object.keys(SERVICE_IDS) as (keyof Clients)[];
  return Object.fromEntries(
    names.map((name) => [name, makeClient(context, name, () => services[name])]),
  ) as never;
}

function makeClient(context: Context, name: keyof Clients, find: () => Service | undefined): object {
  return new Proxy(
    {},
    {
      get: (_target, operation: string) => async (input: unknown) => {
        const call = serviceCall(context, 'cloudformation');
        const run = find()?.operations[operation];
        try {
          if (!run)
            throw new AwsError('InvalidAction', `The action ${operation} is not valid for this endpoint.`);
          return await run(input as never, call);
        } catch (error) {
          if (error instanceof AwsError) throw new ServiceFailure(SERVICE_IDS[name], error, call.requestId);
          throw error;
        }
      },
    },
  );
}
