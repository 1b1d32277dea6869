import { durations } from '../../durations';
import type { Realm } from '../../realm';
import { AwsError } from '../../wire/aws-error';
import { serviceCall } from '../directories';
import type { Activities } from './activities';
import type { Dependencies } from './dependencies';
import type { Group, Member } from './group';
import { activeMembers, isPending, isTerminating } from './group';
import type { Launcher } from './launch';
import { passHooks } from './lifecycle-hooks';
import { type HealthView, isBalanced, isFailing, type LoadBalancing } from './load-balancing';
import { chooseVictim } from './placement';
import { zonesToFill } from './rebalance';
import { activeRefresh, isReady, launchConfiguration } from './refresh';
import type { Refresher } from './refresher';

interface Parts {
  readonly deps: Dependencies;
  readonly launcher: Launcher;
  readonly activities: Activities;
  readonly balancing: LoadBalancing;
  readonly refresher: Refresher;
  /** Called when a group that is being deleted is empty. */
  readonly onEmpty: (group: Group) => void;
}

/** Keeps groups as they shall be: turn by turn, one turn of a group at a time. */
export class Keeper {
  private readonly running = new Map<Group, { again: boolean }>();
  private readonly scaleOuts = new Map<Group, () => void>();
  private disposed = false;

  constructor(
    private readonly realm: Realm,
    private readonly parts: Parts,
  ) {}

  /** Lets the group take a turn soon: after anything that may matter to it. */
  wake(group: Group): void {
    const run = this.running.get(group);
    if (run) run.again = true;
    else if (!this.disposed) void this.run(group);
  }

  dispose(): void {
    this.disposed = true;
  }

  private async run(group: Group): Promise<void> {
    const run = { again: true };
    this.running.set(group, run);
    try {
      while (run.again && !this.disposed) {
        run.again = false;
        await this.turn(group);
      }
    } catch (error) {
      // The next tick tries again; whoever runs the embedded AWS must see it.
      if (!this.disposed) console.error(`Auto Scaling group ${group.name}:`, error);
    } finally {
      this.running.delete(group);
    }
  }

  private async turn(group: Group): Promise<void> {
    for (const member of [...group.members.values()]) await this.settle(group, member);
    await this.checkHealth(group);
    const orders = await this.parts.refresher.step(group);
    for (const member of orders?.terminate ?? []) {
      await this.terminate(
        group,
        member,
        `At ${this.parts.activities.stamp()} an instance was taken out of service in response to an instance refresh.`,
      );
    }
    const capacity = orders?.capacity ?? group.desired + Number(this.isEvening(group));
    await this.shrink(group, capacity);
    await this.fill(group, capacity);
    if (!orders) await this.even(group);
    this.endScaleOut(group);
    if (group.deleting && group.members.size === 0) this.parts.onEmpty(group);
  }

  /** Brings a member on its way: into service, or out of the group. */
  private async settle(group: Group, member: Member): Promise<void> {
    if (isPending(member)) await this.settleLaunch(group, member);
    if (isTerminating(member)) await this.settleTermination(group, member);
    if (member.lifecycle === 'Detaching' && (await this.isDrained(group, member))) {
      await this.parts.launcher.unmark(member.instanceId);
      this.leave(group, member);
    }
    if (member.lifecycle === 'EnteringStandby' && (await this.isDrained(group, member))) {
      member.lifecycle = 'Standby';
      this.parts.activities.succeed(group, member);
    }
  }

