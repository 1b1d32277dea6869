import type { Json, State } from '../../language/definition';
import type { Query } from '../../language/query';
import { StatesError } from '../../language/states-error';
import { type RunGraph, type Scope, signalOfPart } from '../scope';

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
  const signal = signalOfPart(scope, stop);
  const branches = (state.Branches ?? []).map(async (branch, index) => {
    const progress = scope.progress.part(index);
    // A redrive runs only the branches that failed or were aborted.
    if (progress.result) return progress.result.value;
    const { variables } = progress;
    return runGraph(branch, input, { ...scope, thread: thread.fork(), variables, progress, signal });
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
