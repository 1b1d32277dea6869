import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../../core/clock';

/** Real seconds that a target always has between two parts of its answer: its bytes do not go faster with AWS's clock. */
export const LEAST_REAL_IDLE_SECONDS = 10;
/** How often it is looked whether bytes have passed, within the timeout. */
const LOOKS = 10;

/**
 * Calls back when so many AWS seconds have passed in which no byte went either way.
 *
 * @param connection the connection as it is then; a request may have none yet
 * @param timeout the idle timeout, AWS seconds
 * @returns ends the watching
 */
export function onIdle(
  clock: Pick<Clock, 'after' | 'scale'>,
  connection: () => Socket | null,
  timeout: number,
  callback: () => void,
): Cancel {
  const seconds = Math.max(timeout, LEAST_REAL_IDLE_SECONDS * clock.scale);
  let cancel = () => {};
  let passed = -1;
  let idleLooks = 0;
  const look = () => {
    const socket = connection();
    const bytes = (socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0);
    idleLooks = bytes === passed ? idleLooks + 1 : 0;
    passed = bytes;
    if (idleLooks >= LOOKS) callback();
    else cancel = clock.after(seconds / LOOKS, look);
  };
  look();
  return () => cancel();
}
