import { type UnzipFileInfo, unzipSync } from 'fflate';
import { normalizePath } from '../../disk/disk-paths';
import { fail, type Program, type Programs, resolvePath, succeed, succeedWithBytes } from '../program';

const unzip: Program = (args, call) => {
  let directory = '.';
  const flags = new Set<string>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-d') directory = args[++at] ?? '.';
    else if (/^-d./.test(arg)) directory = arg.slice(2);
    else if (arg.startsWith('-')) for (const letter of arg.slice(1)) flags.add(letter);
    else words.push(arg);
  }
  const [archive, ...only] = words;
  if (archive === undefined)
    return fail(10, 'UnZip 6.00 of 20 April 2009. Usage: unzip [-opts] file[.zip] [list] [-d exdir]');
  const { disk } = call.guest;
  const path = [resolvePath(call, archive), `${resolvePath(call, archive)}.zip`].find(
    (candidate) => disk.find(candidate)?.kind === 'file',
  );
  if (path === undefined)
    return fail(9, `unzip:  cannot find or open ${archive}, ${archive}.zip or ${archive}.ZIP.`);
  const infos: UnzipFileInfo[] = [];
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(disk.read(path), {
      filter: (info) => {
        infos.push(info);
        return only.length === 0 || only.includes(info.name);
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      9,
      `Archive:  ${archive}\n  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive (${reason}).`,
    );
  }
  if (flags.has('l'))
    return succeed(
      `Archive:  ${archive}\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n${infos.map(({ originalSize, name }) => `${String(originalSize).padStart(9)}  2025-01-01 00:00   ${name}\n`).join('')}`,
    );
  if (flags.has('p')) return succeedWithBytes(Buffer.concat(Object.values(files)));
  const target = resolvePath(call, directory);
  const lines = flags.has('q') ? [] : [`Archive:  ${archive}\n`];
  for (const [name, bytes] of Object.entries(files)) {
    const inside = flags.has('j') ? (name.split('/').at(-1) ?? '') : name;
    // normalizePath keeps a name with `..` under the target, as unzip does.
    const file = `${target === '/' ? '' : target}${normalizePath(inside)}`;
    if (name.endsWith('/')) {
      if (!flags.has('j')) disk.makeDirectory(file);
      continue;
    }
    if (disk.has(file) && flags.has('n')) continue;
    if (disk.has(file) && !flags.has('o'))
      return fail(
        1,
        `replace ${file}? [y]es, [n]o, [A]ll, [N]one, [r]ename:  NULL\n(EOF or read error, treating as "[N]one" ...)`,
        lines.join(''),
      );
    disk.install(file, bytes);
    lines.push(flags.has('q') ? '' : `  inflating: ${file}\n`);
  }
  return succeed(lines.join(''));
};

export const UNZIP_PROGRAMS: Programs = { unzip };
