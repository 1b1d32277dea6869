import { KERNEL } from '../../system/kernel';
import { type Program, type Programs, succeed } from '../program';

const uname: Program = (args, { guest }) => {
  const machine = guest.disk.readText('/etc/rpm/platform').split('-')[0] ?? '';
  const fields: [string, string][] = [
    ['s', 'Linux'],
    ['n', guest.options.hostname],
    ['r', `${KERNEL}.${machine}`],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', machine],
    ['p', machine],
    ['i', machine],
    ['o', 'GNU/Linux'],
  ];
  const asked = args.join('').replace(/-/g, '') || 's';
  const letters = asked.includes('a') ? 'snrvmpio' : asked;
  return succeed(
    `${fields
      .filter(([letter]) => letters.includes(letter))
      .map(([, value]) => value)
      .join(' ')}\n`,
  );
};

const hostname: Program = (args, { guest }) => {
  const { hostname: full, privateIp } = guest.options;
  const current = guest.disk.readText('/etc/hostname').trim() || full;
  if (args.some((arg) => /^-[a-z]*[iI]/.test(arg))) return succeed(`${privateIp}\n`);
  if (args.some((arg) => arg === '-s' || arg === '--short')) return succeed(`${current.split('.')[0]}\n`);
  if (args.some((arg) => arg === '-d' || arg === '--domain'))
    return succeed(`${current.split('.').slice(1).join('.')}\n`);
  const name = args.find((arg) => !arg.startsWith('-'));
  if (name === undefined) return succeed(`${current}\n`);
  guest.disk.write('/etc/hostname', `${name}\n`);
  return succeed();
};

const hostnamectl: Program = (args, { guest }) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  if ((words[0] === 'set-hostname' || words[0] === 'hostname') && words[1] !== undefined) {
    guest.disk.write('/etc/hostname', `${words[1]}\n`);
    return succeed();
  }
  const name = guest.disk.readText('/etc/hostname').trim();
  if (words[0] === 'hostname' || args.includes('--static')) return succeed(`${name}\n`);
  return succeed(
    ` Static hostname: ${name}\n       Icon name: computer-vm\n         Chassis: vm\n  Virtualization: amazon\nOperating System: Amazon Linux 2023.9.20251117\n          Kernel: Linux ${KERNEL}\n    Architecture: ${guest.disk.readText('/etc/rpm/platform').startsWith('aarch64') ? 'arm64' : 'x86-64'}\n Hardware Vendor: Amazon EC2\n  Hardware Model: ${guest.options.instanceType}\n`,
  );
};

/** Names of the machine and its kernel. */
export const NAME_PROGRAMS: Programs = { uname, hostname, hostnamectl };
