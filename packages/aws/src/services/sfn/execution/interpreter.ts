import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { PathQuery } from '../json-path/path-query';
import { JsonataQuery } from '../jsonata/jsonata-query';
import type { Catcher, ContextObject, Json, State } from '../language/definition';
import type { Outcome, Query } from '../language/query';
import {
  OutputTooLarge,
  QueryEvaluationError,
  StatesError,
  Stopped,
  VariablesTooLarge,
} from '../language/states-error';
import { Retries } from './retries';
import type { RunGraph, Scope } from './scope';
import { sleep } from './sleep';
import { runMap } from './states/map';
import { runParallel } from './states/parallel';
import { PAYLOAD_BYTES, runTask } from './states/task';
import { wait } from './states/wait';

/**
 * Runs the states of a graph from StartAt, or from where a redrive goes on, to its end, as the Amazon States Language describes it, by the clock of the embedded AWS.
 * https://states-language.net/spec.html
 *
 * By hand: aws-local-stepfunctions runs on real seconds, gives a Task 60 s where AWS gives it none, has no heartbeats, no
 * `$$.State` and no `$$.Execution.Input` inside a Map, runs a task again after an abort, and leaves out of its log what
 * GetExecutionHistory shows. A test runs the service's own state machine on it beside this.
 *
 * @throws StatesError when a state fails and nothing catches it; Stopped when the signal aborts
 */
export const runGraph: RunGraph = async (graph, input, scope) => {
  const { progress } = scope;
  const begin = progress.resume(graph.StartAt, input);
  let name: string | undefined = begin.name;
  let data = begin.input;
  while (name !== undefined) {
    const state: State | undefined = graph.States[name];
    if (!state) throw new StatesError('States.Runtime', `There is no state '${name}'`);
    progress.enter(name, data);
    const { output, next }: Exit = await runState(name, state, data, scope);
    data = output;
    name = next;
  }
  progress.result = { value: data };
  return data;
};

interface Exit extends Outcome {
  readonly next?: string;
}

/** A state that was entered, and where history stood. */
interface Entered {
  readonly name: string;
  readonly state: State;
  readonly scope: Scope;
  /** The event before, and the one of the state's beginning. */
  readonly before: number;
  readonly event: number;
}

async function runState(name: string, state: State, input: Json, scope: Scope): Promise<Exit> {
  if (scope.signal.aborted) throw new Stopped();
  const { run, thread } = scope;
  run.onTransition();
  const before = thread.last;
  const event = thread.add({
    type: `${state.Type}StateEntered` as HistoryEventType,
    stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: { truncated: false } },
  });
  const entered: Entered = { name, state, scope, before, event };
  const enteredAt = run.clock.now().toISOString();
  const retries = new Retries(state.Retry ?? []);
  for (;;) {
    const context: ContextObject = {
      ...scope.context,
      State: { EnteredTime: enteredAt, Name: name, RetryCount: retries.count },
    };
    const query = makeQuery(state, input, { ...scope, context });
    try {
      return leave(entered, await enter(entered, query, { ...scope, context }));
    } catch (thrown) {
      const error = recordFailure(entered, thrown);
      const delay = retries.next(error);
      if (delay !== undefined) {
        await sleep(run.clock, delay, scope.signal);
        run.onTransition();
        scope.progress.restart();
        continue;
      }
      const catcher = state.Catch?.find((one) => error.matches(one.ErrorEquals));
      if (!catcher) throw error;
      return leave(entered, await recover(entered, query, catcher, error));
    }
  }
}

function makeQuery(state: State, input: Json, { run, context, variables }: Scope): Query {
  const language = state.QueryLanguage ?? run.queryLanguage;
  return language === 'JSONata'
    ? new JsonataQuery(state, input, context, variables.values(), () => run.clock.millis())
    : new PathQuery(state, input, context, variables.values());
}

/** Does what the state is for. */
async function enter({ name, state }: Entered, query: Query, scope: Scope): Promise<Exit> {
  const { Next: next } = state;
  switch (state.Type) {
    case 'Fail':
      throw new StatesError(await query.readText('Error'), await query.readText('Cause'));
    case 'Succeed':
      return query.pass();
    case 'Pass':
      return { ...(await query.pass()), next };
    case 'Choice':
      return query.choose();
    case 'Wait':
      await wait(query, scope);
      return { ...(await query.pass()), next };
    case 'Task':
      return { ...(await query.finish(await runTask(state, query, scope))), next };
    case 'Parallel':
      return { ...(await query.finish(await runParallel(state, query, scope, runGraph))), next };
    case 'Map':
      return { ...(await query.finish(await runMap(name, state, query, scope, runGraph))), next };
  }
}

async function recover(entered: Entered, query: Query, catcher: Catcher, error: StatesError): Promise<Exit> {
  try {
    const outcome = await query.recover(catcher, { Error: error.error, Cause: error.reason });
    return { ...outcome, next: catcher.Next };
  } catch (thrown) {
    throw recordFailure(entered, thrown);
  }
}

/** The state's last event, and its variables for those that follow. */
function leave({ name, state, scope }: Entered, exit: Exit): Exit {
  const output = JSON.stringify(exit.output);
  if (Buffer.byteLength(output) > PAYLOAD_BYTES) throw new OutputTooLarge(name);
  const assigned = exit.assigned && Object.entries(exit.assigned);
  if (assigned && Buffer.byteLength(JSON.stringify(exit.assigned)) > PAYLOAD_BYTES)
    throw new VariablesTooLarge(name);
  scope.thread.add({
    type: `${state.Type}StateExited` as HistoryEventType,
    stateExitedEventDetails: {
      name,
      output,
      outputDetails: { truncated: false },
      ...(assigned && {
        assignedVariables: Object.fromEntries(assigned.map(([key, value]) => [key, JSON.stringify(value)])),
        assignedVariablesDetails: { truncated: false },
      }),
    },
  });
  if (exit.assigned) scope.variables.assign(exit.assigned);
  return exit;
}

const PREFIX = 'An error occurred while executing the state ';

/**
 * What a state fails with, for its Retry and Catch: Step Functions says in which state an error of its own happened, the innermost
 * one, and history has an event of an expression that could not be evaluated.
 *
 * @throws what is no failure of the state
 */
function recordFailure({ name, state, scope, before, event }: Entered, thrown: unknown): StatesError {
  const { thread, signal } = scope;
  // A sibling failed: the states that wait for something outside say that they were given up.
  if (thrown instanceof Stopped && (state.Type === 'Task' || state.Type === 'Wait'))
    thread.add({ type: `${state.Type}StateAborted` });
  if (!(thrown instanceof StatesError)) throw thrown;
  if (signal.aborted) throw new Stopped();
  const { error, reason } = thrown;
  const isOwn = ['States.Runtime', 'States.IntrinsicFailure', 'States.QueryEvaluationError'].includes(error);
  if (!isOwn || reason.startsWith(PREFIX)) return thrown;
  const cause = `${PREFIX}'${name}' (entered at the event id #${event}). ${reason}`;
  if (!(thrown instanceof QueryEvaluationError)) return new StatesError(error, cause);
  if (thread.last === event && !thrown.isInside) thread.last = before;
  thread.add({
    type: 'EvaluationFailed',
    evaluationFailedEventDetails: { error, cause, location: thrown.location, state: name },
  });
  return new QueryEvaluationError(cause, thrown.location);
}
