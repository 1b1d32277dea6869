import { CronExpression } from './cron-expression';
import { TimeZone } from './time-zone';

/** When a schedule happens. */
export interface Recurrence {
  /** `at(…)`: it happens once. */
  readonly isOneTime: boolean;
  /** The first time after this one; `undefined` when there is none. */
  next(after: Date): Date | undefined;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/**
 * Reads `cron(…)`, `rate(…)` or `at(…)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param options `anchor`: when a rate begins, its first time; `timeZone`: of cron and at, an IANA name
 * @throws SyntaxError when AWS would not accept it
 */
export function parseSchedule(
  expression: string,
  options: { readonly anchor: Date; readonly timeZone: string },
): Recurrence {
  const match = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim());
  if (!match) throw new SyntaxError(`neither cron, rate nor at: ${expression}`);
  const [, kind, content = ''] = match;
  if (kind === 'cron') {
    const cron = new CronExpression(content, options.timeZone);
    return { isOneTime: false, next: (after) => cron.next(after) };
  }
  if (kind === 'rate') return readRate(content, options.anchor);
  return readAt(content, options.timeZone);
}

function readRate(content: string, anchor: Date): Recurrence {
  const match = /^\s*([1-9]\d*)\s+(minute|hour|day)s?\s*$/.exec(content);
  if (!match) throw new SyntaxError(`not a rate: ${content}`);
  const period = Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 0) * 1000;
  const start = anchor.getTime();
  return {
    isOneTime: false,
    next: (after) => {
      const passed = Math.floor((after.getTime() - start) / period) + 1;
      return new Date(start + Math.max(0, passed) * period);
    },
  };
}

function readAt(content: string, timeZone: string): Recurrence {
  const text = content.trim();
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text))
    throw new SyntaxError(`not a date and time: ${content}`);
  const instant = new TimeZone(timeZone).instantOf(wall);
  return { isOneTime: true, next: (after) => (instant && instant > after ? instant : undefined) };
}
