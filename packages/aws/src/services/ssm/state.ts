import type { Instance } from '@aws-sdk/client-ec2';
import type { Target } from '@aws-sdk/client-ssm';
import { parseArn, splitResource } from 'aws-languages/arn';
import { RoleSessions } from '../../core/authorization/role-sessions';
import { AwsError } from '../../core/aws-error';
import { type Api, clientOf } from '../../core/client';
import type { Context } from '../../core/context';
import type { Ec2Port, IamPort, SsmPort } from '../../core/ports';
import type { Call, Operation, OperationsOf } from '../../core/service';
import { forwarded } from '../../core/service-call';
import { Agents } from './agents/agents';
import { type Command, hasEnded } from './commands/command';
import { versionNotFound } from './errors';
import { newestVersion, type ParameterVersion, type StoredParameter } from './parameter';

export type Client = typeof import('@aws-sdk/client-ssm');

/** One of Systems Manager's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SsmState, Name>;

/** The services that Systems Manager looks into. */
export interface Needs {
  readonly ec2: Ec2Port;
  readonly iam: IamPort;
}

/** A parameter version that a name, with or without a selector, means. */
export interface Selection {
  readonly name: string;
  readonly version: ParameterVersion;
  /** `:3` or `:label`, as it was asked for. */
  readonly selector?: string;
}

/** A name as parameters are told apart by it: at the root of the hierarchy, `/name` and `name` are one parameter. */
function keyOf(name: string): string {
  return name.lastIndexOf('/') === 0 ? name.slice(1) : name;
}

/** Milliseconds for which Run Command shows what has ended: 30 days. https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html */
const COMMANDS_MILLIS = 30 * 86_400_000;
/** Commands that are remembered; AWS remembers all. */
const MOST_COMMANDS = 2000;

/** AWS Systems Manager in one region: its Parameter Store, and the commands that instances run. */
export class SsmState implements SsmPort {
  private readonly parameters = new Map<string, StoredParameter>();
  private isDisposed = false;
  readonly agents: Agents;
  private readonly ordered = new Map<string, Command>();
  /** The names of parameters whose newest value is being looked at before it is written. */
  readonly validating = new Set<string>();
  /** The roles that send notifications. */
  readonly roles: RoleSessions;

  /** @param published Amazon's own: readable by all, and by nobody writable */
  constructor(
    readonly context: Context,
    private readonly published: ReadonlyMap<string, string>,
    readonly needs: Needs,
  ) {
    this.agents = new Agents(context, needs.ec2, needs.iam);
    this.roles = new RoleSessions(needs.iam, context.clock, ['ssm.amazonaws.com']);
  }

  /** By id, the oldest first. */
  get commands(): ReadonlyMap<string, Command> {
    return this.ordered;
  }

  /** Remembers a command, and forgets those that ended long ago. */
  remember(command: Command): void {
    const oldest = this.context.clock.millis() - COMMANDS_MILLIS;
    for (const [id, earlier] of this.ordered) {
      const isOld = earlier.requestedAt.getTime() < oldest;
      if (!isOld && this.ordered.size < MOST_COMMANDS) break;
      if (earlier.invocations.every(hasEnded)) this.ordered.delete(id);
    }
    this.ordered.set(command.id, command);
  }

  dispose(): void {
    this.isDisposed = true;
    this.agents.dispose();
    for (const parameter of this.parameters.values()) parameter.stopPolicies?.();
  }

