import type { Disk } from '../../disk/disk';
import { abbreviate, isZone, offsetOf, zoneOf } from '../../system/time-zone';
import { fail, type Program, type Programs, succeed } from '../program';

const timedatectl: Program = (args, { guest, lacks }) => {
  const [verb = 'status', value] = args.filter((arg) => !arg.startsWith('-'));
  if (verb === 'set-timezone') {
    if (value === undefined || !isZone(value))
      return fail(1, `Failed to set time zone: Invalid or not installed time zone '${value ?? ''}'`);
    guest.disk.remove('/etc/localtime');
    guest.disk.makeSymlink(`../usr/share/zoneinfo/${value}`, '/etc/localtime');
    return succeed();
  }
  if (verb === 'set-ntp') return succeed();
  const zone = zoneOf(guest.disk);
  const now = guest.now();
  if (verb === 'show')
    return succeed(`Timezone=${zone}\nLocalRTC=no\nCanNTP=yes\nNTP=yes\nNTPSynchronized=yes\n`);
  if (verb !== 'status') return lacks(`timedatectl ${verb}`);
  const utc = now.toISOString().slice(0, 19).replace('T', ' ');
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(now);
  const shown = abbreviate(zone, now);
  return succeed(
    `               Local time: ${local} ${shown}\n           Universal time: ${utc} UTC\n                 RTC time: ${utc}\n                Time zone: ${zone} (${shown}, ${offsetOf(zone, now)})\nSystem clock synchronized: yes\n              NTP service: active\n          RTC in local TZ: no\n`,
  );
};

const localectl: Program = (args, { guest: { disk } }) => {
  const [verb, ...values] = args.filter((arg) => !arg.startsWith('-'));
  if (verb === 'set-locale') {
    const [value = ''] = values;
    disk.write('/etc/locale.conf', `${value.includes('=') ? value : `LANG=${value}`}\n`);
    return succeed();
  }
  const locale = readIfAny(disk, '/etc/locale.conf').trim() || 'LANG=C.UTF-8';
  return succeed(`   System Locale: ${locale}\n       VC Keymap: us\n      X11 Layout: us\n`);
};

/** `sysctl -w name=value`, `-p [file]` and `name`, over files under /proc/sys. */
const sysctl: Program = (args, { guest: { disk } }) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const pathOf = (name: string) => `/proc/sys/${name.replace(/\./g, '/')}`;
  const reads = args.some((arg) => arg === '-p' || arg === '--system' || arg.startsWith('--load'));
  const files = args.includes('--system')
    ? disk.listIfAny('/etc/sysctl.d').map((name) => `/etc/sysctl.d/${name}`)
    : [words[0] ?? '/etc/sysctl.conf'];
  const lines = reads
    ? files
        .flatMap((file) => readIfAny(disk, file).split('\n'))
        .filter((line) => /^\s*[\w./-]+\s*=/.test(line))
    : words;
  let text = '';
  for (const line of lines) {
    const [name = '', ...value] = line.split('=').map((part) => part.trim());
    if (value.length > 0) disk.install(pathOf(name), `${value.join('=')}\n`);
    else if (!disk.has(pathOf(name)))
      return fail(255, `sysctl: cannot stat ${pathOf(name)}: No such file or directory`, text);
    const shown = disk.readText(pathOf(name)).trim();
    if (!args.includes('-q')) text += args.includes('-n') ? `${shown}\n` : `${name} = ${shown}\n`;
  }
  return succeed(text);
};

const getenforce: Program = (_, { guest }) => {
  const mode = /^SELINUX=(\w+)/m.exec(readIfAny(guest.disk, '/etc/selinux/config'))?.[1] ?? 'permissive';
  return succeed(`${mode.charAt(0).toUpperCase()}${mode.slice(1)}\n`);
};

const setenforce: Program = (args) =>
  /^(0|1|permissive|enforcing)$/i.test(args[0] ?? '')
    ? succeed()
    : fail(1, 'usage:  setenforce [ Enforcing | Permissive | 1 | 0 ]');

/** Settings of the running system. */
export const SETTING_PROGRAMS: Programs = {
  ...{ timedatectl, localectl, sysctl, getenforce, setenforce },
  restorecon: () => succeed(),
};

/** The text of a file; empty when there is none. */
function readIfAny(disk: Disk, path: string): string {
  return disk.has(path) ? disk.readText(path) : '';
}
