import type { Clockwork } from '../../../aws';
import { goOnFrom } from '../../../core/clock';
import { randomFraction } from '../../../core/ids';
import type { Schedule, SchedulerState } from '../state';
import { attempt } from './attempt';

/** Real seconds that one timer may last: Node's own overflow after 2^31 milliseconds, 24.8 days. */
const LONGEST_TIMER = 1_000_000;

/** Starts to wait for a schedule's first time after now; a timer that it had ends. */
export function startRuns(scheduler: SchedulerState, schedule: Schedule): void {
  stopRuns(scheduler, schedule);
  if (schedule.settings.State === 'DISABLED') return;
  // A rate without a start date begins when the schedule is made, that moment included.
  const now = schedule.settings.LastModificationDate ?? scheduler.context.clock.now();
  waitForNext(scheduler, schedule, new Date(now.getTime() - 1));
}

/** Ends the wait for a schedule's next time. */
export function stopRuns({ timers, nextRuns }: SchedulerState, { settings }: Schedule): void {
  timers.get(settings.Arn)?.();
  timers.delete(settings.Arn);
  nextRuns.delete(settings.Arn);
}

/** Ends the wait for all schedules. */
export function stopAllRuns({ timers }: SchedulerState): void {
  for (const cancel of timers.values()) cancel();
  timers.clear();
}

/**
 * Runs a schedule once, now, whatever its expression says, beside its own times. Resolves after the first attempt.
 * @returns false when there is none of this name
 */
export async function runNow(scheduler: SchedulerState, group: string, name: string): Promise<boolean> {
  const schedule = scheduler.groups.get(group)?.schedules.get(name);
  if (!schedule) return false;
  const scheduledTime = scheduler.context.clock.now();
  await begin(scheduler, schedule, scheduledTime);
  return true;
}

/** When the schedules run next. */
export function plannedRuns({ context, groups, nextRuns }: SchedulerState): Clockwork[] {
  const schedules = [...groups.values()].flatMap((group) => [...group.schedules.values()]);
  return schedules.flatMap(({ settings }) => {
    const next = nextRuns.get(settings.Arn);
    const { GroupName: group, Name: name, ScheduleExpression: expression = '' } = settings;
    const { region, holdsSchedules: held = false } = context;
    return next
      ? [{ kind: 'schedule', region, group, name, expression, next: next.toISOString(), held }]
      : [];
  });
}

/** Resolves after the first attempt. */
function begin(scheduler: SchedulerState, schedule: Schedule, scheduledTime: Date): Promise<void> {
  const begunAt = scheduler.context.clock.millis();
  return attempt(scheduler, { schedule, scheduledTime, begunAt, attempt: 1 });
}

function waitForNext(scheduler: SchedulerState, schedule: Schedule, after: Date): void {
  const { StartDate, EndDate } = schedule.settings;
  const { recurrence } = schedule;
  const isBounded = !recurrence.isOneTime;
  const from = isBounded && StartDate && StartDate > after ? new Date(StartDate.getTime() - 1) : after;
  const due = recurrence.next(from);
  if (!due || (isBounded && EndDate && due > EndDate)) {
    complete(scheduler, schedule);
    return;
  }
  const window = (schedule.settings.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0) * 60_000;
  waitUntil(scheduler, schedule, due, due.getTime() + Math.floor(randomFraction() * window));
}

/** Waits in pieces that a timer can last, and looks at the clock after each, so nothing adds up to a drift. */
function waitUntil(scheduler: SchedulerState, schedule: Schedule, due: Date, runAt: number): void {
  const { clock } = scheduler.context;
  const seconds = (runAt - clock.millis()) / 1000;
  const cancel = clock.after(Math.min(seconds, LONGEST_TIMER * clock.scale), () => {
    if (clock.millis() < runAt) {
      waitUntil(scheduler, schedule, due, runAt);
      return;
    }
    if (!scheduler.context.holdsSchedules) void begin(scheduler, schedule, due);
    waitForNext(scheduler, schedule, goOnFrom(clock, due));
  });
  scheduler.timers.set(schedule.settings.Arn, cancel);
  scheduler.nextRuns.set(schedule.settings.Arn, new Date(runAt));
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html */
function complete(scheduler: SchedulerState, schedule: Schedule): void {
  stopRuns(scheduler, schedule);
  const { GroupName, Name, ActionAfterCompletion } = schedule.settings;
  if (ActionAfterCompletion !== 'DELETE') return;
  const group = scheduler.groups.get(GroupName);
  if (group?.schedules.get(Name) === schedule) group.schedules.delete(Name);
}
