import { fail, type Program, type Programs, resolvePath, runCommand } from '../program';

/** `awk -f file`, which just-bash's awk does not know. */
const awk: Program = async (args, call) => {
  const { context, guest } = call;
  if (context.origCommand === undefined) throw new Error('the shell has no awk');
  const at = args.indexOf('-f');
  if (at < 0) return await context.origCommand(args);
  const file = args[at + 1] ?? '';
  const path = resolvePath(call, file);
  if (guest.disk.find(path)?.kind !== 'file')
    return fail(2, `awk: fatal: cannot open source file \`${file}' for reading: No such file or directory`);
  const text = guest.disk.readText(path).replace(/^#![^\n]*/, '');
  return await context.origCommand([...args.slice(0, at), text, ...args.slice(at + 2)]);
};

/** `awk`, by both of its names. */
export const AWK_PROGRAMS: Programs = { awk, gawk: (args, call) => runCommand(call, ['awk', ...args]) };
