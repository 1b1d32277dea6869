import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SFN } from '@aws-sdk/client-sfn';
import { SNS } from '@aws-sdk/client-sns';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import type { Aws } from '../../src/aws';
import type { Tally } from './tally';

const SERVICES = {
  autoscaling: AutoScaling,
  cloudformation: CloudFormation,
  cloudwatch: CloudWatch,
  logs: CloudWatchLogs,
  dynamodb: DynamoDB,
  ec2: EC2,
  elb: ElasticLoadBalancingV2,
  events: EventBridge,
  iam: IAM,
  kms: KMS,
  lambda: Lambda,
  s3: S3,
  scheduler: Scheduler,
  secrets: SecretsManager,
  sfn: SFN,
  sns: SNS,
  ssm: SSM,
  sts: STS,
};

/** A client of each service, with connections of its own. */
export type Clients = {
  readonly [Name in keyof typeof SERVICES]: InstanceType<(typeof SERVICES)[Name]>;
};

/** What the SDK's clients have in common here. */
interface SdkClient {
  readonly middlewareStack: {
    add(
      middleware: (next: (call: object) => Promise<object>) => (call: object) => Promise<object>,
      options: { readonly step: 'deserialize'; readonly name: string; readonly priority: 'high' },
    ): void;
  };
  destroy(): void;
}

/**
 * Clients of all services, each made when it is first used, whose calls are counted, each attempt for itself.
 *
 * @returns the clients, and what closes their connections
 */
export function newClients(
  settings: Aws['client'],
  tally: Tally,
): { readonly clients: Clients; readonly close: () => void } {
  const made = new Map<string, SdkClient>();
  const clients = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(SERVICES).map(([service, Client]) => {
        const get = () => {
          const found =
            made.get(service) ??
            newClient(Client as unknown as new (settings: object) => SdkClient, service, settings, tally);
          made.set(service, found);
          return found;
        };
        return [service, { get }];
      }),
    ),
  ) as Clients;
  return {
    clients,
    close: () => {
      for (const client of made.values()) client.destroy();
    },
  };
}

function newClient(
  Client: new (settings: object) => SdkClient,
  service: string,
  settings: Aws['client'],
  tally: Tally,
): SdkClient {
  const client = new Client({ ...settings, forcePathStyle: true });
  client.middlewareStack.add(
    (next) => async (call) => {
      const begun = performance.now();
      try {
        const result = await next(call);
        tally.note({ service, status: 200, milliseconds: performance.now() - begun });
        return result;
      } catch (error) {
        tally.note({ service, ...outcomeOf(error), milliseconds: performance.now() - begun });
        throw error;
      }
    },
    { step: 'deserialize', name: 'tally', priority: 'high' },
  );
  return client;
}

function outcomeOf(thrown: unknown): { status: number; error: string } {
  const { name, code, $metadata, $response } = thrown as {
    readonly name?: string;
    readonly code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly statusCode?: number };
  };
  return {
    status: $metadata?.httpStatusCode ?? $response?.statusCode ?? 0,
    error: code ?? name ?? 'Error',
  };
}
