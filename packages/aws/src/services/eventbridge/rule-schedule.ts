import { parseSchedule, type Recurrence } from '../scheduler/schedule-expression';

/**
 * Reads the schedule of a rule: cron and rate, in UTC. A rate names its unit in the right number, `rate(1 minute)`,
 * `rate(5 minutes)`, which EventBridge Scheduler is less strict about.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @param anchor a rate counts from here
 * @returns undefined when it is no such expression
 */
export function readRuleSchedule(expression: string, anchor: Date): Recurrence | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  const isRate = rate !== null && (Number(rate[1]) === 1) === (rate[3] === '');
  if (!isRate && !expression.startsWith('cron(')) return undefined;
  try {
    return parseSchedule(expression, { anchor, timeZone: 'UTC' });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
