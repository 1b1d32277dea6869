import { decodeBytesToUtf8, type ExecResult } from 'just-bash';
import { compilePattern } from '../../web/pattern';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

interface Request {
  flags: ReadonlySet<string>;
  pattern: string;
  files: string[];
  /** Of `-m`. */
  most: number;
}

/** `grep`; with `-P` by the expressions of JavaScript, which look behind as Perl's do and the interpreter's do not. */
const grep: Program = async (args, call) => {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const isPerl = options.some((arg) => /^-[a-zA-Z]*P/.test(arg) || arg === '--perl-regexp');
  const request = isPerl ? readArguments(args) : undefined;
  if (request === undefined) {
    if (call.context.origCommand === undefined) throw new Error('the shell has no grep');
    return await call.context.origCommand([...args]);
  }
  try {
    // What stands before `\\K` must match, and is not a part of it.
    const [, before, rest] = /^((?:[^\\]|\\[^K])*)\\K(.*)$/s.exec(request.pattern) ?? [];
    const source = rest === undefined ? request.pattern : `(?<=${before})${rest}`;
    const compiled = compilePattern(source, request.flags.has('i'));
    return search(call, request, new RegExp(compiled.source, `${compiled.flags}g`));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return call.lacks(`grep -P with this expression: ${request.pattern}`);
  }
};

export const PERL_GREP_PROGRAMS: Programs = { grep };

/** @returns undefined where there are options that the interpreter's own must do */
function readArguments(args: readonly string[]): Request | undefined {
  const flags = new Set<string>();
  const words: string[] = [];
  let given: string | undefined;
  let most = Number.POSITIVE_INFINITY;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const joined = /^-m(\d+)$/.exec(arg)?.[1];
    if (arg === '--') {
      words.push(...args.slice(at + 1));
      break;
    }
    if (joined !== undefined) most = Number(joined);
    else if (arg === '-m') most = Number(args[++at]);
    else if (/^-[a-zA-Z]*e$/.test(arg)) {
      for (const flag of arg.slice(1, -1)) flags.add(flag);
      given = args[++at];
    } else if (/^-[PoqivchnsE]+$/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
    else if (arg === '--perl-regexp' || arg === '--color=never') flags.add('P');
    else if (arg === '--only-matching') flags.add('o');
    else if (/^-./.test(arg)) return undefined;
    else words.push(arg);
  }
  const pattern = given ?? words.shift();
  return pattern === undefined ? undefined : { flags, pattern, files: words, most };
}

function search(call: ProgramCall, { flags, files, most }: Request, pattern: RegExp): ExecResult {
  let stdout = '';
  let stderr = '';
  let found = 0;
  for (const file of files.length === 0 ? ['-'] : files) {
    const text = readFile(call, file);
    if (text === undefined) {
      stderr += flags.has('s') ? '' : `grep: ${file}: No such file or directory\n`;
      continue;
    }
    const prefix = files.length > 1 && !flags.has('h') ? `${file}:` : '';
    let count = 0;
    for (const [index, line] of text.replace(/\n$/, '').split('\n').entries()) {
      const matches = [...line.matchAll(pattern)].map(([match]) => match);
      if (matches.length > 0 === flags.has('v') || count >= most) continue;
      count += 1;
      const shown = flags.has('o') ? matches.filter((match) => match !== '') : [line];
      const number = flags.has('n') ? `${index + 1}:` : '';
      if (!flags.has('c')) stdout += shown.map((one) => `${prefix}${number}${one}\n`).join('');
    }
    if (flags.has('c')) stdout += `${prefix}${count}\n`;
    found += count;
  }
  const out = flags.has('q') ? '' : stdout;
  if (found > 0) return stderr === '' || flags.has('q') ? succeed(out) : fail(2, stderr, out);
  return fail(stderr === '' ? 1 : 2, stderr, out);
}

function readFile(call: ProgramCall, file: string): string | undefined {
  if (file === '-') return decodeBytesToUtf8(call.context.stdin);
  const path = resolvePath(call, file);
  return call.guest.disk.find(path)?.kind === 'file' ? call.guest.disk.readText(path) : undefined;
}
