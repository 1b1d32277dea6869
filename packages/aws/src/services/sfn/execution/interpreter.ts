import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../../../core/clock';
import { choose, isTimestamp } from '../json-path/choice';
import {
  type Context,
  evaluateNumber,
  evaluatePath,
  evaluateTemplate,
  placeResult,
} from '../json-path/evaluate';
import type { Json, State, StateGraph } from '../language/definition';
import { OutputTooLarge, StatesError, Stopped } from '../language/states-error';
import type { Thread } from './history';
import { Retries } from './retries';
import type { Scope } from './scope';
import { PAYLOAD_BYTES, runTask } from './task';

/** Iterations of an inline Map at a time, when its definition names no number. */
const MAP_CONCURRENCY = 40;

/**
 * Runs the states of a graph from StartAt to its end, as the Amazon States Language describes it, by the clock of the embedded AWS.
 * https://states-language.net/spec.html
 *
 * By hand: aws-local-stepfunctions runs on real seconds, gives a Task 60 s where AWS gives it none, has no heartbeats, no
 * `$$.State` and no `$$.Execution.Input` inside a Map, runs a task again after an abort, and leaves out of its log what
 * GetExecutionHistory shows. A test runs the service's own state machine on it beside this.
 *
 * @throws StatesError when a state fails and nothing catches it; Stopped when the signal aborts
 */
export async function runGraph(graph: StateGraph, input: Json, scope: Scope): Promise<Json> {
  let name: string | undefined = graph.StartAt;
  let data = input;
  while (name !== undefined) {
    const state: State | undefined = graph.States[name];
    if (!state) throw new StatesError('States.Runtime', `There is no state '${name}'`);
    const { output, next }: Exit = await runState(name, state, data, scope);
    data = output;
    name = next;
  }
  return data;
}

interface Exit {
  readonly output: Json;
  readonly next?: string;
}

async function runState(name: string, state: State, input: Json, scope: Scope): Promise<Exit> {
  if (scope.signal.aborted) throw new Stopped();
  const { run, thread } = scope;
  run.onTransition();
  const enteredEvent = thread.add({
    type: `${state.Type}StateEntered` as HistoryEventType,
    stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: { truncated: false } },
  });
  const enteredAt = run.clock.now().toISOString();
  const retries = new Retries(state.Retry ?? []);
  for (;;) {
    const context: Context = {
      ...scope.context,
      State: { EnteredTime: enteredAt, Name: name, RetryCount: retries.count },
    };
    try {
      const exit = await enter(name, state, input, { ...scope, context });
      checkSize(name, exit.output);
      return leave(name, state, exit, thread);
    } catch (thrown) {
      // A sibling failed: the states that wait for something outside say that they were given up.
      if (thrown instanceof Stopped && (state.Type === 'Task' || state.Type === 'Wait'))
        thread.add({ type: `${state.Type}StateAborted` });
      if (!(thrown instanceof StatesError)) throw thrown;
      if (scope.signal.aborted) throw new Stopped();
      const error = locate(thrown, name, enteredEvent);
      const delay = retries.next(error);
      if (delay !== undefined) {
        await sleep(run.clock, delay, scope.signal);
        run.onTransition();
        continue;
      }
      const catcher = state.Catch?.find((one) => error.matches(one.ErrorEquals));
      if (!catcher) throw error;
      const output = placeResult(catcher.ResultPath, input, { Error: error.error, Cause: error.reason });
      checkSize(name, output);
      return leave(name, state, { output, next: catcher.Next }, thread);
    }
  }
}

/** Step Functions says in which state a runtime error happened; the innermost state says it. */
function locate(error: StatesError, name: string, enteredEvent: number): StatesError {
  const prefix = 'An error occurred while executing the state ';
  if (!['States.Runtime', 'States.IntrinsicFailure'].includes(error.error) || error.reason.startsWith(prefix))
    return error;
  return new StatesError(
    error.error,
    `${prefix}'${name}' (entered at the event id #${enteredEvent}). ${error.reason}`,
  );
}

