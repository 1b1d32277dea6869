import type { ExecResult } from 'just-bash';
import { abbreviate, zoneOf } from '../../system/time-zone';
import { fail, type Program, type Programs, runCommand, succeed } from '../program';

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const TIMED_OUT = 124;

const sleep: Program = async (args, { guest, context }) => {
  if (args.length === 0) return fail(1, "sleep: missing operand\nTry 'sleep --help' for more information.");
  const seconds = args.map(parseDuration);
  const wrong = seconds.indexOf(undefined);
  if (wrong >= 0)
    return fail(1, `sleep: invalid time interval ‘${args[wrong]}’\nTry 'sleep --help' for more information.`);
  await guest.sleep(
    seconds.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    context.signal,
  );
  return succeed();
};

const timeout: Program = async (args, call) => {
  const words = [...args];
  while (words[0]?.startsWith('-')) {
    const flag = words.shift() ?? '';
    if (['-k', '--kill-after', '-s', '--signal'].includes(flag)) words.shift();
  }
  const seconds = parseDuration(words.shift() ?? '');
  if (seconds === undefined || words.length === 0) return fail(125, 'timeout: missing operand');
  const stopped = new AbortController();
  const outer = call.context.signal ? [call.context.signal] : [];
  const signal = AbortSignal.any([stopped.signal, ...outer]);
  const finished = new AbortController();
  const late: Promise<ExecResult> = call.guest
    .sleep(seconds, AbortSignal.any([finished.signal, ...outer]))
    .then(
      () => fail(TIMED_OUT),
      () => fail(TIMED_OUT),
    );
  try {
    const running = runCommand({ ...call, context: { ...call.context, signal } }, words).catch(
      (error: unknown) => {
        if (signal.aborted) return fail(TIMED_OUT);
        throw error;
      },
    );
    return await Promise.race([running, late]);
  } finally {
    stopped.abort(new Error('timed out'));
    finished.abort(new Error('finished'));
  }
};

const ISO_FORMATS: Readonly<Record<string, string>> = {
  date: '+%F',
  hours: '+%FT%H+00:00',
  minutes: '+%FT%H:%M+00:00',
  seconds: '+%FT%H:%M:%S+00:00',
  ns: '+%FT%H:%M:%S,000000000+00:00',
};

/** `date` shows the machine's clock; a date that was asked for is left to the shell's own `date`. */
const date: Program = async (args, { guest, context }) => {
  if (context.origCommand === undefined) return succeed(`${guest.now().toUTCString()}\n`);
  const isUtc = args.some((arg) => /^-[a-z]*u|^--utc$|^--universal$/.test(arg));
  const zone = isUtc ? 'UTC' : (context.env.get('TZ') ?? zoneOf(guest.disk));
  const words: string[] = [];
  let at = guest.now().getTime() / 1000;
  let isGiven = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const iso = /^(?:-I|--iso-8601=?)(date|seconds|minutes|hours|ns)?$/.exec(arg);
    if (iso) {
      words.push(ISO_FORMATS[iso[1] ?? 'date'] ?? '+%F');
      continue;
    }
    const text = arg === '-d' || arg === '--date' ? args[++index] : /^(?:--date=|-d)(.+)$/.exec(arg)?.[1];
    if (text === undefined) {
      if (['-r', '-f', '-s'].includes(arg)) isGiven = true;
      words.push(arg);
      continue;
    }
    const shifted = shift(guest.now(), text);
    if (shifted === undefined) {
      isGiven = true;
      words.push('-d', text);
    } else at = shifted.getTime() / 1000;
  }
  const when = new Date(at * 1000);
  const shown = words.map((word) =>
    word.startsWith('+') ? word.replaceAll('%Z', abbreviate(zone, when)) : word,
  );
  // Without a format it would name the zone as nobody does.
  const isPlain =
    !isGiven && !shown.some((word) => word.startsWith('+') || word === '-R' || word.startsWith('--'));
  const format = isPlain ? [`+%a %b %e %H:%M:%S ${abbreviate(zone, when)} %Y`] : [];
  const before = context.env.get('TZ');
  context.env.set('TZ', zone);
  try {
    return await context.origCommand([...(isGiven ? [] : ['-d', `@${Math.floor(at)}`]), ...shown, ...format]);
  } finally {
    if (before === undefined) context.env.delete('TZ');
    else context.env.set('TZ', before);
  }
};

export const TIME_PROGRAMS: Programs = { sleep, timeout, date };

function parseDuration(text: string): number | undefined {
  if (text === 'infinity') return 1e9;
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) : undefined;
}

/** `now`, `tomorrow`, `2 days ago`, `+1 hour`; undefined for what is no distance from now. */
function shift(now: Date, text: string): Date | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^now\s*/, '');
  if (words === '' || words === 'today') return now;
  const day = 86_400_000;
  if (words === 'tomorrow') return new Date(now.getTime() + day);
  if (words === 'yesterday') return new Date(now.getTime() - day);
  const match = /^([+-]?\s*\d+)\s*(second|sec|minute|min|hour|day|week)s?(\s+ago)?$/.exec(words);
  if (match === null) return undefined;
  const unit =
    { second: 1000, sec: 1000, minute: 60_000, min: 60_000, hour: 3_600_000, day, week: 7 * day }[
      match[2] ?? ''
    ] ?? 0;
  const count = Number((match[1] ?? '0').replace(/\s/g, ''));
  return new Date(now.getTime() + (match[3] ? -count : count) * unit);
}
