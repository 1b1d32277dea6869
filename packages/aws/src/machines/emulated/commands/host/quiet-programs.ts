import { fail, type Program, type Programs, succeed } from '../program';

const quietly: Program = () => succeed();

const visudo: Program = (args, { guest: { disk }, lacks }) => {
  if (!args.some((arg) => /^-[a-z]*c|^--check$/.test(arg)))
    return lacks('visudo without -c: there is no terminal');
  const given = args.find(
    (arg, at) => !arg.startsWith('-') && /^-[a-z]*f$|^--file$/.test(args[at - 1] ?? ''),
  );
  const files =
    given === undefined
      ? ['/etc/sudoers', ...disk.listIfAny('/etc/sudoers.d').map((name) => `/etc/sudoers.d/${name}`)]
      : [given];
  const lines: string[] = [];
  for (const file of files) {
    if (!disk.has(file)) return fail(1, `visudo: ${file}: No such file or directory`);
    const wrong = disk
      .readText(file)
      .split('\n')
      .findIndex((line) => !isSudoersLine(line));
    if (wrong >= 0) return fail(1, `${file}:${wrong + 1}:1: syntax error`, lines.join(''));
    lines.push(`${file}: parsed OK\n`);
  }
  return succeed(args.some((arg) => /^-[a-z]*q/.test(arg)) ? '' : lines.join(''));
};

function isSudoersLine(line: string): boolean {
  const text = line.replace(/#(?!include).*$/, '').trim();
  return (
    text === '' ||
    /^[#@]include/.test(text) ||
    /^(?:Defaults\b|(?:User|Runas|Host|Cmnd|Cmd)_Alias\b)/.test(text) ||
    /^\S+\s+\S+\s*=\s*.+$/.test(text)
  );
}

/** The CPU of the machine: the same always. */
const lscpu: Program = (_, { guest }) => {
  const machine = guest.disk.readText('/etc/rpm/platform').split('-')[0] ?? 'x86_64';
  return succeed(
    `Architecture:            ${machine}\nCPU(s):                  2\nThread(s) per core:      2\n`,
  );
};

const arch: Program = (_, { guest }) =>
  succeed(`${guest.disk.readText('/etc/rpm/platform').split('-')[0] ?? 'x86_64'}\n`);

const locale: Program = (args, { guest, lacks }) => {
  if (args.length > 0 && args[0] !== '-a') return lacks(`locale ${args.join(' ')}`);
  if (args[0] === '-a') return succeed('C\nC.utf8\nPOSIX\n');
  const text = guest.disk.has('/etc/locale.conf') ? guest.disk.readText('/etc/locale.conf') : '';
  const lang = /^LANG=(.*)$/m.exec(text)?.[1] ?? 'C.UTF-8';
  return succeed(`LANG=${lang}\nLC_CTYPE="${lang}"\nLC_ALL=\n`);
};

/** Programs whose work cannot be seen from outside. */
export const QUIET_PROGRAMS: Programs = {
  ...{ lscpu, arch, locale, who: quietly, users: quietly, logname: () => fail(1, 'logname: no login name') },
  ...{
    ldconfig: quietly,
    visudo,
    'systemd-detect-virt': () => succeed('amazon\n'),
    tty: () => fail(1, '', 'not a tty\n'),
    reset: quietly,
    tset: quietly,
  },
};
