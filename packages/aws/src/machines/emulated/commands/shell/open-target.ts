import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

/** Named so that no listing shows it and no script calls it. */
export const OPEN_TARGET = '.open';

/** Whether the shell could open a file to write to: just-bash ends as a whole when it cannot. */
const openTarget: Program = ([target = ''], call) => {
  const path = resolvePath(call, target);
  const directory = call.guest.disk.find(path.slice(0, path.lastIndexOf('/')) || '/');
  if (directory === undefined || target === '') return fail(1, `bash: ${target}: No such file or directory`);
  return directory.kind === 'directory' ? succeed() : fail(1, `bash: ${target}: Not a directory`);
};

export const OPEN_TARGET_PROGRAMS: Programs = { [OPEN_TARGET]: openTarget };