function leave(name: string, state: State, exit: Exit, thread: Thread): Exit {
  thread.add({
    type: `${state.Type}StateExited` as HistoryEventType,
    stateExitedEventDetails: {
      name,
      output: JSON.stringify(exit.output),
      outputDetails: { truncated: false },
    },
  });
  return exit;
}

/** Does what the state is for, and its part of the data: InputPath, Parameters, ResultSelector, ResultPath, OutputPath. */
async function enter(name: string, state: State, raw: Json, scope: Scope): Promise<Exit> {
  const { context } = scope;
  const input = await evaluateOptionalPath(state.InputPath, raw, context, 'InputPath');
  switch (state.Type) {
    case 'Fail':
      throw new StatesError(
        state.ErrorPath
          ? await evaluateText(state.ErrorPath, input, context, 'ErrorPath')
          : (state.Error ?? ''),
        state.CausePath
          ? await evaluateText(state.CausePath, input, context, 'CausePath')
          : (state.Cause ?? ''),
      );
    case 'Succeed':
      return { output: await evaluateOptionalPath(state.OutputPath, input, context, 'OutputPath') };
    case 'Choice': {
      const next = await choose(state, input, context);
      return { output: await evaluateOptionalPath(state.OutputPath, input, context, 'OutputPath'), next };
    }
    case 'Wait':
      await wait(state, input, scope);
      return {
        output: await evaluateOptionalPath(state.OutputPath, input, context, 'OutputPath'),
        next: state.Next,
      };
  }
  const parameters =
    state.Parameters === undefined || state.Type === 'Map' || state.Type === 'Task'
      ? input
      : await evaluateTemplate(state.Parameters, input, context);
  const result = await produce(name, state, parameters, input, scope);
  const selected =
    state.ResultSelector === undefined
      ? result
      : await evaluateTemplate(state.ResultSelector, result, context);
  const placed = placeResult(state.ResultPath, raw, selected);
  return {
    output: await evaluateOptionalPath(state.OutputPath, placed, context, 'OutputPath'),
    next: state.Next,
  };
}

async function produce(
  name: string,
  state: State,
  parameters: Json,
  input: Json,
  scope: Scope,
): Promise<Json> {
  switch (state.Type) {
    case 'Pass':
      return state.Result === undefined ? parameters : state.Result;
    case 'Task':
      // A Task evaluates its Parameters itself: they may hold its token.
      return runTask(state, input, scope);
    case 'Parallel':
      return runParallel(state, parameters, scope);
    case 'Map':
      return runMap(name, state, input, scope);
    default:
      throw new StatesError('States.Runtime', `A state cannot be of type ${state.Type}`);
  }
}

async function wait(state: State, input: Json, { run, context, signal }: Scope): Promise<void> {
  let seconds = state.Seconds ?? 0;
  if (state.SecondsPath) seconds = await evaluateNumber(state.SecondsPath, input, context, 'SecondsPath');
  const timestamp = state.TimestampPath
    ? await evaluateText(state.TimestampPath, input, context, 'TimestampPath')
    : state.Timestamp;
  if (timestamp !== undefined) {
    const at = isTimestamp(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(at))
      throw new StatesError(
        'States.Runtime',
        `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${state.TimestampPath} == ${timestamp}`,
      );
    seconds = (at - run.clock.millis()) / 1000;
  }
  await sleep(run.clock, Math.max(0, seconds), signal);
}

async function runParallel(state: State, parameters: Json, scope: Scope): Promise<Json> {
  const { thread } = scope;
  thread.add({ type: 'ParallelStateStarted' });
  const stop = new AbortController();
  const signal = AbortSignal.any([scope.signal, stop.signal]);
  const branches = (state.Branches ?? []).map((branch) =>
    runGraph(branch, parameters, { ...scope, thread: thread.fork(), signal }),
  );
  try {
    const results = await Promise.all(branches);
    thread.last = thread.history.events.length;
    thread.add({ type: 'ParallelStateSucceeded' });
    return results;
  } catch (error) {
    stop.abort();
    await Promise.allSettled(branches);
    thread.last = thread.history.events.length;
    thread.add({ type: error instanceof StatesError ? 'ParallelStateFailed' : 'ParallelStateAborted' });
    throw error;
  }
}

