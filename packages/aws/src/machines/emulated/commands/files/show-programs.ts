import { createHash } from 'node:crypto';
import { latin1FromBytes } from 'just-bash';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  resolvePath,
  runCommand,
  succeed,
  succeedWithBytes,
} from '../program';

/** A pager without a terminal prints all. */
const pager: Program = (args, call) => {
  const files = args.filter((arg) => !/^[-+]./.test(arg));
  if (files.length === 0) return succeedWithBytes(Buffer.from(latin1FromBytes(call.context.stdin), 'latin1'));
  const missing = files.find((file) => !call.guest.disk.has(resolvePath(call, file)));
  if (missing !== undefined) return fail(1, `${missing}: No such file or directory`);
  return succeedWithBytes(Buffer.concat(files.map((file) => call.guest.disk.read(resolvePath(call, file)))));
};

const sum =
  (algorithm: string): Program =>
  (args, call) => {
    const flags = args.filter((arg) => arg.startsWith('-') && arg !== '-');
    if (flags.some((flag) => !['-b', '-t', '--binary', '--text'].includes(flag)))
      return call.lacks(`${call.name} ${flags.join(' ')}`);
    const files = args.filter((arg) => !flags.includes(arg));
    const lines = (files.length === 0 ? ['-'] : files).map((file) => {
      const bytes = readOf(call, file);
      return bytes === undefined
        ? undefined
        : `${createHash(algorithm).update(bytes).digest('hex')}  ${file}\n`;
    });
    const missing = files.filter((_, at) => lines[at] === undefined);
    const errors = missing.map((file) => `${call.name}: ${file}: No such file or directory\n`).join('');
    const text = lines.filter((line) => line !== undefined).join('');
    return missing.length === 0 ? succeed(text) : fail(1, errors, text);
  };

function readOf(call: ProgramCall, file: string): Uint8Array | undefined {
  if (file === '-') return Buffer.from(latin1FromBytes(call.context.stdin), 'latin1');
  const path = resolvePath(call, file);
  return call.guest.disk.find(path)?.kind === 'file' ? call.guest.disk.read(path) : undefined;
}

/** `flock [-n] file command…`, `-c line`, or a descriptor: nobody else holds a lock here, so it is had at once. */
const flock: Program = async (args, call) => {
  const words = [...args];
  while (words[0]?.startsWith('-')) {
    const flag = words.shift() ?? '';
    if (/^-[wE]$|^--(?:timeout|wait|conflict-exit-code)$/.test(flag)) words.shift();
  }
  const [file, ...command] = words;
  if (file === undefined) return fail(64, 'flock: requires file descriptor, file or directory');
  if (command.length === 0) return succeed();
  const path = resolvePath(call, file);
  const { disk } = call.guest;
  if (!disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(66, `flock: cannot open lock file ${file}: No such file or directory`);
  if (!disk.has(path)) disk.write(path, '');
  return await runCommand(
    call,
    command[0] === '-c' || command[0] === '--command' ? ['bash', '-c', ...command.slice(1)] : command,
  );
};

/** Programs that show files, or hold them. */
export const SHOW_PROGRAMS: Programs = {
  ...{ less: pager, more: pager, flock },
  ...{ sha224sum: sum('sha224'), sha384sum: sum('sha384'), sha512sum: sum('sha512') },
};
