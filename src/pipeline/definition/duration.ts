import * as z from 'zod';
import { expected } from './expected';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof SECONDS;

const WRITTEN = /^(\d{1,9})([smhd])$/;

/** The seconds of a duration such as `30s`, `10m`, `2h` or `90d`; undefined if it is not one. */
function toSeconds(text: string): number | undefined {
  const [, count, unit] = WRITTEN.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * SECONDS[unit as Unit];
}

/**
 * A duration of a pipeline file: a whole number and its unit (`s`, `m`, `h` or `d`), parsed to seconds.
 *
 * @param from the shortest that is valid, written the same way
 * @param to the longest that is valid
 * @example duration('0s', '2d').parse('90m') // 5400
 */
export function duration(from: string, to: string) {
  const [shortest = 0, longest = Number.POSITIVE_INFINITY] = [toSeconds(from), toSeconds(to)];
  const error = expected(`a duration from ${from} to ${to}, such as 30s, 10m, 2h or 90d`);
  return z
    .string({ error })
    .regex(WRITTEN, { error, abort: true })
    .refine((text) => inRange(toSeconds(text), shortest, longest), { error })
    .transform((text) => toSeconds(text) ?? shortest);
}

/** A duration of any length. */
export const Duration = duration('0s', '999999999d');

function inRange(seconds: number | undefined, shortest: number, longest: number): boolean {
  return seconds !== undefined && seconds >= shortest && seconds <= longest;
}
