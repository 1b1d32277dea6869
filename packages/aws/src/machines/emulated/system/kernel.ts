import type { MachineOptions } from '../../machine-options';
import { randomBytes, randomUUID } from '../../random';
import type { Disk } from '../disk/disk';
import type { SerialConsole } from './serial-console';
import { useSwapOfFstab } from './swaps';

/** As `uname -r` shows it, without the architecture. */
export const KERNEL = '6.1.158-178.288.amzn2023';

/** What one read of an endless device yields: a command reads it whole. */
const ENDLESS_BYTES = 64 * 1024;

/** Of those that scripts read or set. */
const KERNEL_PARAMETERS: Readonly<Record<string, string>> = {
  'net/core/somaxconn': '4096',
  'net/ipv4/ip_forward': '0',
  'net/ipv4/tcp_keepalive_time': '7200',
  'net/ipv4/ip_local_port_range': '32768\t60999',
  'vm/swappiness': '60',
  'vm/max_map_count': '65530',
  'vm/overcommit_memory': '0',
  'fs/file-max': '9223372036854775807',
};

/** What is not on the root volume, and so is new at every boot: /dev, /proc, /run and, on AL2023, /tmp. */
export function mountVolatile(disk: Disk, options: MachineOptions, serial: SerialConsole): void {
  for (const directory of ['/dev', '/proc', '/run', '/tmp'])
    for (const name of disk.listIfAny(directory)) disk.remove(`${directory}/${name}`);
  disk.makeDirectory('/tmp', 0o1777);
  for (const directory of ['/dev/shm', '/proc/self', '/run/httpd', '/run/lock', '/run/systemd/system'])
    disk.makeDirectory(directory);
  const devices = [
    'null',
    'zero',
    'console',
    'ttyS0',
    'tty',
    'stdin',
    'stdout',
    'stderr',
    'random',
    'urandom',
  ];
  for (const name of devices) disk.makeDevice(`/dev/${name}`, name);
  const toConsole = {
    read: () => new Uint8Array(),
    write: (bytes: Uint8Array) => serial.raw(Buffer.from(bytes).toString('utf8').replace(/\r?\n/g, '\r\n')),
  };
  for (const name of ['console', 'ttyS0', 'tty']) disk.attachDevice(name, toConsole);
  const endless = (read: () => Uint8Array) => ({ read, write: () => {} });
  disk.attachDevice(
    'zero',
    endless(() => new Uint8Array(ENDLESS_BYTES)),
  );
  for (const name of ['random', 'urandom'])
    disk.attachDevice(
      name,
      endless(() => randomBytes(ENDLESS_BYTES)),
    );
  writeKernelFiles(disk, options, serial);
  useSwapOfFstab(disk);
}

/** What the serial console shows before anything else runs. */
export function printKernel(serial: SerialConsole, options: MachineOptions, disk: Disk): void {
  const architecture = disk.readText('/etc/rpm/platform').split('-')[0] ?? '';
  serial.line(`Linux version ${KERNEL}.${architecture} (mockbuild@ip-10-0-0-1) #1 SMP PREEMPT_DYNAMIC`);
  serial.line(
    `Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz-${KERNEL}.${architecture} root=UUID=0 ro console=tty0 console=ttyS0,115200n8`,
  );
  serial.line(`DMI: Amazon EC2 ${options.instanceType}/, BIOS 1.0 10/16/2017`);
  serial.line('systemd[1]: Detected virtualization amazon.');
  serial.line(`systemd[1]: Hostname set to <${options.hostname}>.`);
}

/** /proc and /sys, as far as scripts read them. */
function writeKernelFiles(disk: Disk, options: MachineOptions, serial: SerialConsole): void {
  disk.write('/proc/version', `Linux version ${KERNEL} (mockbuild@ip-10-0-0-1) #1 SMP PREEMPT_DYNAMIC\n`);
  disk.write(
    '/proc/meminfo',
    'MemTotal:         942528 kB\nMemFree:          512000 kB\nMemAvailable:     700000 kB\n',
  );
  disk.write('/proc/cpuinfo', 'processor\t: 0\n\nprocessor\t: 1\n');
  disk.write(
    '/proc/cmdline',
    `BOOT_IMAGE=/boot/vmlinuz-${KERNEL} root=UUID=0 ro console=tty0 console=ttyS0,115200n8\n`,
  );
  disk.write('/proc/loadavg', '0.00 0.00 0.00 1/120 1500\n');
  disk.write('/proc/mounts', '/dev/xvda1 / xfs rw,noatime 0 0\ntmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n');
  disk.makeDevice('/proc/uptime', 'uptime', 0o444);
  const uptime = () => Buffer.from(`${serial.uptime().toFixed(2)} ${serial.uptime().toFixed(2)}\n`);
  disk.attachDevice('uptime', { read: uptime, write: () => {} });
  disk.makeDirectory('/proc/sys/kernel/random');
  disk.makeDevice('/proc/sys/kernel/random/uuid', 'uuid', 0o444);
  disk.attachDevice('uuid', { read: () => Buffer.from(`${randomUUID()}\n`), write: () => {} });
  for (const [name, value] of Object.entries(KERNEL_PARAMETERS))
    disk.install(`/proc/sys/${name}`, `${value}\n`);
  disk.install('/sys/class/net/ens5/address', `${options.mac}\n`);
  disk.install('/sys/hypervisor/uuid', 'ec2e1916-9099-7caf-fd21-012345abcdef\n');
  disk.install('/sys/devices/virtual/dmi/id/board_asset_tag', `${options.instanceId}\n`);
}
