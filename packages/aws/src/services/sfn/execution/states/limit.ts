import { StatesError, Stopped } from '../../language/states-error';
import type { Scope } from '../scope';

/**
 * Races work against a timeout and the end of the execution.
 * @param seconds of AWS time; undefined for no timeout
 * @throws StatesError States.Timeout; Stopped when the execution ends
 */
export function limit<Result>(
  seconds: number | undefined,
  { run, signal }: Scope,
  work: () => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(new Stopped()));
    const cancel =
      seconds === undefined
        ? undefined
        : run.clock.after(seconds, () => settle(() => reject(new StatesError('States.Timeout', ''))));
    const settle = (how: () => void) => {
      cancel?.();
      signal.removeEventListener('abort', onAbort);
      how();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work().then(
      (output) => settle(() => resolve(output)),
      (error) => settle(() => reject(error)),
    );
  });
}
