import type { Instance } from '@aws-sdk/client-ec2';
import type { PingStatus } from '@aws-sdk/client-ssm';
import packages from '../../../../data/al2023/packages.json';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import { uuid } from '../../../core/ids';
import type { Ec2Port, IamPort, InstanceMachine } from '../../../core/ports';
import type { Principal } from '../../../core/principal';
import type { Call } from '../../../core/service';

const AGENT = 'amazon-ssm-agent';

/** Of the release of Amazon Linux 2023 that machines have. */
export const AGENT_VERSION = packages.find(({ name }) => name === AGENT)?.version ?? '';

/** An agent says every five minutes that it is there. Seconds of AWS time. */
const PING_SECONDS = 300;

/** Before the end of credentials, others take their place. Milliseconds of AWS time. */
const MARGIN = 300_000;

/** An instance whose agent has registered with Systems Manager. */
export interface ManagedInstance {
  readonly instance: Instance;
  readonly pingStatus: PingStatus;
  readonly lastPing: Date;
}

interface Registration {
  lastPing: Date;
}

/** The agents on the instances of a region: who of them can be told to run something. */
export class Agents {
  private readonly registrations = new Map<string, Registration>();
  private readonly sessions = new Map<string, { principal: Principal; expires: number }>();
  private readonly timers = new Set<Cancel>();
  private readonly stopListening: () => void;

  constructor(
    private readonly context: Context,
    private readonly ec2: Ec2Port,
    private readonly iam: Pick<IamPort, 'principalOf'>,
  ) {
    this.stopListening = ec2.onInstanceState((id, state) => {
      if (state === 'running') this.awaitAgent(id);
      if (state === 'terminated') this.forget(id);
    });
  }

  dispose(): void {
    this.stopListening();
    for (const cancel of this.timers) cancel();
  }

  /** An instance that runs or has run an agent; undefined for one that never registered, or is no more. */
  async find(instanceId: string): Promise<ManagedInstance | undefined> {
    const instance = this.ec2.instance(instanceId);
    return instance && (await this.look(instance));
  }

  /** All that run or have run an agent, the oldest first. */
  async list(): Promise<ManagedInstance[]> {
    const found: ManagedInstance[] = [];
    for (const instance of this.ec2.listInstances()) {
      const managed = await this.look(instance);
      if (managed) found.push(managed);
    }
    return found;
  }

  /** Where what is sent can be run now; undefined while no agent is there to take it. */
  async findOnline(instanceId: string): Promise<InstanceMachine | undefined> {
    const managed = await this.find(instanceId);
    return managed?.pingStatus === 'Online' ? this.ec2.machine(instanceId) : undefined;
  }

  /** Who calls with the instance's credentials; undefined for an instance that has none. */
  async callOf(instanceId: string): Promise<Call | undefined> {
    const principal = await this.principalOf(instanceId);
    const { region, accountId } = this.context;
    return principal && { region, accountId, requestId: uuid(), principal };
  }

  /**
   * Whether an instance's role lets the agent find the associations of its instance, read the document of the one that gathers inventory, tell
   * what it has gathered, and how that ended.
   * https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/association/service/service.go
   */
  async mayTellInventory(InstanceId: string): Promise<boolean> {
    const call = await this.callOf(InstanceId);
    if (!call) return false;
    const steps = Object.entries({
      ListInstanceAssociations: { InstanceId },
      GetDocument: { Name: 'AWS-GatherSoftwareInventory' },
      PutInventory: { InstanceId },
      UpdateInstanceAssociationStatus: { InstanceId },
    });
    for (const [operation, input] of steps)
      if (!(await this.context.permits(call, 'ssm', operation, input))) return false;
    return true;
  }

  private async look(instance: Instance): Promise<ManagedInstance | undefined> {
    const { InstanceId: id = '', State } = instance;
    if (State?.Name === 'terminated' || State?.Name === 'shutting-down') return undefined;
    const since = this.ec2.machine(id)?.activeSince(AGENT);
    const now = this.context.clock.now();
    const upSeconds = since === undefined ? -1 : (now.getTime() - since.getTime()) / 1000;
    const isOnline =
      State?.Name === 'running' &&
      upSeconds >= durations.agentOnline.seconds &&
      (await this.mayRegister(instance));
    if (isOnline) {
      const sincePing = (upSeconds - durations.agentOnline.seconds) % PING_SECONDS;
      this.registrations.set(id, { lastPing: new Date(now.getTime() - sincePing * 1000) });
    }
    const registration = this.registrations.get(id);
    if (!registration) return undefined;
    return { instance, pingStatus: isOnline ? 'Online' : 'ConnectionLost', lastPing: registration.lastPing };
  }

  /**
   * Whether Systems Manager can be reached, and the instance's role lets the agent register and get messages, over either channel.
   * https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
   */
  private async mayRegister({ InstanceId: id = '', NetworkInterfaces }: Instance): Promise<boolean> {
    const interfaceId = NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
    const reaches = (service: string) => this.ec2.reachesAws(interfaceId, service);
    if (!reaches('ssm')) return false;
    const call = await this.callOf(id);
    if (!call) return false;
    const may = (operation: string, input: Record<string, unknown> = {}) =>
      this.context.permits(call, 'ssm', operation, input);
    if (!(await may('UpdateInstanceInformation', { InstanceId: id }))) return false;
    if (reaches('ssmmessages') && (await may('OpenControlChannel'))) return true;
    return reaches('ec2messages') && (await may('GetMessages'));
  }

  private forget(instanceId: string): void {
    this.registrations.delete(instanceId);
    for (const key of this.sessions.keys()) if (key.startsWith(`${instanceId} `)) this.sessions.delete(key);
  }

  private async principalOf(instanceId: string): Promise<Principal | undefined> {
    const profile = this.ec2.instance(instanceId)?.IamInstanceProfile?.Arn;
    if (profile === undefined) return undefined;
    const key = `${instanceId} ${profile}`;
    const open = this.sessions.get(key);
    if (open && open.expires - MARGIN > this.context.clock.millis()) return open.principal;
    const credentials = await this.ec2.credentialsOf(instanceId);
    if (!credentials) return undefined;
    const principal = this.iam.principalOf(credentials.accessKeyId);
    this.sessions.set(key, { principal, expires: credentials.expiration.getTime() });
    return principal;
  }

  /** An agent registers by itself, whether anybody asks or not. */
  private awaitAgent(instanceId: string): void {
    if (!this.ec2.instance(instanceId)?.IamInstanceProfile) return;
    const seconds = durations.instanceBoot.seconds + durations.agentOnline.seconds + 1;
    const cancel = this.context.clock.after(seconds, () => {
      this.timers.delete(cancel);
      // The account may go meanwhile.
      this.find(instanceId).catch(() => {});
    });
    this.timers.add(cancel);
  }
}
