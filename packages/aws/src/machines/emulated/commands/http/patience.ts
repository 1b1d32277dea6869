import type { Guest } from '../../system/guest';

/** However fast the embedded AWS's clock runs, a real connection gets this long, in real seconds. */
const LEAST_REAL_SECONDS = 2;

/**
 * A program's patience with the network, in AWS seconds. What the machine answers itself never takes any.
 * @returns a signal that aborts with a TimeoutError when it is over, and what ends the waiting
 */
export function startPatience(
  guest: Guest,
  url: string,
  seconds: number,
): { signal: AbortSignal; end: () => void } {
  const over = new AbortController();
  const ended = new AbortController();
  if (!guest.network.isOwn(url)) {
    const patience = Math.max(seconds, LEAST_REAL_SECONDS * guest.options.scale);
    guest.sleep(patience, ended.signal).then(
      () => over.abort(new DOMException('timed out', 'TimeoutError')),
      // Ended before, or the machine stopped, which its own signal tells.
      () => undefined,
    );
  }
  return { signal: over.signal, end: () => ended.abort(new Error('finished')) };
}
