import type { Instance, SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Context } from './context';
import { uuid } from './ids';
import type { Principal } from './principal';
import type { Call } from './service';

/** What other services may ask EC2 beside its API operations. */
export interface Ec2Directory {
  vpc(vpcId: string): Vpc | undefined;
  subnet(subnetId: string): Subnet | undefined;
  securityGroup(groupId: string): SecurityGroup | undefined;
  instance(instanceId: string): Instance | undefined;
  /** Called at every change of an instance's state. Returns how to end it. */
  onInstanceState(listener: (instanceId: string, state: string) => void): () => void;
  /**
   * Makes a network interface for a service (a load balancer's node, a function's), attached to the network.
   * @param options `publicAddress`: give it a public IPv4 address too
   */
  createInterface(options: {
    subnetId: string;
    groupIds: readonly string[];
    description: string;
    publicAddress?: boolean;
  }): { interfaceId: string; privateIp: string; publicIp?: string };
  deleteInterface(interfaceId: string): void;
}

/** Temporary credentials as STS gives them. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** What other services may ask IAM and STS beside their API operations. */
export interface IamDirectory {
  /** Credentials of a role session; throws an `AwsError` when there is no such role. */
  issue(roleArn: string, sessionName: string, seconds?: number): IssuedCredentials;
  /** Whose key this is; a key that was never issued here is the root user's. */
  principalOf(accessKeyId: string): Principal;
  /** By name or ARN. */
  instanceProfile(nameOrArn: string): { arn: string; id: string; name: string; roleArn?: string } | undefined;
  role(nameOrArn: string): { arn: string; name: string; assumableBy: readonly string[] } | undefined;
}

/** What other services may ask the Parameter Store beside its API operations. */
export interface SsmDirectory {
  /** The value of a parameter (public `/aws/service/…` ones included), optionally `name:version`. */
  parameter(name: string): string | undefined;
}

/** A call that an AWS service makes itself, as with its service-linked role. */
export function serviceCall(context: Context, service: string): Call {
  return {
    region: context.region,
    accountId: context.accountId,
    requestId: uuid(),
    principal: {
      accessKeyId: '',
      accountId: context.accountId,
      arn: `arn:aws:iam::${context.accountId}:role/aws-service-role/${service}.amazonaws.com`,
      userId: service,
    },
  };
}

/** Whether an AWS service makes this call itself; only such calls may set tags that begin with `aws:`. */
export function isServiceCall(call: Call): boolean {
  return call.principal.arn.includes(':role/aws-service-role/');
}
