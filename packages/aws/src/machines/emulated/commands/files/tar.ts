import { fail, type Program, type Programs } from '../program';

/** Options of GNU tar that just-bash does not know and that change nothing here: everything is root's. */
const WITHOUT_EFFECT =
  /^--(no-)?(same-owner|same-permissions|overwrite|overwrite-dir|numeric-owner|acls|selinux|xattrs|delay-directory-restore|recursion)$|^--(warning|owner|group|checkpoint|totals|format)(=.*)?$/;

const tar: Program = async (args, { context }) => {
  if (context.origCommand === undefined) return fail(127, 'tar: command not found');
  return await context.origCommand(args.filter((arg) => !WITHOUT_EFFECT.test(arg)));
};

export const TAR_PROGRAMS: Programs = { tar };
