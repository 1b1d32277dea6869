import type { Context } from '../../../core/context';
import type { Schedule } from '../state';

/** One time that a schedule happens. */
export interface Run {
  readonly schedule: Schedule;
  readonly scheduledTime: Date;
  /** When it was first tried, AWS time in milliseconds: later than its time where that may be within a window. */
  readonly begunAt: number;
  /** From 1. */
  readonly attempt: number;
}

/**
 * What the target gets: its input with the context attributes filled in, or an event that tells of the schedule.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 *
 * @param executionId of this attempt: each has another
 */
export function writeInput(context: Context, run: Run, executionId: string): string {
  const { Arn, Target } = run.schedule.settings;
  const time = writeTime(run.scheduledTime);
  if (Target?.Input === undefined)
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: context.accountId,
      time,
      region: context.region,
      resources: [Arn],
      detail: '{}',
    });
  return Target.Input.replaceAll('<aws.scheduler.schedule-arn>', Arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(run.attempt));
}

function writeTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
