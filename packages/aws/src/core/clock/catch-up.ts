import type { Clock } from './clock';

/** Real seconds of what was missed that is made up for. */
const LATEST_SECONDS = 60;

/**
 * The moment from which on what happens again and again goes on, once one of its times has been: what became late because the process was busy is
 * made up for, but not all that a laptop slept through, nor what comes faster than it can be done.
 */
export function goOnFrom(clock: Pick<Clock, 'millis' | 'scale'>, due: Date): Date {
  return new Date(Math.max(due.getTime(), clock.millis() - LATEST_SECONDS * 1000 * clock.scale));
}
