import { gzipSync } from 'node:zlib';
import type { ExecResult } from 'just-bash';
import type { Disk } from '../../disk/disk';
import { expandGlob } from '../../web/expand-glob';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  resolvePath,
  runText,
  succeed,
} from '../program';

interface Section {
  patterns: string[];
  options: Map<string, string>;
  scripts: Map<string, string>;
}

/** A line that logrotate does not take. */
class BadConfig extends Error {
  override readonly name = 'BadConfig';
}

const OPTIONS = new Set(
  `daily weekly monthly yearly hourly rotate size minsize maxsize maxage minage compress nocompress delaycompress nodelaycompress missingok
  nomissingok notifempty ifempty create nocreate copytruncate nocopytruncate copy nocopy sharedscripts nosharedscripts dateext nodateext
  dateformat dateyesterday datehourago olddir noolddir createolddir su start extension compressext compresscmd uncompresscmd compressoptions mail
  nomail mailfirst maillast shred noshred tabooext taboopat renamecopy addextension allowhardlink include ignoreduplicates`.split(
    /\s+/,
  ),
);

const SCRIPTS = ['postrotate', 'prerotate', 'firstaction', 'lastaction', 'preremove'];

/** `logrotate [-d] [-f] [-v] file…`: reads what is to be rotated, and with `-f` rotates it. */
const logrotate: Program = async (args, call) => {
  const words = args.filter(
    (arg, at) => !arg.startsWith('-') && !['-s', '--state', '-l', '--log', '-m'].includes(args[at - 1] ?? ''),
  );
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  if (words.length === 0) return fail(1, 'logrotate 3.20.1 - Copyright (C) 1995-2001 Red Hat, Inc.');
  const isDebug = /d/.test(flags) && !flags.includes('--force');
  const lines: string[] = isDebug
    ? [
        'WARNING: logrotate in debug mode does nothing except printing debug messages!  Consider using verbose mode (-v) instead if this is not what you want.\n',
      ]
    : [];
  try {
    const sections = words.flatMap((word) => readConfig(call.guest.disk, resolvePath(call, word), lines));
    lines.push(`\nHandling ${sections.length} logs\n`);
    for (const section of sections) {
      const result = await handle(
        section,
        call,
        isDebug ? 'debug' : /f/.test(flags) ? 'force' : 'look',
        lines,
      );
      if (result !== undefined) return result;
    }
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    return fail(1, `${isDebug ? lines.join('') : ''}${error.message}`);
  }
  return succeed('', isDebug || /v/.test(flags) ? lines.join('') : '');
};

/** Rotation of logs; nothing rotates them by itself here. */
export const LOGROTATE_PROGRAMS: Programs = { logrotate };

function readConfig(disk: Disk, path: string, lines: string[]): Section[] {
  const node = disk.find(path);
  if (node === undefined) throw new BadConfig(`error: cannot stat ${path}: No such file or directory`);
  if (node.kind === 'directory')
    return disk.list(path).flatMap((name) => readConfig(disk, `${path}/${name}`, lines));
  lines.push(`reading config file ${path}\n`);
  const sections: Section[] = [];
  const globals = new Map<string, string>();
  let section: Section | undefined;
  let script: string | undefined;
  const text = disk
    .readText(path)
    .replace(/\{/g, ' {\n')
    .replace(/^([^#\n]*\S)\s*\}/gm, '$1\n}');
  let pending: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(script === undefined ? /#.*$/ : /$^/, '').trim();
    if (section !== undefined && script !== undefined) {
      if (line === 'endscript') script = undefined;
      else section.scripts.set(script, `${section.scripts.get(script) ?? ''}${raw}\n`);
      continue;
    }
    if (line === '') continue;
    const [word = '', ...rest] = line.split(/\s+/);
    if (line.endsWith('{')) {
      const patterns = [...pending, ...line.slice(0, -1).trim().split(/\s+/)]
        .map((one) => one.replace(/^"|"$/g, ''))
        .filter(Boolean);
      section = { patterns, options: new Map(globals), scripts: new Map() };
      pending = [];
    } else if (line === '}') {
      if (section === undefined)
        throw new BadConfig(`error: ${path}:${index + 1} unexpected } (missing previous '{')`);
      sections.push(section);
      section = undefined;
    } else if (section && SCRIPTS.includes(word)) script = word;
    else if (OPTIONS.has(word)) {
      if (word === 'include') sections.push(...includeIfAny(disk, rest[0] ?? '', lines));
      else (section?.options ?? globals).set(word, rest.join(' '));
    } else if (word.startsWith('/') || word.startsWith('"/')) pending.push(line);
    else throw new BadConfig(`error: ${path}:${index + 1} unknown option '${word}' -- ignoring line`);
  }
  if (section !== undefined) throw new BadConfig(`error: ${path}: missing '}' at the end of the file`);
  return sections;
}

function includeIfAny(disk: Disk, path: string, lines: string[]): Section[] {
  return disk.has(path) ? readConfig(disk, path, lines) : [];
}

async function handle(
  { patterns, options, scripts }: Section,
  call: ProgramCall,
  mode: 'debug' | 'force' | 'look',
  lines: string[],
): Promise<ExecResult | undefined> {
  const { disk } = call.guest;
  const files = patterns.flatMap((pattern) =>
    /[*?[]/.test(pattern) ? expandGlob(disk, pattern) : [pattern],
  );
  const count = Number(options.get('rotate') ?? 0);
  lines.push(
    `\nrotating pattern: ${patterns.join(' ')}  ${mode === 'force' ? 'forced from command line' : 'after 1 days'} (${count} rotations)\nempty log files are ${options.has('notifempty') ? 'not rotated' : 'rotated'}, old logs are removed\n`,
  );
  for (const file of files) {
    lines.push(`considering log ${file}\n`);
    if (disk.find(file)?.kind !== 'file') {
      if (options.has('missingok')) {
        lines.push(`  log ${file} does not exist -- skipping\n`);
        continue;
      }
      return fail(1, `error: stat of ${file} failed: No such file or directory`);
    }
    if (mode !== 'force') lines.push('  log does not need rotating (log has been already rotated)\n');
    else rotate(disk, file, count, options);
  }
  const script = scripts.get('postrotate');
  return mode === 'force' && script !== undefined && files.length > 0
    ? failureOf(await runText(call, script))
    : undefined;
}

function failureOf(result: ExecResult): ExecResult | undefined {
  return result.exitCode === 0
    ? undefined
    : fail(1, `error: error running shared postrotate script\n${result.stderr}`);
}

function rotate(disk: Disk, file: string, count: number, options: ReadonlyMap<string, string>): void {
  const content = disk.read(file).slice();
  if (content.length === 0 && options.has('notifempty')) return;
  const suffix = options.has('compress') ? '.gz' : '';
  for (let at = count; at >= 1; at -= 1)
    for (const ending of ['', '.gz']) {
      const from = `${file}.${at}${ending}`;
      if (!disk.has(from)) continue;
      if (at < count) disk.write(`${file}.${at + 1}${ending}`, disk.read(from).slice());
      disk.remove(from);
    }
  const isDelayed = options.has('delaycompress');
  if (count > 0)
    disk.write(
      `${file}.1${isDelayed ? '' : suffix}`,
      suffix !== '' && !isDelayed ? gzipSync(content) : content,
    );
  disk.write(file, '');
}
