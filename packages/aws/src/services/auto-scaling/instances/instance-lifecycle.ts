import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import { serviceCall } from '../../../core/service-call';
import type { KeeperParts } from '../keeper-parts';
import type { Group, Member } from '../records/group';
import { isPending, isTerminating } from '../records/group';
import { passHooks } from './lifecycle-hooks';

/** Brings members on their way: into service, and out of the group. */
export class Members {
  constructor(
    private readonly context: Context,
    private readonly parts: KeeperParts,
  ) {}

  /** The state of its instance, as EC2 has it; undefined for one that is no more. */
  stateOf(member: Member): string | undefined {
    return this.parts.deps.ec2.instance(member.instanceId)?.State?.Name;
  }

  /** Brings a member on its way: into service, or out of the group. */
  async settle(group: Group, member: Member): Promise<void> {
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
    member.leavingSince = this.context.clock.millis();
    if (member.inServiceAt === undefined) return;
    for (const arn of group.settings.targetGroupArns)
      await this.parts.balancing.deregister(arn, member.instanceId);
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
    const outcome = passHooks(this.context, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING');
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
    member.inServiceAt = this.context.clock.millis();
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
    group.nextLaunchAt = this.context.clock.millis() + durations.launchRetry.seconds * 1000;
    group.launchFailures += 1;
    this.parts.refresher.noteFailure(group, `${member.instanceId}: ${message}`, member.instanceId);
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
      const hooks = () => passHooks(this.context, group, member, 'autoscaling:EC2_INSTANCE_TERMINATING');
      if (!group.deleting && hooks() === 'waiting') return;
      if (member.activity) {
        member.activity.StatusCode = 'InProgress';
        member.activity.Progress = 70;
      }
      if (!(await this.requestTermination(member))) return;
      member.terminationRequested = true;
      if (this.stateOf(member) !== 'terminated') return;
    }
    if (over || this.stateOf(member) === 'terminated') this.leave(group, member);
  }

  /** @returns false when EC2 refused it */
  private async requestTermination(member: Member): Promise<boolean> {
    try {
      await this.parts.deps.ec2.operations.TerminateInstances(
        { InstanceIds: [member.instanceId] },
        serviceCall(this.context, 'autoscaling'),
      );
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The next tick tries again; the other instances need not wait for this one.
      if (member.activity) member.activity.StatusMessage = error.message;
      return false;
    }
  }

  private leave(group: Group, member: Member): void {
    group.members.delete(member.instanceId);
    this.parts.activities.succeed(group, member);
  }

  private async isDrained(group: Group, member: Member): Promise<boolean> {
    if (member.inServiceAt === undefined || this.stateOf(member) !== 'running') return true;
    return this.parts.balancing.isDrained(group.settings.targetGroupArns, member.instanceId);
  }
}
