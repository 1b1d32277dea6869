/** An error inside an execution: what Retry and Catch match on, and what history shows. */
export class StatesError extends Error {
  /**
   * @param error the error name, e.g. `States.Timeout`, `UnknownPipeline`; empty when a Fail state gives none
   * @param reason the cause: text for people, or the function's error as JSON; empty when there is none
   */
  constructor(
    readonly error: string,
    readonly reason: string,
  ) {
    super(`${error}: ${reason}`);
    this.name = 'StatesError';
  }

  /** As history and descriptions show it: what is empty is left out. */
  get details(): { readonly error?: string; readonly cause?: string } {
    return { error: this.error || undefined, cause: this.reason || undefined };
  }

  /**
   * Whether an ErrorEquals of Retry or Catch covers this error. A runtime error is covered by nothing.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
   */
  matches(errorEquals: readonly string[]): boolean {
    if (this.error === 'States.Runtime') return false;
    return errorEquals.some(
      (pattern) =>
        pattern === this.error ||
        pattern === 'States.ALL' ||
        (pattern === 'States.TaskFailed' && this.error !== 'States.Timeout'),
    );
  }
}

/** Nobody answered for a task within its HeartbeatSeconds: a timeout that may be told from others. */
export class HeartbeatTimeout extends StatesError {
  constructor() {
    super('States.Timeout', '');
  }

  override matches(errorEquals: readonly string[]): boolean {
    return errorEquals.includes('States.HeartbeatTimeout') || super.matches(errorEquals);
  }
}

/** An expression of a state could not be evaluated, or gave what its field cannot take. */
export class QueryEvaluationError extends StatesError {
  /**
   * @param location the field, e.g. `Arguments/FunctionName`
   * @param isInside whether the state was already at work: history puts the error after its beginning, and not beside it
   */
  constructor(
    reason: string,
    readonly location?: string,
    readonly isInside = false,
  ) {
    super('States.QueryEvaluationError', reason);
  }
}

/** What a state passes on is too large. Unlike a task's result that is too large, States.ALL does not cover it. */
export class OutputTooLarge extends StatesError {
  /** @param name of the state, or what the task called */
  constructor(name: string) {
    super('States.DataLimitExceeded', tooLarge(name));
  }

  override matches(errorEquals: readonly string[]): boolean {
    return errorEquals.includes(this.error);
  }
}

/** What a state assigns is too large. */
export class VariablesTooLarge extends StatesError {
  /** @param name of the state */
  constructor(name: string) {
    super(
      'States.DataLimitExceeded',
      `The variables assigned in the state '${name}' exceed the maximum number of bytes service limit.`,
    );
  }
}

/** The cause of States.DataLimitExceeded. */
export function tooLarge(name: string): string {
  return `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
}

/** The execution was stopped, or another branch has failed: nobody may catch it. */
export class Stopped extends Error {
  constructor() {
    super('the execution has stopped');
    this.name = 'Stopped';
  }
}
