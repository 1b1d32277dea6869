import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

/** `file`, with `-s` for devices too: one that is not there is told, as when a script waits for a second disk. */
const file: Program = async (args, call) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const shown = args.flatMap((arg) => {
    if (arg === '--special-files') return [];
    const rest = /^-[a-zA-Z]+$/.test(arg) ? arg.replace(/[skpE]/g, '') : arg;
    return rest === '-' ? [] : [rest];
  });
  const isBrief = args.some((arg) => /^-[a-zA-Z]*b/.test(arg) || arg === '--brief');
  const [device] = words.filter((word) => word.startsWith('/dev/'));
  if (device !== undefined && words.length === 1) {
    if (call.guest.disk.has(resolvePath(call, device))) return call.lacks(`program file for ${device}`);
    const says = `cannot open \`${device}' (No such file or directory)\n`;
    return succeed(isBrief ? says : `${device}: ${says}`);
  }
  return call.context.origCommand
    ? await call.context.origCommand(shown)
    : fail(127, 'file: command not found');
};

export const FILE_TYPE_PROGRAMS: Programs = { file };
