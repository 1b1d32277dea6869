export type NetworkFailure = 'resolve' | 'certificate' | 'refused' | 'timeout' | 'aborted' | 'other';

/** Errors come from several realms and libraries; these are what they have in common. */
interface ErrorLike {
  name?: string;
  code?: string | number;
  cause?: ErrorLike;
}

/** What kept a request from its answer, from the error of `fetch` and those that it wraps. */
export function classifyNetworkError(error: unknown): NetworkFailure {
  for (let at = error as ErrorLike | undefined; at !== undefined && at !== null; at = at.cause) {
    const code = String(at.code ?? '');
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'resolve';
    if (/_CERT|CERT_|UNABLE_TO_VERIFY/.test(code)) return 'certificate';
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
    if (/TIMEDOUT|TIMEOUT/.test(code) || at.name === 'TimeoutError') return 'timeout';
    if (at.name === 'AbortError') return 'aborted';
  }
  return 'other';
}
