import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { Inspector2Client } from '@aws-sdk/client-inspector2';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface ClientConfig {
  region?: string;
  maxAttempts: number;
  requestHandler: { connectionTimeout: number };
}

/** A region that nothing comes through to must not use up the time of a function that has others to look at. Milliseconds. */
const CONNECTION_TIMEOUT = 10_000;

/** Makes one client a region, at its first use, for the life of the process. No region means that of the function. */
function perRegion<Client>(make: (config: ClientConfig) => Client): (region?: string) => Client {
  const clients = new Map<string | undefined, Client>();
  return (region) => {
    const requestHandler = { connectionTimeout: CONNECTION_TIMEOUT };
    const made = clients.get(region) ?? make({ ...(region && { region }), maxAttempts: 4, requestHandler });
    clients.set(region, made);
    return made;
  };
}

// The marks let esbuild leave out of a bundle the clients that its function does not use.
export const autoScaling = /* @__PURE__ */ perRegion((config) => new AutoScalingClient(config));
export const classicLoadBalancing = /* @__PURE__ */ perRegion(
  (config) => new ElasticLoadBalancingClient(config),
);
export const cloudWatch = /* @__PURE__ */ perRegion((config) => new CloudWatchClient(config));
export const ec2 = /* @__PURE__ */ perRegion((config) => new EC2Client(config));
export const eventBridge = /* @__PURE__ */ perRegion((config) => new EventBridgeClient(config));
export const iam = /* @__PURE__ */ perRegion((config) => new IAMClient(config));
export const inspector = /* @__PURE__ */ perRegion((config) => new Inspector2Client(config));
export const kms = /* @__PURE__ */ perRegion((config) => new KMSClient(config));
export const loadBalancing = /* @__PURE__ */ perRegion((config) => new ElasticLoadBalancingV2Client(config));
export const s3 = /* @__PURE__ */ perRegion((config) => new S3Client(config));
export const scheduler = /* @__PURE__ */ perRegion((config) => new SchedulerClient(config));
export const secretsManager = /* @__PURE__ */ perRegion((config) => new SecretsManagerClient(config));
export const serviceQuotas = /* @__PURE__ */ perRegion((config) => new ServiceQuotasClient(config));
export const sfn = /* @__PURE__ */ perRegion((config) => new SFNClient(config));
export const sns = /* @__PURE__ */ perRegion((config) => new SNSClient(config));
export const ssm = /* @__PURE__ */ perRegion((config) => new SSMClient(config));
/** For what is done twice where it is asked for twice: the SDK does not ask again, whoever does looks first. */
export const ssmOnce = /* @__PURE__ */ perRegion((config) => new SSMClient({ ...config, maxAttempts: 1 }));
export const dynamo = /* @__PURE__ */ perRegion((config) =>
  DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
  }),
);

/** Whether an error of the SDK is one of these codes: `InvalidAMIName.Duplicate` and the like. */
export function isAwsError(error: unknown, ...codes: string[]): error is Error {
  return error instanceof Error && codes.includes(error.name);
}
