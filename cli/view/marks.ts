const MARKS: Readonly<Record<string, string>> = {
  SUCCEEDED: '✔',
  UP_TO_DATE: '✔',
  FAILED: '✖',
  ABORTED: '✖',
  TIMED_OUT: '✖',
  RUNNING: '◐',
  QUEUED: '○',
  succeeded: '✔',
  failed: '✖',
  stopped: '■',
  running: '◐',
};

/** The mark before a status or an outcome, which stands beside the word and never instead of it. */
export function markOf(status: string): string {
  return MARKS[status] ?? '■';
}

const THEN: Readonly<Record<string, string>> = {
  stop: 'stops',
  rollback: 'rolls back',
  continue: 'goes on',
};

/** What becomes of a build whose wait ends by itself, in words that follow "then it". */
export function describeTimeout(onTimeout: string): string {
  return THEN[onTimeout] ?? onTimeout;
}
