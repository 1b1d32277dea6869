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

/** So far ahead a window may open that a build waits for: longer than from one month's to the next. Days. */
const MOST_DAYS = 32;

/**
 * What is wrong with the windows of a pipeline, if anything is: a build would wait for none of them.
 *
 * @param now milliseconds since 1970
 */
export function findWindowProblem(windows: readonly Window[], now: number): string | undefined {
  if (windows.length === 0) return undefined;
  const opening = findOpening(windows, now);
  if (opening && opening.opensAt <= now + MOST_DAYS * 24 * 60 * 60_000) return undefined;
  const when = opening
    ? `the next opens at ${new Date(opening.opensAt).toISOString()}`
    : 'none opens any more';
  return `windows: expected one that opens within ${MOST_DAYS} days, ${when}`;
}
