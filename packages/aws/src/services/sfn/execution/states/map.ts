import type { ContextObject, Json, State } from '../../language/definition';
import type { Query } from '../../language/query';
import { StatesError } from '../../language/states-error';
import { type RunGraph, type Scope, signalOfPart } from '../scope';

/** Iterations of an inline Map at a time, when its definition names no number. */
const MAP_CONCURRENCY = 40;

/** Runs the item processor of a Map for each item, several at a time; one that fails ends the others. */
export async function runMap(
  name: string,
  state: State,
  query: Query,
  scope: Scope,
  runGraph: RunGraph,
): Promise<Json> {
  const { thread } = scope;
  const items = await query.readItems();
  const most = (await query.readNumber('MaxConcurrency')) || MAP_CONCURRENCY;
  thread.add({ type: 'MapStateStarted', mapStateStartedEventDetails: { length: items.length } });
  const stop = new AbortController();
  const signal = signalOfPart(scope, stop);
  const runItem = makeIteration({ name, state, query, scope: { ...scope, signal }, runGraph, stop });
  const results: Json[] = new Array(items.length).fill(null);
  let nextIndex = 0;
  const work = async () => {
    while (nextIndex < items.length && !signal.aborted) {
      const index = nextIndex;
      nextIndex += 1;
      results[index] = await runItem(items[index] ?? null, index);
    }
  };
  const workers = Array.from({ length: Math.min(items.length, most) }, work);
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

/** How one item is run: with a line of history, a part of the context object and variables of its own. */
function makeIteration({
  name,
  state,
  query,
  scope,
  runGraph,
  stop,
}: {
  readonly name: string;
  readonly state: State;
  readonly query: Query;
  readonly scope: Scope;
  readonly runGraph: RunGraph;
  readonly stop: AbortController;
}): (value: Json, index: number) => Promise<Json> {
  const graph = state.ItemProcessor ?? state.Iterator;
  if (!graph) throw new StatesError('States.Runtime', `Map '${name}' has no ItemProcessor`);
  const started = scope.thread.fork();
  return async (value, index) => {
    const progress = scope.progress.part(index);
    // A redrive runs only the iterations that failed or were aborted.
    if (progress.result) return progress.result.value;
    const thread = started.fork();
    const details = { name, index };
    const context: ContextObject = { ...scope.context, Map: { Item: { Index: index, Value: value } } };
    thread.add({ type: 'MapIterationStarted', mapIterationStartedEventDetails: details });
    try {
      const item = await query.readItem(value, context);
      const { variables } = progress;
      const result = await runGraph(graph, item, { ...scope, thread, context, variables, progress });
      thread.add({ type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: details });
      return result;
    } catch (error) {
      thread.add(
        error instanceof StatesError && !stop.signal.aborted
          ? { type: 'MapIterationFailed', mapIterationFailedEventDetails: details }
          : { type: 'MapIterationAborted', mapIterationAbortedEventDetails: details },
      );
      throw error;
    }
  };
}
