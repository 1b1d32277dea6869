type StatesLanguage = typeof import('aws-local-stepfunctions');

/**
 * The package that knows the Amazon States Language. It is used for what is tedious in it and the same everywhere: JSONPath
 * with wildcards, slices and filters. Intrinsic functions are `intrinsics.ts`, because the package's lose backslashes. The flow
 * from state to state is `interpreter.ts`, because the package's own runs on real seconds, gives a Task 60 s where AWS gives it
 * none, has no heartbeats, no `$$.State` and no `$$.Execution.Input` inside a Map, runs a task again after an abort, writes a
 * `ResultPath` of `$` into a key, and its event log leaves out what GetExecutionHistory shows.
 */
export function loadStatesLanguage(): Promise<StatesLanguage> {
  // Loaded when a definition first needs it: it brings SDK clients along that take a while.
  return import('aws-local-stepfunctions');
}
