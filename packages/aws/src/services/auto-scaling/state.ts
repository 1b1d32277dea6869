import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import { durations } from '../../core/durations';
import type { Dependencies } from './dependencies';
import { validationError } from './errors';
import { LoadBalancing } from './health/target-groups';
import { LaunchTemplates } from './launch/launch-templates';
import { Launcher } from './launch/launches';
import { Activities } from './records/activities';
import type { Group, Member } from './records/group';
import { activeRefresh } from './records/instance-refresh';
import { AlarmWatch } from './refresh/alarms';
import { Refresher } from './refresh/instance-refreshes';
import { Keeper } from './scaling/control-loop';

/** The Auto Scaling groups of a region and all that keeps them. */
export class AutoScalingState {
  readonly groups = new Map<string, Group>();
  readonly templates: LaunchTemplates;
  readonly activities: Activities;
  readonly balancing: LoadBalancing;
  readonly refresher: Refresher;
  readonly keeper: Keeper;
  readonly launcher: Launcher;
  private readonly cancels: Cancel[];

  constructor(
    readonly context: Context,
    readonly deps: Dependencies,
  ) {
    this.templates = new LaunchTemplates(context, deps);
    this.activities = new Activities(context);
    this.balancing = new LoadBalancing(context, deps);
    const alarms = new AlarmWatch(context.bus, () => {
      for (const group of this.groups.values()) if (activeRefresh(group)) this.keeper.wake(group);
    });
    this.refresher = new Refresher(context, this.templates, alarms);
    this.launcher = new Launcher(context, deps, this.templates, this.activities);
    this.keeper = new Keeper(context, {
      deps,
      launcher: this.launcher,
      activities: this.activities,
      balancing: this.balancing,
      refresher: this.refresher,
      onEmpty: (group) => this.groups.delete(group.name),
    });
    this.cancels = [
      alarms.stop,
      context.clock.every(durations.autoScalingTick.seconds, () => {
        for (const group of this.groups.values()) this.keeper.wake(group);
      }),
      deps.ec2.onInstanceState((instanceId) => {
        const group = this.groupOf(instanceId);
        if (group) this.keeper.wake(group);
      }),
      deps.elbv2.onTargetHealth(() => {
        for (const group of this.groups.values())
          if (group.settings.targetGroupArns.length > 0) this.keeper.wake(group);
      }),
    ];
  }

  dispose(): void {
    this.keeper.dispose();
    for (const cancel of this.cancels) cancel();
  }

  /** @throws AwsError `ValidationError` when there is no such group */
  group(name: string | undefined): Group {
    const group = this.groups.get(name ?? '');
    if (!group)
      throw validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
    return group;
  }

  groupOf(instanceId: string): Group | undefined {
    return [...this.groups.values()].find((group) => group.members.has(instanceId));
  }

  /** @throws AwsError `ValidationError` when the instance is in no group */
  memberAnywhere(instanceId: string | undefined): { group: Group; member: Member } {
    const group = this.groupOf(instanceId ?? '');
    const member = group?.members.get(instanceId ?? '');
    if (!group || !member)
      throw validationError(
        `Instance Id not found - No managed instance found for instance ID: ${instanceId}`,
      );
    return { group, member };
  }

  /** @throws AwsError `ValidationError` when an instance is not in the group */
  membersOf(group: Group, instanceIds: readonly string[] | undefined): Member[] {
    return (instanceIds ?? []).map((id) => {
      const member = group.members.get(id);
      if (!member)
        throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
      return member;
    });
  }

  groupArn(name: string, id: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;
  }
}
