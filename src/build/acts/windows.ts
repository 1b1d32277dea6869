import { parseCron } from 'aws-languages/cron';
import { cronTimes } from 'aws-languages/cron-times';

/** Times in which a pipeline rolls out: it opens at each time of the cron expression. */
export interface Window {
  cron: string;
  timezone: string;
  /** How long it is open, in seconds. */
  duration: number;
}

/** When a window is open, or opens next: milliseconds since 1970. */
export interface Opening {
  opensAt: number;
  closesAt: number;
}

/**
 * The opening that is now, or else the next one, of several windows.
 *
 * @param now milliseconds since 1970
 * @returns undefined where none opens any more
 */
export function findOpening(windows: readonly Window[], now: number): Opening | undefined {
  const found = windows.flatMap(({ cron, timezone, duration }): Opening[] => {
    const millis = duration * 1000;
    // What opened at most so long ago is open still.
    const opensAt = cronTimes(parseCron(cron), timezone)(new Date(now - millis))?.getTime();
    return opensAt === undefined ? [] : [{ opensAt, closesAt: opensAt + millis }];
  });
  const open = found.filter(({ opensAt }) => opensAt <= now);
  return open.length > 0
    ? open.reduce((one, other) => (other.closesAt > one.closesAt ? other : one))
    : found.toSorted((a, b) => a.opensAt - b.opensAt)[0];
}
