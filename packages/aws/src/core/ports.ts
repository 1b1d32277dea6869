import type { Server } from 'node:http';
import type {
  Address,
  Instance,
  NetworkInterfaceType,
  ScanResults,
  SecurityGroup,
  Subnet,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { PolicyDocument } from 'aws-languages/policy/document';
import type { PassedEndpoint, Permissions } from './authorization/authorization';
import type { Principal } from './principal';

/** The inside of an instance that runs, as an agent on it has it. */
export interface InstanceMachine {
  /** Since when a service of its operating system runs, as `amazon-ssm-agent`; undefined for one that does not. */
  activeSince(service: string): Date | undefined;
  /**
   * Runs a script as root, which is written to a path. An aborted signal kills it.
   * @returns what became of it; undefined where the machine stopped before it ended
   */
  runScript(script: {
    readonly path: string;
    readonly text: string;
    readonly workingDirectory: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string } | undefined>;
}

/** What a program has of the machine it runs on. */
export interface ProgramHost {
  /** Behind the program's name, as the unit's `ExecStart` has them. */
  readonly args: readonly string[];
  /** A file of the disk; undefined where there is none. */
  readFile(path: string): Uint8Array | undefined;
  /** AWS's time. */
  now(): Date;
  /** Sleeps AWS seconds; rejects when the machine stops. Where time leaps, this is how an answer takes AWS's time: Node's timers are work. */
  sleep(seconds: number): Promise<void>;
}

/** A server that whoever starts the embedded AWS has and no machine knows, as an application of their own. */
export interface ServerProgram {
  /** The machine's TCP port. */
  readonly port: number;
  /** Called each time the program is started. @returns a server that listens to nothing yet */
  serve(host: ProgramHost): Server;
}

/** Programs by the path at which a machine's disk must have an executable file for them to be run. */
export type ServerPrograms = Readonly<Record<string, ServerProgram>>;

/** What other services may ask EC2 beside its API operations. */
export interface Ec2Port {
  vpc(vpcId: string): Vpc | undefined;
  subnet(subnetId: string): Subnet | undefined;
  securityGroup(groupId: string): SecurityGroup | undefined;
  instance(instanceId: string): Instance | undefined;
  listInstances(): readonly Instance[];
  /** The inside of an instance that runs. */
  machine(instanceId: string): InstanceMachine | undefined;
  /** Credentials of the role that an instance has by its profile; undefined without one, and where EC2 may not assume it. */
  credentialsOf(
    instanceId: string,
  ): Promise<{ readonly accessKeyId: string; readonly expiration: Date } | undefined>;
  /** The operating system of an instance goes down and comes up again. */
  reboot(instanceId: string): void;
  /** Keeps what Inspector has found on an image. @returns whether there is such an image */
  noteScan(imageId: string, results: ScanResults): boolean;
  /** Called at every change of an instance's state. Returns how to end it. */
  onInstanceState(listener: (instanceId: string, state: string) => void): () => void;
  /**
   * Makes a network interface for a service (a load balancer's node, a function's), attached to the network.
   * @param options `requester`: who owns it, as EC2 shows it (`amazon-aws` by default); `publicAddress`: give it a public IPv4 address too; `allocationId`: that of an Elastic IP; `privateAddress`: of the
   * subnet and free
   */
  createInterface(options: {
    subnetId: string;
    groupIds: readonly string[];
    description: string;
    requester?: 'amazon-elb';
    type?: NetworkInterfaceType;
    publicAddress?: boolean;
    allocationId?: string;
    privateAddress?: string;
  }): { interfaceId: string; privateIp: string; publicIp?: string };
  deleteInterface(interfaceId: string): void;
  /** An Elastic IP address. */
  elasticIp(allocationId: string): Address | undefined;
  /** Whether somebody in the subnet has the private address. */
  hasAddress(subnetId: string, address: string): boolean;
  /**
   * Whether the AWS API can be reached from a network interface: through a NAT gateway, by its own address, or at an endpoint.
   * @param service the one that is to be reached, as endpoints name it: `ssm`; an endpoint of any service will do without it
   */
  reachesAws(interfaceId: string, service?: string): boolean;
  /**
   * The endpoint of the VPC through which calls of a service come from whoever holds credentials: a function, or an instance. Undefined
   * where they come another way.
   * @param service its signing name: `s3`
   */
  endpointFor(holder: Pick<Principal, 'heldBy' | 'interfaceId'>, service: string): PassedEndpoint | undefined;
}

/** What tells sessions of a role apart. */
export type SessionTraits = Pick<Principal, 'heldBy' | 'interfaceId' | 'sessionPolicies' | 'sessionTags'>;

/** Temporary credentials as STS gives them. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** A role, as a service that is given it sees it. */
export interface RoleOfService {
  readonly arn: string;
  readonly name: string;
  /**
   * Whether the role's trust policy, its conditions and what it denies included, lets a service take it on.
   * @param service `states.amazonaws.com`
   * @param sourceArn the resource that the service does it for: the value of `aws:SourceArn`
   */
  trusts(service: string, sourceArn: string): boolean;
}

/** What other services may ask IAM and STS beside their API operations. */
export interface IamPort {
  /**
   * Credentials of a role session; throws an `AwsError` when there is no such role.
   * @param of what the session is beside: who holds it, its tags, the policies that narrow it down
   */
  issue(roleArn: string, sessionName: string, seconds?: number, of?: SessionTraits): IssuedCredentials;
  /** Whose key this is, of those that were issued here. */
  principalOf(accessKeyId: string): Principal;
  /** What a caller may do by the policies of its own; undefined for whom none limits: the root user. */
  permissionsOf(principal: Principal): Permissions | undefined | Promise<Permissions | undefined>;
  /** By name or ARN. */
  instanceProfile(nameOrArn: string): { arn: string; id: string; name: string; roleArn?: string } | undefined;
  role(nameOrArn: string): RoleOfService | undefined;
  /** The first principal that a resource's policy names, is to be of this account, and is not there: no such policy is taken. */
  findMissingPrincipal(policy: PolicyDocument): string | undefined;
  /**
   * Says what uses the service-linked role of a service in a region: IAM asks before it deletes one.
   * @param service `autoscaling.amazonaws.com`
   * @param find the ARNs of what uses the role of an ARN
   */
  useLinkedRole(service: string, region: string, find: (roleArn: string) => readonly string[]): void;
}

/** What services ask IAM whose resources have policies. */
export type PrincipalPort = Pick<IamPort, 'findMissingPrincipal'>;

/** What other services may ask the Parameter Store beside its API operations. */
export interface SsmPort {
  /** The value of a parameter (public `/aws/service/…` ones included), optionally `name:version`. */
  parameter(name: string): string | undefined;
  /** Whether an agent on an instance can be told to run something. */
  isManaged(instanceId: string): Promise<boolean>;
  /** Whether that agent may run an association by which it tells what software is on the instance. */
  tellsInventory(instanceId: string): Promise<boolean>;
}