  parameter(name: string): string | undefined {
    try {
      return this.select(name)?.version.value;
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  async isManaged(instanceId: string): Promise<boolean> {
    return (await this.agents.findOnline(instanceId)) !== undefined;
  }

  tellsInventory(instanceId: string): Promise<boolean> {
    return this.agents.mayTellInventory(instanceId);
  }

  /** Systems Manager itself, with a caller's rights. */
  apiAs(call: Call): Api<Client> {
    return clientOf<Client>(this.context, 'ssm', () => forwarded(call, 'ssm.amazonaws.com'));
  }

  /** Lets something go on by itself, which nobody waits for, until the account goes. */
  follow(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.isDisposed) throw error;
    });
  }

  instanceArn(instanceId: string): string {
    return `arn:aws:ec2:${this.context.region}:${this.context.accountId}:instance/${instanceId}`;
  }

  /** Amazon's own documents are in no account. */
  documentArn(name: string): string {
    const owner = name.startsWith('AWS-') ? '' : this.context.accountId;
    return `arn:aws:ssm:${this.context.region}:${owner}:document/${name}`;
  }

  /** The ids of the instances that all of the targets mean. */
  instancesOf(targets: readonly Target[]): string[] {
    return this.needs.ec2
      .listInstances()
      .filter((instance) => targets.every((target) => isMeant(instance, target)))
      .map(({ InstanceId = '' }) => InstanceId);
  }

  /** The parameter's name, which may be given as an ARN. A path's ARN has no slash before it. */
  nameOf(nameOrArn: string): string {
    const arn = parseArn(nameOrArn);
    if (arn?.service !== 'ssm') return nameOrArn;
    const { id } = splitResource(arn.resource);
    const [bare = ''] = id.split(':');
    const parameter = this.parameters.get(bare);
    return parameter ? `${parameter.name}${id.slice(bare.length)}` : `/${id}`;
  }

  add(parameter: StoredParameter): void {
    this.parameters.set(keyOf(parameter.name), parameter);
  }

  /** @returns false when there is no such parameter */
  delete(name: string): boolean {
    const parameter = this.stored(name);
    if (!parameter) return false;
    this.parameters.delete(keyOf(parameter.name));
    parameter.stopPolicies?.();
    this.announce(parameter, newestVersion(parameter), 'Delete');
    return true;
  }

  stored(name: string): StoredParameter | undefined {
    return this.parameters.get(keyOf(this.nameOf(name)));
  }

  /** All of the account's own, by name. */
  list(): StoredParameter[] {
    return [...this.parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All names that can be read, Amazon's own too. */
  names(): string[] {
    return [...[...this.parameters.values()].map(({ name }) => name), ...this.published.keys()].sort();
  }

  /**
   * Finds what `name`, `name:version`, `name:label` or an ARN means; undefined when there is no such parameter.
   *
   * @throws AwsError `ParameterVersionNotFound`
   */
  select(nameAndSelector: string): Selection | undefined {
    const [bare = '', selector, ...more] = this.nameOf(nameAndSelector).split(':');
    if (more.length > 0) return undefined;
    const published = this.published.get(bare);
    if (published !== undefined) return { name: bare, version: this.publishedVersion(published) };
    const parameter = this.parameters.get(keyOf(bare));
    if (!parameter) return undefined;
    if (selector === undefined) return { name: bare, version: newestVersion(parameter) };
    const version = parameter.versions.find(
      (one) => String(one.version) === selector || one.labels.has(selector),
    );
    if (version) return { name: bare, version, selector: `:${selector}` };
    const what = /^\d+$/.test(selector) ? `version ${selector}` : `label ${selector}`;
    throw versionNotFound(what, bare);
  }

  arn(name: string): string {
    const { region, accountId } = this.context;
    const owner = this.published.has(name) ? '' : accountId;
    return `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`;
  }

  /** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
  announce(
    parameter: StoredParameter,
    version: ParameterVersion,
    operation: string,
    more: object = {},
  ): void {
    this.context.bus.announce({
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      resources: [this.arn(parameter.name)],
      detail: {
        operation,
        name: parameter.name,
        type: version.type,
        ...(version.description && { description: version.description }),
        ...more,
      },
    });
  }

  private publishedVersion(value: string): ParameterVersion {
    return {
      version: 1,
      value,
      type: 'String',
      dataType: 'text',
      tier: 'Standard',
      modifiedAt: new Date(this.context.clock.origin - 14 * 86_400_000),
      modifiedBy: 'Amazon',
      labels: new Set(),
      policies: [],
    };
  }
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html */
function isMeant({ InstanceId = '', Tags = [] }: Instance, { Key: key = '', Values = [] }: Target): boolean {
  if (key === 'InstanceIds') return Values.includes(InstanceId);
  if (key === 'tag-key') return Tags.some(({ Key = '' }) => Values.includes(Key));
  if (!key.startsWith('tag:')) throw new AwsError('InvalidTarget', `The target key ${key} is not supported.`);
  return Tags.some(({ Key, Value = '' }) => Key === key.slice(4) && Values.includes(Value));
}