  private async settleLaunch(group: Group, member: Member): Promise<void> {
    const state = this.stateOf(member);
    if (state === 'pending') return;
    if (state !== 'running') {
      const reason = this.parts.deps.ec2.instance(member.instanceId)?.StateReason?.Message;
      const message = `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: ${reason ?? 'Server.InternalError: Internal error on launch'}`;
      this.failMember(group, member, message);
      await this.terminate(group, member, message, false);
      return;
    }
    const outcome = passHooks(this.realm, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING');
    if (outcome === 'waiting') return;
    if (outcome === 'abandon') {
      this.failMember(group, member, "Instance failed to complete user's Lifecycle Action");
      await this.terminate(
        group,
        member,
        `At ${this.parts.activities.stamp()} an instance was taken out of service in response to an abandoned lifecycle action.`,
        false,
      );
      return;
    }
    await this.enterService(group, member);
  }

  private async enterService(group: Group, member: Member): Promise<void> {
    member.inServiceAt = this.realm.clock.millis();
    if (!group.suspended.has('AddToLoadBalancer')) {
      try {
        for (const arn of group.settings.targetGroupArns)
          await this.parts.balancing.register(arn, [member.instanceId]);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.failMember(group, member, `${error.message}. Launching EC2 instance failed.`);
        await this.terminate(group, member, error.message, false);
        return;
      }
    }
    member.completedHooks.clear();
    member.lifecycle = 'InService';
    group.launchFailures = 0;
    this.parts.activities.succeed(group, member);
  }

  private failMember(group: Group, member: Member, message: string): void {
    this.parts.activities.cancel(group, member, message);
    group.nextLaunchAt = this.realm.clock.millis() + durations.launchRetry.seconds * 1000;
    group.launchFailures += 1;
    this.parts.refresher.noteFailure(group, `${member.instanceId}: ${message}`, member.instanceId);
  }

  /**
   * Takes a member out: its target groups drain it first, then EC2 terminates it.
   *
   * @param announce whether the termination is an activity of its own
   */
  async terminate(group: Group, member: Member, cause: string, announce = true): Promise<void> {
    if (isTerminating(member)) return;
    if (announce) {
      this.parts.activities.cancel(group, member, 'The instance is terminated before it is in service.');
      member.activity = this.parts.activities.begin(group, {
        description: `Terminating EC2 instance: ${member.instanceId}`,
        cause,
        status: 'InProgress',
        place: { zone: member.zone, subnetId: member.subnetId },
      });
    }
    member.pendingHook = undefined;
    member.completedHooks.clear();
    member.lifecycle = 'Terminating';
    await this.leaveTargetGroups(group, member);
    await this.settleTermination(group, member);
  }

  /** Begins the draining in all target groups. */
  async leaveTargetGroups(group: Group, member: Member): Promise<void> {
    member.leavingSince = this.realm.clock.millis();
    if (member.inServiceAt === undefined) return;
    for (const arn of group.settings.targetGroupArns)
      await this.parts.balancing.deregister(arn, member.instanceId);
  }

  private async settleTermination(group: Group, member: Member): Promise<void> {
    const state = this.stateOf(member);
    const over = state === 'terminated' || state === undefined;
    if (!over && !member.terminationRequested) {
      if (!(await this.isDrained(group, member))) {
        if (member.activity) {
          member.activity.StatusCode = 'WaitingForELBConnectionDraining';
          member.activity.Progress = 30;
        }
        return;
      }
      // A group that is deleted by force takes its lifecycle actions with it.
      const hooks = () => passHooks(this.realm, group, member, 'autoscaling:EC2_INSTANCE_TERMINATING');
      if (!group.deleting && hooks() === 'waiting') return;
      if (member.activity) {
        member.activity.StatusCode = 'InProgress';
        member.activity.Progress = 70;
      }
      try {
        await this.parts.deps.ec2.operations.TerminateInstances(
          { InstanceIds: [member.instanceId] },
          serviceCall(this.realm, 'autoscaling'),
        );
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        // The next tick tries again; the other instances need not wait for this one.
        if (member.activity) member.activity.StatusMessage = error.message;
        return;
      }
      member.terminationRequested = true;
      if (this.stateOf(member) !== 'terminated') return;
    }
    if (over || this.stateOf(member) === 'terminated') this.leave(group, member);
  }

  private leave(group: Group, member: Member): void {
    group.members.delete(member.instanceId);
    this.parts.activities.succeed(group, member);
  }

  private async isDrained(group: Group, member: Member): Promise<boolean> {
    if (member.inServiceAt === undefined || this.stateOf(member) !== 'running') return true;
    return this.parts.balancing.isDrained(group.settings.targetGroupArns, member.instanceId);
  }

  private async checkHealth(group: Group): Promise<void> {
    if (group.members.size === 0 && ![...group.attachments.values()].includes('Adding')) return;
    const view = await this.parts.balancing.view(group);
    const inService = [...group.members.values()].filter((member) => member.lifecycle === 'InService');
    for (const member of inService) {
      member.balanced = isBalanced(group, member, view);
      if (member.health === 'Healthy' && !group.suspended.has('HealthCheck')) this.judge(group, member, view);
    }
    this.followAttachments(group, inService, view);
    if (group.suspended.has('ReplaceUnhealthy') || group.suspended.has('Terminate')) return;
    for (const member of inService) {
      if (member.health === 'Healthy') continue;
      const cause = member.unhealthyCause ?? 'in response to a user health-check.';
      this.parts.refresher.noteFailure(
        group,
        `${member.instanceId} was taken out of service ${cause}`,
        member.instanceId,
      );
      group.replacements += 1;
      await this.terminate(
        group,
        member,
        `At ${this.parts.activities.stamp()} an instance was taken out of service ${cause}`,
      );
    }
  }

  private judge(group: Group, member: Member, view: HealthView): void {
    const state = this.stateOf(member);
    if (state !== 'running' && state !== 'pending') {
      member.health = 'Unhealthy';
      member.unhealthyCause =
        'in response to an EC2 health check indicating it has been terminated or stopped.';
      return;
    }
    const graceUntil = (member.inServiceAt ?? 0) + group.settings.healthCheckGracePeriod * 1000;
    if (this.realm.clock.millis() < graceUntil) return;
    if (group.settings.healthCheckType.includes('ELB') && isFailing(group, member, view)) {
      member.health = 'Unhealthy';
      member.unhealthyCause = 'in response to an ELB system health check failure.';
    }
  }

  /** Adding until all are registered, Added until one is healthy, InService from then on. */
  private followAttachments(group: Group, inService: readonly Member[], view: HealthView): void {
    for (const [arn, state] of group.attachments) {
      const targets = view.get(arn);
      if (state === 'Adding' && inService.every((member) => targets?.has(member.instanceId)))
        group.attachments.set(arn, 'Added');
      const healthy = inService.some((member) => targets?.get(member.instanceId)?.State === 'healthy');
      if (group.attachments.get(arn) === 'Added' && healthy) group.attachments.set(arn, 'InService');
      if (state === 'Removing' && !targets) group.attachments.delete(arn);
    }
  }

  private async shrink(group: Group, capacity: number): Promise<void> {
    if (group.deleting) return this.empty(group);
    if (group.suspended.has('Terminate')) return;
    const refresh = activeRefresh(group);
    for (let count = activeMembers(group).length; count > capacity; count -= 1) {
      const active = activeMembers(group);
      const outdated = active.filter((member) => refresh?.replace.has(member.instanceId));
      const victim = chooseVictim(group, outdated) ?? chooseVictim(group, active);
      if (!victim) return;
      await this.terminate(group, victim, `${group.capacityCause ?? ''}${this.shrinkCause(victim, count)}`);
    }
  }

  /** Takes out all instances of a group that is deleted by force, protected ones and those in standby too. */
  private async empty(group: Group): Promise<void> {
    const left = [...group.members.values()].filter(
      (member) => !isTerminating(member) && member.lifecycle !== 'Detaching',
    );
    for (const [index, member] of left.entries()) {
      const cause = `At ${this.parts.activities.stamp()} a user request force deleted AutoScalingGroup changing the desired capacity to 0.  `;
      await this.terminate(group, member, `${cause}${this.shrinkCause(member, left.length - index)}`);
    }
  }

  private shrinkCause(victim: Member, count: number): string {
    const now = this.parts.activities.stamp();
    return `At ${now} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${count} to ${count - 1}.  At ${now} instance ${victim.instanceId} was selected for termination.`;
  }

  private async fill(group: Group, capacity: number): Promise<void> {
    if (group.deleting || group.suspended.has('Launch')) return;
    const refresh = activeRefresh(group);
    let count = activeMembers(group).length;
    while (count < capacity && !group.deleting && !this.disposed) {
      if (this.realm.clock.millis() < group.nextLaunchAt) return;
      if (!refresh) this.beginScaleOut(group);
      const launched = await this.parts.launcher.launch(
        group,
        launchConfiguration(group),
        this.launchCause(group, count, capacity, refresh !== undefined),
      );
      if ('failure' in launched) {
        this.parts.refresher.noteFailure(group, launched.failure);
        return;
      }
      if (group.replacements > 0) group.replacements -= 1;
      this.parts.refresher.noteLaunch(group, launched.instanceId);
      count = activeMembers(group).length;
    }
    if (count >= capacity) group.capacityCause = undefined;
  }

  /** Launches one instance more where there are too few, before one where there are too many goes. */
  private async even(group: Group): Promise<void> {
    if (group.deleting || ['AZRebalance', 'Launch', 'Terminate'].some((name) => group.suspended.has(name)))
      return;
    const zones = zonesToFill(group);
    if (zones.length === 0 || this.realm.clock.millis() < group.nextLaunchAt) return;
    const now = this.parts.activities.stamp();
    const launched = await this.parts.launcher.launch(
      group,
      launchConfiguration(group),
      `At ${now} instances were launched to balance instances in zones ${zones.join(' ')} with other zones resulting in more than desired number of instances in the group.  At ${now} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${group.desired} to ${group.desired + 1}.`,
    );
    if (!('failure' in launched)) group.evener = launched.instanceId;
  }

  /** Whether the instance that evens out the zones is on its way, so that no other one can go yet. */
  private isEvening(group: Group): boolean {
    const member = group.members.get(group.evener ?? '');
    const isOver = !member || isTerminating(member) || isReady(group, member, 0, this.realm.clock.millis());
    if (isOver) group.evener = undefined;
    return !isOver;
  }

  private launchCause(group: Group, count: number, capacity: number, refreshing: boolean): string {
    const now = this.parts.activities.stamp();
    if (group.replacements > 0)
      return `At ${now} an instance was launched in response to an unhealthy instance needing to be replaced.`;
    if (refreshing) return `At ${now} an instance was launched in response to an instance refresh.`;
    return `${group.capacityCause ?? ''}At ${now} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${count} to ${capacity}.`;
  }

  private beginScaleOut(group: Group): void {
    if (this.scaleOuts.has(group)) return;
    this.scaleOuts.set(group, this.realm.ledger.begin('scale-out', group.name, this.realm.region));
  }

  /** A scale-out lasts until all are in service and, where there are target groups, healthy in them. */
  private endScaleOut(group: Group): void {
    const end = this.scaleOuts.get(group);
    if (!end) return;
    const active = activeMembers(group);
    const settled = active.every((member) => member.lifecycle === 'InService' && member.balanced);
    if ((!settled || active.length < group.desired) && !group.deleting) return;
    this.scaleOuts.delete(group);
    end();
  }

  private stateOf(member: Member): string | undefined {
    return this.parts.deps.ec2.instance(member.instanceId)?.State?.Name;
  }
}
