import { constants } from 'node:os';

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;

/**
 * Runs what Ctrl-C, a request to terminate, the end of the terminal, or the end of a parent that started this process by a
 * pipe may interrupt: the signal aborts, and what runs cleans up behind itself. A second one ends the process at once.
 *
 * @param run returns when it is interrupted while it only waits for that; otherwise it throws the signal's reason when it
 * has cleaned up, and the process ends with the status that a shell expects
 */
export async function interruptible(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const listeners = EVENTS.map((event) => ({ event, end: () => controller.abort(new Interrupted(event)) }));
  for (const { event, end } of listeners) process.once(event, end);
  if (process.connected === false) controller.abort(new Interrupted('disconnect'));
  try {
    await run(controller.signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.exit(error.status);
  } finally {
    // As long as anybody listens for the parent's end, the pipe to it keeps this process alive.
    for (const { event, end } of listeners) process.off(event, end);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What the promise comes to, unless the signal aborts first: then its reason is thrown. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let end = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

class Interrupted extends Error {
  /** 128 and the number of the signal. */
  readonly status: number;

  constructor(event: (typeof EVENTS)[number]) {
    super(`interrupted by ${event}`);
    this.status = 128 + constants.signals[event === 'disconnect' ? 'SIGTERM' : event];
  }
}
