import { notRedrivable } from '../errors';
import type { Execution } from './execution';

/** AWS redrives what ended within 14 days, in milliseconds. */
const REDRIVABLE_FOR = 14 * 24 * 60 * 60 * 1000;
/** A redrive needs room for its own events. */
const MOST_EVENTS = 24_999;

/**
 * Why an execution cannot be redriven; none if it can.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 */
export function findObstacle({ status, stateMachine, events }: Execution): string | undefined {
  if (stateMachine.type === 'EXPRESS') return 'Execution is of type EXPRESS and cannot be redriven';
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (events.length >= MOST_EVENTS) return 'Execution history event limit exceeded';
  return undefined;
}

/**
 * Redrives an execution.
 *
 * @param token the client's: a call that comes again is answered as the first one was
 * @throws AwsError ExecutionNotRedrivable
 */
export function redrive(execution: Execution, token: string | undefined, now: Date): Date {
  if (token && token === execution.redriveToken) return execution.redriveDate ?? now;
  const obstacle = findObstacle(execution) ?? findAge(execution, now);
  if (obstacle) throw notRedrivable(obstacle);
  execution.redrive(token);
  return execution.redriveDate ?? now;
}

function findAge({ stopDate }: Execution, now: Date): string | undefined {
  return stopDate && now.getTime() - stopDate.getTime() > REDRIVABLE_FOR
    ? 'Execution redrivable period exceeded'
    : undefined;
}
