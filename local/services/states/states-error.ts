/** An error inside an execution: what Retry and Catch match on, and what history shows. */
export class StatesError extends Error {
  /**
   * @param error the error name, e.g. `States.Timeout`, `UnknownPipeline`
   * @param cause text for people, or the function's error as JSON
   */
  constructor(
    readonly error: string,
    readonly reason: string,
  ) {
    super(`${error}: ${reason}`);
    this.name = 'StatesError';
  }

  /** Whether an ErrorEquals of Retry or Catch covers this error. */
  matches(errorEquals: readonly string[]): boolean {
    return errorEquals.some((pattern) => {
      if (pattern === this.error) return true;
      if (pattern === 'States.ALL') return !UNCATCHABLE.includes(this.error);
      if (pattern === 'States.TaskFailed') return this.isTaskFailure() && this.error !== 'States.Timeout';
      // A missed heartbeat is a timeout too.
      return pattern === 'States.Timeout' && this.error === 'States.HeartbeatTimeout';
    });
  }

  private isTaskFailure(): boolean {
    return !UNCATCHABLE.includes(this.error) && this.error !== 'States.HeartbeatTimeout';
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: States.ALL does not cover these. */
const UNCATCHABLE = ['States.Runtime', 'States.DataLimitExceeded'];

/** The execution was stopped, or another branch has failed: nobody may catch it. */
export class Stopped extends Error {
  constructor() {
    super('the execution has stopped');
    this.name = 'Stopped';
  }
}