async function runMap(name: string, state: State, input: Json, scope: Scope): Promise<Json> {
  const { thread, context } = scope;
  const items = state.ItemsPath ? await evaluatePath(state.ItemsPath, input, context, 'ItemsPath') : input;
  if (!Array.isArray(items))
    throw new StatesError(
      'States.Runtime',
      `Reference path "${state.ItemsPath ?? '$'}" must point to array.`,
    );
  const graph = state.ItemProcessor ?? state.Iterator;
  if (!graph) throw new StatesError('States.Runtime', `Map '${name}' has no ItemProcessor`);
  const selector = state.ItemSelector ?? state.Parameters;
  const most = state.MaxConcurrencyPath
    ? await evaluateNumber(state.MaxConcurrencyPath, input, context, 'MaxConcurrencyPath')
    : (state.MaxConcurrency ?? 0);
  thread.add({ type: 'MapStateStarted', mapStateStartedEventDetails: { length: items.length } });
  const started = thread.last;
  const stop = new AbortController();
  const signal = AbortSignal.any([scope.signal, stop.signal]);
  const results: Json[] = new Array(items.length).fill(null);
  let nextIndex = 0;

  const runItem = async (index: number) => {
    const line = thread.fork();
    line.last = started;
    const details = { name, index };
    const mapContext: Context = {
      ...context,
      Map: { Item: { Index: index, Value: items[index] ?? null } },
    };
    line.add({ type: 'MapIterationStarted', mapIterationStartedEventDetails: details });
    try {
      const item =
        selector === undefined ? (items[index] ?? null) : await evaluateTemplate(selector, input, mapContext);
      results[index] = await runGraph(graph, item, { ...scope, thread: line, context: mapContext, signal });
      line.add({ type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: details });
    } catch (error) {
      const failed = error instanceof StatesError && !stop.signal.aborted;
      line.add(
        failed
          ? { type: 'MapIterationFailed', mapIterationFailedEventDetails: details }
          : { type: 'MapIterationAborted', mapIterationAbortedEventDetails: details },
      );
      throw error;
    }
  };
  const work = async () => {
    while (nextIndex < items.length && !signal.aborted) {
      const index = nextIndex;
      nextIndex += 1;
      await runItem(index);
    }
  };
  const workers = Array.from({ length: Math.min(items.length, most || MAP_CONCURRENCY) }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(workers);
    thread.last = thread.history.events.length;
    thread.add({ type: error instanceof StatesError ? 'MapStateFailed' : 'MapStateAborted' });
    throw error;
  }
  thread.last = thread.history.events.length;
  thread.add({ type: 'MapStateSucceeded' });
  return results;
}

/** Null is an empty object, nothing is the whole input. */
async function evaluateOptionalPath(
  path: string | null | undefined,
  input: Json,
  context: Context,
  field: string,
): Promise<Json> {
  if (path === null) return {};
  return path === undefined || path === '$' ? input : evaluatePath(path, input, context, field);
}

async function evaluateText(path: string, input: Json, context: Context, field: string): Promise<string> {
  const value = await evaluatePath(path, input, context, field);
  if (typeof value === 'string') return value;
  throw new StatesError(
    'States.Runtime',
    `The ${field} '${path}' must be a string, but is ${JSON.stringify(value)}`,
  );
}

async function sleep(clock: Clock, seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(seconds, signal);
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    throw error;
  }
}

function checkSize(name: string, output: Json): void {
  if (Buffer.byteLength(JSON.stringify(output)) <= PAYLOAD_BYTES) return;
  throw new OutputTooLarge(name);
}
