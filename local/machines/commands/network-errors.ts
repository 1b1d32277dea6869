export type NetworkFailure = 'resolve' | 'refused' | 'timeout' | 'aborted' | 'other';

/** What kept a request from its answer, from the error of `fetch` and those that it wraps. */
export function classifyNetworkError(error: unknown): NetworkFailure {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? String(at.code) : '';
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'resolve';
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
    if (/TIMEDOUT|TIMEOUT/.test(code) || at.name === 'TimeoutError') return 'timeout';
    if (at.name === 'AbortError') return 'aborted';
  }
  return 'other';
}
