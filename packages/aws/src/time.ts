import type { Duration, StartOptions } from './aws';
import type { Time } from './core/clock';

/** The most AWS seconds for which one request to the administration sleeps; longer sleeps are several. */
export const LONGEST_SLEEP_SECONDS = 86_400;

/** The most AWS seconds in a real second: beyond it timers could not tell one moment from the next. */
export const MOST_TIME_SCALE = 1_000_000;

/**
 * How AWS's time shall go.
 *
 * @throws RangeError for a scale or a seed that no clock can keep, and for a scale where time leaps
 */
export function timeOf({ timeScale, leap, seed }: StartOptions): Time {
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    throw new RangeError(`seed: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`);
  if (![undefined, true, false].includes(leap))
    throw new RangeError(`leap: expected true or false, not ${leap}`);
  const leaps = leap === true || seed !== undefined;
  if (leaps && timeScale !== undefined)
    throw new RangeError('timeScale: time that leaps has none; leave it out, or leap and seed');
  if (leaps) return seed === undefined ? { leap: true } : { leap: true, seed };
  const scale: unknown = timeScale ?? 1;
  if (typeof scale === 'number' && scale > 0 && scale <= MOST_TIME_SCALE) return scale;
  throw new RangeError(`timeScale: expected a number above 0, at most ${MOST_TIME_SCALE}, not ${timeScale}`);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Nothing here is meant to be waited for longer, and `Date` ends somewhere. */
const MOST_YEARS = 100;
const MOST_SECONDS = MOST_YEARS * 365.25 * 86_400;

/**
 * A span of time in seconds.
 *
 * @throws RangeError for what is none, and for more than a hundred years
 */
export function secondsOf(duration: Duration): number {
  const seconds = typeof duration === 'number' ? duration : readSeconds(duration);
  // What is no number is not, either.
  if (seconds >= 0 && seconds <= MOST_SECONDS) return seconds;
  throw new RangeError(`expected 0 or more seconds, at most ${MOST_YEARS} years, not ${duration}`);
}

function readSeconds(duration: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration)) ?? [];
  if (digits === undefined)
    throw new RangeError(`expected seconds, or a number with ms, s, m, h or d behind it, not '${duration}'`);
  return Number(digits) * (UNIT_SECONDS[unit] ?? 1);
}
