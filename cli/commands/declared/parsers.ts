import { InvalidArgumentError } from 'commander';

/** `NAME=value`, once more. */
export function collect(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected NAME=value');
  const name = text.slice(0, at);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice`);
  return { ...before, [name]: text.slice(at + 1) };
}

export function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new InvalidArgumentError('expected a whole number from 1 to 9999');
  return limit;
}

const UNTIL = ['image', 'approval', 'done'];

export function parseUntil(text: string): string {
  if (UNTIL.includes(text)) return text;
  throw new InvalidArgumentError(`expected ${UNTIL.join(', ')}`);
}

const SKIPS = ['wait', 'window', 'all'];

export function parseSkip(text: string): string {
  if (SKIPS.includes(text)) return text;
  throw new InvalidArgumentError(`expected ${SKIPS.join(', ')}`);
}

/** One more of several. */
export function add(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

const SECONDS = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** `30d`, in seconds. */
export function parseAge(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError('expected a duration such as 12h, 30d or 6w');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
