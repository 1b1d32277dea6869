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
