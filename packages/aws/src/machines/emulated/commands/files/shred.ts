import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

/** `shred [-uzfv] [-n passes] [-s size] file…`: what was in a file is gone; with `-u` the file, too. */
const shred: Program = (args, call) => {
  const { disk } = call.guest;
  const files: string[] = [];
  let [removes, isVerbose, passes, zeroes] = [false, false, 3, false];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-n' || arg === '-s') {
      const value = args[++at] ?? '';
      if (arg === '-n') passes = Number(value);
    } else if (arg.startsWith('--iterations=')) passes = Number(arg.slice(13));
    else if (/^--(remove|zero|force|verbose|exact)/.test(arg)) {
      removes ||= arg.startsWith('--remove');
      zeroes ||= arg === '--zero';
      isVerbose ||= arg === '--verbose';
    } else if (/^-[a-z]+$/.test(arg)) {
      removes ||= arg.includes('u');
      zeroes ||= arg.includes('z');
      isVerbose ||= arg.includes('v');
      const joined = /n(\d+)$/.exec(arg)?.[1];
      if (joined !== undefined) passes = Number(joined);
    } else files.push(arg);
  }
  if (files.length === 0)
    return fail(1, "shred: missing file operand\nTry 'shred --help' for more information.");
  const errors: string[] = [];
  for (const file of files) {
    const path = resolvePath(call, file);
    const node = disk.find(path);
    if (node === undefined)
      errors.push(`shred: ${file}: failed to open for writing: No such file or directory\n`);
    else if (node.kind === 'directory')
      errors.push(`shred: ${file}: failed to open for writing: Is a directory\n`);
    else {
      const total = passes + (zeroes ? 1 : 0);
      if (isVerbose)
        for (let pass = 1; pass <= total; pass += 1)
          errors.push(`shred: ${file}: pass ${pass}/${total} (${pass > passes ? '000000' : 'random'})...\n`);
      if (removes) disk.remove(path);
      else if (node.kind === 'file') disk.write(path, new Uint8Array(node.size));
    }
  }
  const hasFailed = errors.some((error) => error.includes('failed to open'));
  return hasFailed ? fail(1, errors.join('')) : succeed('', errors.join(''));
};

export const SHRED_PROGRAMS: Programs = { shred };
