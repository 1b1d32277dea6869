import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { deliver } from '../../deliver';
import type { SchedulerState } from '../state';
import { type Run, writeInput } from './run-input';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const RETRIES = 185;
const OLDEST_SECONDS = 86_400;
/** The longest pause between two attempts. */
const LONGEST_PAUSE_SECONDS = 900;

/** Sends a run to its target; tries again later, as the target's retry policy says, when that refuses it. */
export async function attempt(scheduler: SchedulerState, run: Run): Promise<void> {
  try {
    await send(scheduler, run);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    retry(scheduler, run, error);
  }
}

/** Each attempt is made as the role of the target. */
async function send(scheduler: SchedulerState, run: Run): Promise<void> {
  const { context, sessions } = scheduler;
  const { Arn, GroupName, Target } = run.schedule.settings;
  const { region, accountId } = context;
  const principal = sessions.principalOf(Target?.RoleArn ?? '', scheduler.groupArn(GroupName ?? 'default'));
  const executionId = uuid();
  const payload = writeInput(context, run, executionId);
  const call = { region, accountId, requestId: uuid(), principal };
  await deliver(context, call, {
    targetArn: Target?.Arn ?? '',
    payload,
    executionName: executionId,
    event: {
      source: Target?.EventBridgeParameters?.Source,
      detailType: Target?.EventBridgeParameters?.DetailType,
      detail: payload,
      resources: [Arn],
      time: run.scheduledTime,
    },
  });
}

function retry(scheduler: SchedulerState, run: Run, error: AwsError): void {
  const { clock } = scheduler.context;
  const { Target, Arn } = run.schedule.settings;
  const policy = Target?.RetryPolicy ?? {};
  const pause = Math.min(LONGEST_PAUSE_SECONDS, 2 ** run.attempt);
  const age = (clock.millis() - run.begunAt) / 1000 + pause;
  const isOver =
    run.attempt > (policy.MaximumRetryAttempts ?? RETRIES) ||
    age > (policy.MaximumEventAgeInSeconds ?? OLDEST_SECONDS);
  if (!isOver)
    return void clock.after(pause, () => void attempt(scheduler, { ...run, attempt: run.attempt + 1 }));
  scheduler.rememberDead({
    scheduleArn: Arn,
    targetArn: Target?.Arn ?? '',
    scheduledTime: run.scheduledTime,
    attempts: run.attempt,
    errorCode: error.code,
    errorMessage: error.message,
  });
}
