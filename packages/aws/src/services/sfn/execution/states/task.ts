import type { Json, State } from '../../language/definition';
import type { Query } from '../../language/query';
import { type Resource, readResource } from '../../language/resource';
import { StatesError, tooLarge } from '../../language/states-error';
import type { Scope } from '../scope';
import { runActivity } from './activity';
import { limit } from './limit';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const PAYLOAD_BYTES = 262_144;

/** Runs a Task once: its timeouts by the clock, its task token where the pattern has one, its events in history. */
export async function runTask(state: State, query: Query, scope: Scope): Promise<Json> {
  const { tasks } = scope.run;
  const resource = readResource(state.Resource ?? '');
  const timeout = await query.readNumber('TimeoutSeconds');
  const heartbeat = await query.readNumber('HeartbeatSeconds');
  if (resource.service === 'activity')
    return runActivity(resource, await query.readArguments(scope.context), { timeout, heartbeat }, scope);
  const token = resource.pattern === 'token' ? tasks.tokens.make() : undefined;
  const context = token === undefined ? scope.context : { ...scope.context, Task: { Token: token } };
  const payload = await query.readArguments(context);
  const note = notesOf(resource, tasks.region, scope);
  note.scheduled(payload, timeout, heartbeat);
  const parked =
    token === undefined ? undefined : tasks.tokens.park(token, heartbeat, tasks.origin.stateMachineArn);
  try {
    const output = await limit(patienceOf(resource, timeout, scope), scope, async () => {
      note.started();
      const answer = await tasks.call({
        resource,
        parameters: payload,
        traceId: tasks.traceId,
        origin: tasks.origin,
      });
      if (!parked) return answer;
      note.submitted(answer);
      return parked.answer;
    });
    if (Buffer.byteLength(JSON.stringify(output)) > PAYLOAD_BYTES)
      throw new StatesError('States.DataLimitExceeded', tooLarge(calledName(resource)));
    note.succeeded(output);
    return output;
  } catch (error) {
    if (error instanceof StatesError) note.failed(error);
    throw error;
  } finally {
    parked?.giveUp();
  }
}

function calledName({ service, arn }: Resource): string {
  return service === 'lambda-function' ? arn : service;
}

/**
 * How many AWS seconds a task has. A function's code runs at real speed whatever AWS's clock does, so while a task waits for
 * nothing but a function its timeout counts in real seconds, as the function's own does. A parked token waits
 * for AWS, so its timeout is AWS's.
 */
function patienceOf({ service, pattern }: Resource, timeout: number | undefined, { run }: Scope) {
  const isFunction = service === 'lambda' || service === 'lambda-function';
  if (timeout === undefined || !isFunction || pattern === 'token') return timeout;
  return timeout * Math.max(1, run.clock.scale);
}

/** The events of a task. A function's plain ARN has event types of its own. */
function notesOf(resource: Resource, region: string, { thread }: Scope) {
  const isFunction = resource.service === 'lambda-function';
  const resourceType = resource.service;
  const name = resource.arn.slice(
    resource.arn.lastIndexOf(`${resource.service}:`) + resource.service.length + 1,
  );
  const common = { resourceType, resource: name };
  const output = (value: Json) => ({ output: JSON.stringify(value), outputDetails: { truncated: false } });
  return {
    scheduled: (payload: Json, timeoutInSeconds?: number, heartbeatInSeconds?: number) => {
      const parameters = JSON.stringify(payload);
      if (isFunction)
        thread.add({
          type: 'LambdaFunctionScheduled',
          lambdaFunctionScheduledEventDetails: {
            resource: resource.arn,
            input: parameters,
            inputDetails: { truncated: false },
            timeoutInSeconds,
          },
        });
      else
        thread.add({
          type: 'TaskScheduled',
          taskScheduledEventDetails: { ...common, region, parameters, timeoutInSeconds, heartbeatInSeconds },
        });
    },
    started: () =>
      isFunction
        ? thread.add({ type: 'LambdaFunctionStarted' })
        : thread.add({ type: 'TaskStarted', taskStartedEventDetails: common }),
    submitted: (value: Json) =>
      thread.add({ type: 'TaskSubmitted', taskSubmittedEventDetails: { ...common, ...output(value) } }),
    succeeded: (value: Json) =>
      isFunction
        ? thread.add({ type: 'LambdaFunctionSucceeded', lambdaFunctionSucceededEventDetails: output(value) })
        : thread.add({ type: 'TaskSucceeded', taskSucceededEventDetails: { ...common, ...output(value) } }),
    failed: ({ error, details }: StatesError) => {
      const isTimeout = error === 'States.Timeout';
      if (isFunction)
        thread.add(
          isTimeout
            ? { type: 'LambdaFunctionTimedOut', lambdaFunctionTimedOutEventDetails: details }
            : { type: 'LambdaFunctionFailed', lambdaFunctionFailedEventDetails: details },
        );
      else
        thread.add(
          isTimeout
            ? { type: 'TaskTimedOut', taskTimedOutEventDetails: { ...common, ...details } }
            : { type: 'TaskFailed', taskFailedEventDetails: { ...common, ...details } },
        );
    },
  };
}
