import type { Json, State } from '../../language/definition';
import type { Query } from '../../language/query';
import { StatesError } from '../../language/states-error';
import type { RunGraph, Scope } from '../scope';
import { Variables } from '../variables';

/** Runs the branches of a Parallel at the same time; one that fails ends the others. */
export async function runParallel(
  state: State,
  query: Query,
  scope: Scope,
  runGraph: RunGraph,
): Promise<Json> {
  const { thread } = scope;
  const input = await query.readArguments();
  thread.add({ type: 'ParallelStateStarted' });
  const stop = new AbortController();
  const signal = AbortSignal.any([scope.signal, stop.signal]);
  const branches = (state.Branches ?? []).map((branch) => {
    const variables = new Variables(scope.variables);
    return runGraph(branch, input, { ...scope, thread: thread.fork(), variables, signal });
  });
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
