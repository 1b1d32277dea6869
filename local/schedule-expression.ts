import { Cron } from 'croner';

/** When a schedule is due. */
export interface Schedule {
  readonly kind: 'rate' | 'cron' | 'at';
  /** The first time after a moment; undefined when there is none. */
  next(after: Date): Date | undefined;
}

/** How an expression is read. */
export interface ScheduleOptions {
  /** IANA name; UTC if not given. */
  readonly timezone?: string;
  /** A rate counts from here. */
  readonly from: Date;
  /** Whether `at(…)` is one of the kinds, as in EventBridge Scheduler. */
  readonly allowAt?: boolean;
}

/** The last minute, hour, day of month, month, weekday (as croner counts) and year. */
const LAST_VALUES = [59, 23, 31, 12, 6, 2199];
const UNIT_SECONDS = { minute: 60, hour: 3600, day: 86_400 };

/**
 * Reads `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-11-23T03:00:00)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @returns undefined when it is no such expression
 */
export function parseSchedule(expression: string, options: ScheduleOptions): Schedule | undefined {
  const match = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim());
  const body = match?.[2]?.trim() ?? '';
  switch (match?.[1]) {
    case 'rate':
      return parseRate(body, options.from);
    case 'cron':
      return parseCron(body, options.timezone);
    case 'at':
      return options.allowAt ? parseAt(body, options.timezone) : undefined;
    default:
      return undefined;
  }
}

function parseRate(body: string, from: Date): Schedule | undefined {
  const match = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body);
  if (!match) return undefined;
  const count = Number(match[1]);
  if ((count === 1) === (match[3] === 's')) return undefined;
  const period = count * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS] * 1000;
  return {
    kind: 'rate',
    next: (after) => {
      const passed = Math.floor((after.getTime() - from.getTime()) / period);
      return new Date(from.getTime() + Math.max(1, passed + 1) * period);
    },
  };
}

function parseCron(body: string, timezone = 'UTC'): Schedule | undefined {
  const fields = body.split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [, , dayOfMonth = '', , dayOfWeek = ''] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const converted = fields.map((field, i) =>
    convertSteps(i === 4 ? convertWeekdays(field) : field.replace(/^\?$/, '*'), LAST_VALUES[i] ?? 0),
  );
  try {
    const cron = new Cron(['0', ...converted].join(' '), { timezone, paused: true });
    // An unknown time zone shows at the first use.
    cron.nextRun();
    return { kind: 'cron', next: (after) => cron.nextRun(after) ?? undefined };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** AWS writes `0/15` for what croner writes `0-59/15`. */
function convertSteps(field: string, last: number): string {
  return field.replace(/(^|,)(\d*)\/(\d+)/g, (_all, before, first, step) =>
    first === '' ? `${before}*/${step}` : `${before}${first}-${last}/${step}`,
  );
}

/** AWS counts weekdays from 1 (Sunday) and writes the last Friday `6L`; croner counts from 0 and writes it `5#L`. */
function convertWeekdays(field: string): string {
  if (field === '?') return '*';
  if (field === 'L') return '6';
  return field
    .split(',')
    .map((part) => {
      const [days = '', suffix] = part.split(/(?=[#/])/);
      const isLast = /^(\d|[A-Za-z]{3})L$/.test(days);
      const shifted = days.replace(/L$/, '').replace(/\d+/g, (day) => String(Number(day) - 1));
      return `${shifted}${isLast ? '#L' : ''}${suffix ?? ''}`;
    })
    .join(',');
}

function parseAt(body: string, timezone = 'UTC'): Schedule | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body)) return undefined;
  const at = new Cron(body, { timezone, paused: true }).nextRun(new Date(0));
  if (!at) return undefined;
  return { kind: 'at', next: (after) => (at > after ? at : undefined) };
}
