import { type Refuse, syntaxError } from './refuse';

const UNIT_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Who reads a rate. EventBridge's rules want the unit in the right number (`1 minute`, `5 minutes`), Scheduler does not. */
export type RateReader = 'scheduler' | 'rule';

/**
 * Reads a rate, without its `rate(…)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
 *
 * @returns the period in seconds
 * @throws what `refuse` makes of what is wrong with it
 */
export function parseRate(
  text: string,
  reader: RateReader = 'scheduler',
  refuse: Refuse = syntaxError,
): number {
  const match =
    reader === 'rule'
      ? /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text)
      : /^([1-9]\d*)\s+(minute|hour|day)(s?)$/.exec(text);
  const [, count = '', unit = '', plural] = match ?? [];
  if (!match || (reader === 'rule' && (count === '1') !== (plural === '')))
    throw refuse(`expected a rate such as 1 hour or 5 minutes, got ${JSON.stringify(text)}`);
  return Number(count) * (UNIT_SECONDS[unit] ?? 0);
}

/** The first time of a rate after a moment. Its first time of all is the anchor. */
export function nextRateTime(periodSeconds: number, anchor: Date, after: Date): Date {
  const period = periodSeconds * 1000;
  const passed = Math.floor((after.getTime() - anchor.getTime()) / period) + 1;
  return new Date(anchor.getTime() + Math.max(0, passed) * period);
}
