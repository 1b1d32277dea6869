import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

/*
 * SELinux is permissive, as on Amazon Linux 2023: contexts, booleans and rules are taken and change nothing that can be seen from
 * outside. What their programs would refuse is refused, and what is not known here is said to be lacking.
 */

const CHCON_WITH_VALUE = /^(?:-[turl]|--(?:type|user|role|range))$/;
const CHCON_FLAG =
  /^(?:-[RvhHLPf]+|--(?:recursive|verbose|no-dereference|dereference|(?:no-)?preserve-root))$/;

const chcon: Program = (args, call) => {
  const operands: string[] = [];
  let hasContext = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (CHCON_WITH_VALUE.test(arg) || /^--(?:type|user|role|range|reference)=/.test(arg)) {
      hasContext = true;
      if (!arg.includes('=')) at += 1;
    } else if (!arg.startsWith('-')) operands.push(arg);
    else if (!CHCON_FLAG.test(arg)) return call.lacks(`option ${arg} of chcon`);
  }
  const needed = hasContext ? 1 : 2;
  if (operands.length < needed) {
    const after = operands.length > 0 ? ` after ‘${operands.at(-1)}’` : '';
    return fail(1, `chcon: missing operand${after}\nTry 'chcon --help' for more information.`);
  }
  const missing = operands.slice(needed - 1).filter((path) => !call.guest.disk.has(resolvePath(call, path)));
  const lines = missing.map((path) => `chcon: cannot access '${path}': No such file or directory`);
  return lines.length > 0 ? fail(1, lines.join('\n')) : succeed();
};

const VALUE = /^(?:0|1|on|off|true|false)$/i;
const SETSEBOOL_USAGE = '\nUsage:  setsebool [ -NPV ] boolean value | bool1=val1 bool2=val2...\n\n';

const setsebool: Program = (args, { lacks }) => {
  const words: string[] = [];
  for (const arg of args) {
    if (!arg.startsWith('-')) words.push(arg);
    else if (!/^-[NPV]+$/.test(arg)) return lacks(`option ${arg} of setsebool`);
  }
  const pairs = words.some((word) => word.includes('='))
    ? words.map((word) => word.split('=', 2))
    : words.length === 2
      ? [words]
      : [];
  if (pairs.length === 0) return fail(1, SETSEBOOL_USAGE);
  for (const [name = '', value] of pairs) {
    if (value === undefined) return fail(1, SETSEBOOL_USAGE);
    if (!VALUE.test(value)) return fail(1, `setsebool:  illegal value ${value} for boolean ${name}`);
  }
  return succeed();
};

const SEMANAGE_COMMANDS = [
  ...['import', 'export', 'login', 'user', 'port', 'ibpkey', 'ibendport', 'interface', 'module', 'node'],
  ...['fcontext', 'boolean', 'permissive', 'dontaudit'],
];
const CHANGES = /^-(?:[adm]|D)$|^--(?:add|delete|modify|deleteall)$/;

const semanage: Program = (args, { lacks }) => {
  const [command = '', ...rest] = args;
  if (!SEMANAGE_COMMANDS.includes(command))
    return fail(
      2,
      `usage: semanage [-h] {${SEMANAGE_COMMANDS.join(',')}} ...\nsemanage: error: argument subcommand: invalid choice: '${command}' (choose from ${SEMANAGE_COMMANDS.map((name) => `'${name}'`).join(', ')})`,
    );
  // Lists would have to show what was taken.
  return rest.some((arg) => CHANGES.test(arg)) ? succeed() : lacks(`semanage ${args.join(' ')}`);
};

const sestatus: Program = () =>
  succeed(
    'SELinux status:                 enabled\nCurrent mode:                   permissive\nMode from config file:          permissive\n',
  );

/** Nothing here looks at the certificates that the system trusts; what is taken is taken as there. */
function updateCaTrust(args: readonly string[], { lacks }: ProgramCall) {
  return args.length === 0 || (args.length === 1 && args[0] === 'extract')
    ? succeed()
    : lacks(`update-ca-trust ${args.join(' ')}`);
}

export const SECURITY_PROGRAMS: Programs = {
  chcon,
  setsebool,
  semanage,
  sestatus,
  'update-ca-trust': updateCaTrust,
};
