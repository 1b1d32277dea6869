import type { Json } from '../../language/definition';
import type { Resource } from '../../language/resource';
import { StatesError } from '../../language/states-error';
import type { Scope } from '../scope';
import { limit } from './limit';

/** How long an activity's worker has, in AWS seconds: from when it takes the task. */
interface Patience {
  readonly timeout: number | undefined;
  readonly heartbeat: number | undefined;
}

/**
 * Has a worker do a task, and waits for its answer.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
 *
 * @throws StatesError for what the worker reports, and for one that is too slow; Stopped when the execution ends
 */
export async function runActivity(
  { arn }: Resource,
  payload: Json,
  { timeout, heartbeat }: Patience,
  scope: Scope,
): Promise<Json> {
  const { tokens, activities } = scope.run.tasks;
  const { thread } = scope;
  const input = JSON.stringify(payload);
  const token = tokens.make();
  thread.add({
    type: 'ActivityScheduled',
    activityScheduledEventDetails: {
      resource: arn,
      input,
      inputDetails: { truncated: false },
      timeoutInSeconds: timeout,
      heartbeatInSeconds: heartbeat,
    },
  });
  if (!activities.find(arn)) throw scheduleFailed(arn, scope);
  let parked: ReturnType<typeof tokens.park> | undefined;
  let withdraw = () => {};
  const taken = new Promise<void>((resolve) => {
    const begin = (workerName: string | undefined) => {
      thread.add({ type: 'ActivityStarted', activityStartedEventDetails: { workerName } });
      parked = tokens.park(token, heartbeat, arn);
      resolve();
    };
    withdraw = activities.schedule(arn, { token, input, begin });
  });
  try {
    await limit(undefined, scope, () => taken);
    const output = await limit(timeout, scope, async () => parked?.answer ?? null);
    thread.add({
      type: 'ActivitySucceeded',
      activitySucceededEventDetails: {
        output: JSON.stringify(output),
        outputDetails: { truncated: false },
      },
    });
    return output;
  } catch (error) {
    if (error instanceof StatesError) noteFailure(error, scope);
    throw error;
  } finally {
    withdraw();
    parked?.giveUp();
  }
}

function noteFailure({ error, details }: StatesError, { thread }: Scope): void {
  const isTimeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  thread.add(
    isTimeout
      ? { type: 'ActivityTimedOut', activityTimedOutEventDetails: details }
      : { type: 'ActivityFailed', activityFailedEventDetails: details },
  );
}

function scheduleFailed(arn: string, { thread }: Scope): StatesError {
  const failure = new StatesError('States.Runtime', `The activity ${arn} does not exist.`);
  thread.add({ type: 'ActivityScheduleFailed', activityScheduleFailedEventDetails: failure.details });
  return failure;
}
