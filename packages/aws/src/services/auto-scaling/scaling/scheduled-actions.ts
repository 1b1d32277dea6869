import type { ScheduledUpdateGroupAction } from '@aws-sdk/client-auto-scaling';
import type { Clockwork } from '../../../aws';
import type { Context } from '../../../core/context';
import type { Activities } from '../records/activities';
import type { Group, ScheduledAction } from '../records/group';
import { setDesired } from './desired-capacity';

interface Needs {
  readonly activities: Activities;
  /** The groups that there are, by name. */
  readonly groups: ReadonlyMap<string, Group>;
  wake(group: Group): void;
}

/**
 * Runs the scheduled actions of groups at their times. Where schedules are held they wait until they are told to run.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
 */
export class ScheduledActions {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /** Waits for the next time of an action; an earlier wait ends. */
  plan(group: Group, action: ScheduledAction): void {
    this.cancel(action);
    const { clock } = this.context;
    const { StartTime, EndTime } = action.settings;
    const now = clock.now();
    const from = StartTime && StartTime > now ? new Date(StartTime.getTime() - 1) : now;
    const next = action.recurrence ? action.recurrence.next(from) : StartTime;
    if (!next || (action.recurrence && EndTime && next > EndTime)) return;
    action.next = next;
    action.cancel = clock.after((next.getTime() - clock.millis()) / 1000, () => {
      if (!this.context.holdsSchedules) this.run(group, action);
      if (action.recurrence) this.plan(group, action);
      else group.scheduled.delete(action.settings.ScheduledActionName ?? '');
    });
  }

  /** Waits no more: for an action that is taken away, or for those of a group that is. */
  cancel(...actions: readonly ScheduledAction[]): void {
    for (const action of actions) {
      action.cancel?.();
      action.cancel = undefined;
      action.next = undefined;
    }
  }

  /**
   * Runs an action now, beside its own times.
   *
   * @returns false when there is none of this name
   */
  runNow(groupName: string, name: string): boolean {
    const group = this.needs.groups.get(groupName);
    const action = group?.scheduled.get(name);
    if (!group || !action) return false;
    this.run(group, action);
    return true;
  }

  /** When the actions run next. */
  planned(): Clockwork[] {
    const { region, holdsSchedules: held = false } = this.context;
    return [...this.needs.groups.values()].flatMap((group) =>
      [...group.scheduled.entries()].flatMap(([name, { next, settings }]) => {
        const expression = settings.Recurrence ?? `at ${settings.StartTime?.toISOString()}`;
        const about = {
          kind: 'scheduled action' as const,
          region,
          group: group.name,
          name,
          expression,
          held,
        };
        return next ? [{ ...about, next: next.toISOString() }] : [];
      }),
    );
  }

  private run(group: Group, { settings }: ScheduledAction): void {
    if (group.deleting || group.suspended.has('ScheduledActions')) return;
    const sizes = sizesOf(group, settings);
    const { min, max, desired } = sizes;
    const text = `min: ${min}, max: ${max}, desired: ${desired}`;
    if (min > max || desired < min || desired > max) {
      this.fail(group, `${settings.ScheduledActionName}`, text);
      return;
    }
    group.min = min;
    group.max = max;
    const isOfCapacity = settings.MinSize === undefined && settings.MaxSize === undefined;
    const what = isOfCapacity
      ? 'a scheduled action explicitly set group desired capacity'
      : `a scheduled action update of AutoScalingGroup constraints to ${text}`;
    setDesired({ activities: this.needs.activities, context: this.context }, group, desired, what);
    group.nextLaunchAt = 0;
    this.needs.wake(group);
  }

  /** What an action asks for may contradict what the group has by then. */
  private fail(group: Group, name: string, sizes: string): void {
    const activity = this.needs.activities.begin(group, {
      description: `Executing scheduled action: ${name}`,
      cause: `At ${this.needs.activities.stamp()} a scheduled action was to update the AutoScalingGroup constraints to ${sizes}.`,
      status: 'Failed',
    });
    activity.StatusMessage = `The sizes contradict each other: ${sizes}.`;
    activity.EndTime = this.context.clock.now();
  }
}

/** What is not given stays, and the desired capacity follows the bounds. */
function sizesOf(group: Group, { MinSize, MaxSize, DesiredCapacity }: ScheduledUpdateGroupAction) {
  const min = MinSize ?? group.min;
  const max = MaxSize ?? group.max;
  return { min, max, desired: DesiredCapacity ?? Math.min(Math.max(group.desired, min), max) };
}
