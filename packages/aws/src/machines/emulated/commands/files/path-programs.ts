import { randomBytes } from '../../../random';
import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

const mktemp: Program = (args, call) => {
  const template =
    args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-p') ?? 'tmp.XXXXXXXXXX';
  const flagged = args.indexOf('-p');
  const directory = flagged >= 0 ? (args[flagged + 1] ?? '/tmp') : '/tmp';
  if (!/XXX/.test(template)) return fail(1, `mktemp: too few X's in template ‘${template}’`);
  const random = () => randomBytes(16).toString('base64').replace(/\W/g, '');
  const name = template.replace(/X{3,}(?!.*X{3})/, (run) =>
    random().padEnd(run.length, '0').slice(0, run.length),
  );
  const isBare =
    !template.includes('/') && (template === 'tmp.XXXXXXXXXX' || flagged >= 0 || args.includes('-t'));
  const path = isBare ? `${directory}/${name}` : resolvePath(call, name);
  if (args.some((arg) => /^-[a-z]*d/.test(arg))) call.guest.disk.makeDirectory(path, 0o700);
  else call.guest.disk.write(path, '', 0o600);
  return succeed(`${isBare || name.startsWith('/') ? path : name}\n`);
};

const realpath: Program = (args, call) => {
  const path = args.find((arg) => !arg.startsWith('-')) ?? '';
  const absolute = resolvePath(call, path);
  if (!call.guest.disk.has(absolute))
    return args.includes('-m')
      ? succeed(`${absolute}\n`)
      : fail(1, `realpath: ${path}: No such file or directory`);
  return succeed(`${call.guest.disk.canonical(absolute)}\n`);
};

/** Paths that are made up or made canonical. */
export const PATH_PROGRAMS: Programs = { mktemp, realpath };
