import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Schedule, ScheduleStore } from '../state';
import { type Run, type SchedulerDependencies, sendRun } from './send-run';

/** Real seconds that one timer may last: Node's own overflow after 2^31 milliseconds, 24.8 days. */
const LONGEST_TIMER = 1_000_000;
/** Real seconds that a run may be late because the process was busy. */
const LATEST_SECONDS = 60;
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const RETRIES = 185;
const OLDEST_SECONDS = 86_400;

/** A run that no attempt could deliver, which AWS would send to the dead-letter queue. */
export interface DeadRun {
  readonly scheduleArn: string;
  readonly targetArn: string;
  readonly scheduledTime: Date;
  readonly attempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** Runs schedules when the embedded clock says so. */
export class Runner {
  /** The newest 100 runs that were given up. */
  readonly dead: DeadRun[] = [];
  private readonly timers = new Map<string, Cancel>();

  constructor(
    private readonly context: Context,
    private readonly store: ScheduleStore,
    private readonly deps: SchedulerDependencies,
  ) {}

  /** Starts to wait for a schedule's first time after now; a timer that it had ends. */
  start(schedule: Schedule): void {
    this.stop(schedule);
    if (schedule.settings.State === 'DISABLED') return;
    // A rate without a start date begins when the schedule is made, that moment included.
    const now = schedule.settings.LastModificationDate ?? this.context.clock.now();
    this.waitForNext(schedule, new Date(now.getTime() - 1));
  }

  stop(schedule: Schedule): void {
    this.timers.get(schedule.settings.Arn)?.();
    this.timers.delete(schedule.settings.Arn);
  }

  /** Runs a schedule once, now, whatever its expression says. Resolves after the first attempt. */
  async runNow(schedule: Schedule): Promise<void> {
    await this.attempt({
      schedule,
      scheduledTime: this.context.clock.now(),
      executionId: uuid(),
      attempt: 1,
    });
  }

  dispose(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  private waitForNext(schedule: Schedule, after: Date): void {
    const { StartDate, EndDate } = schedule.settings;
    const { recurrence } = schedule;
    const isBounded = !recurrence.isOneTime;
    const from = isBounded && StartDate && StartDate > after ? new Date(StartDate.getTime() - 1) : after;
    const due = recurrence.next(from);
    if (!due || (isBounded && EndDate && due > EndDate)) {
      this.complete(schedule);
      return;
    }
    const window = (schedule.settings.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0) * 60_000;
    this.waitUntil(schedule, due, due.getTime() + Math.floor(Math.random() * window));
  }

  /** Waits in pieces that a timer can last, and looks at the clock after each, so nothing adds up to a drift. */
  private waitUntil(schedule: Schedule, due: Date, runAt: number): void {
    const { clock } = this.context;
    const seconds = (runAt - clock.millis()) / 1000;
    const cancel = clock.after(Math.min(seconds, LONGEST_TIMER * clock.scale), () => {
      if (clock.millis() < runAt) {
        this.waitUntil(schedule, due, runAt);
        return;
      }
      void this.attempt({ schedule, scheduledTime: due, executionId: uuid(), attempt: 1 });
      // Late runs are made up for, but not those of a laptop that was asleep.
      const oldest = clock.millis() - LATEST_SECONDS * 1000 * clock.scale;
      this.waitForNext(schedule, new Date(Math.max(due.getTime(), oldest)));
    });
    this.timers.set(schedule.settings.Arn, cancel);
  }

  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html */
  private complete(schedule: Schedule): void {
    this.stop(schedule);
    const { GroupName, Name, ActionAfterCompletion } = schedule.settings;
    if (ActionAfterCompletion !== 'DELETE') return;
    const group = this.store.groups.get(GroupName);
    if (group?.schedules.get(Name) === schedule) group.schedules.delete(Name);
  }

  private async attempt(run: Run): Promise<void> {
    try {
      await sendRun(this.context, this.deps, run);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.retry(run, error);
    }
  }

  private retry(run: Run, error: AwsError): void {
    const { clock } = this.context;
    const { Target, Arn } = run.schedule.settings;
    const policy = Target?.RetryPolicy ?? {};
    const pause = Math.min(900, 2 ** Math.min(run.attempt, 10));
    const age = (clock.millis() - run.scheduledTime.getTime()) / 1000 + pause;
    const isOver =
      run.attempt > (policy.MaximumRetryAttempts ?? RETRIES) ||
      age > (policy.MaximumEventAgeInSeconds ?? OLDEST_SECONDS);
    if (!isOver)
      return void clock.after(pause, () => void this.attempt({ ...run, attempt: run.attempt + 1 }));
    this.dead.push({
      scheduleArn: Arn,
      targetArn: Target?.Arn ?? '',
      scheduledTime: run.scheduledTime,
      attempts: run.attempt,
      errorCode: error.code,
      errorMessage: error.message,
    });
    if (this.dead.length > 100) this.dead.shift();
  }
}
