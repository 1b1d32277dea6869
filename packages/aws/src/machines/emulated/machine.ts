import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { DiskSnapshot } from '../disk-snapshot';
import type { Machine } from '../engine';
import type { MachineOptions } from '../machine-options';
import { CloudInit } from './cloud-init/cloud-init';
import { Disk } from './disk/disk';
import type { PowerAction } from './system/guest';
import { SerialConsole } from './system/serial-console';
import { System } from './system/system';
import { SystemdError } from './systemd/systemd-error';

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

const PREVIOUS_HOSTNAME = '/var/lib/cloud/data/previous-hostname';

const KERNEL = '6.1.158-178.288.amzn2023';

/**
 * The inside of an EC2 instance: a disk, and while it runs an operating system with services, a shell and real
 * servers on the loopback address.
 */
export class EmulatedMachine implements Machine {
  private readonly disk: Disk;
  private readonly serial: SerialConsole;
  private system: System | undefined;
  private booting: Promise<void> | undefined;
  private terminated = false;

  constructor(private readonly options: MachineOptions) {
    this.disk = new Disk(options.disk, options.now);
    this.serial = new SerialConsole(options.now);
  }

  async boot(): Promise<void> {
    if (this.terminated) throw new Error(`${this.options.instanceId} is terminated`);
    if (this.system !== undefined) throw new Error(`${this.options.instanceId} runs already`);
    const system = new System(this.options, this.disk, this.serial, (action) =>
      this.changePower(system, action),
    );
    this.system = system;
    this.booting = this.runBoot(system);
    await this.booting;
  }

  async stop(): Promise<void> {
    const { system } = this;
    if (system === undefined) return;
    this.system = undefined;
    this.serial.line('systemd-shutdown[1]: Syncing filesystems and block devices.');
    await system.stop();
    await this.booting;
    this.serial.line('reboot: Power down');
  }

  async terminate(): Promise<void> {
    this.terminated = true;
    const { system } = this;
    this.system = undefined;
    await system?.halt();
    await this.booting;
  }

  snapshot(): DiskSnapshot {
    return this.disk.snapshot();
  }

  console(): string {
    return this.serial.read();
  }

  private async runBoot(system: System): Promise<void> {
    const { options, disk, serial } = this;
    let finish: () => void = () => {};
    system.cloudInit.done = new Promise((resolve) => {
      finish = resolve;
    });
    try {
      serial.startClock();
      mountVolatile(disk, options, serial);
      writeHost(disk, options);
      printKernel(serial, options, disk);
      await startServices(system);
      if (!system.power.aborted) await new CloudInit(system).run();
      if (!system.power.aborted) printLogin(serial, system);
    } catch (error) {
      // A stopped machine rejects what its programs waited for.
      if (!system.power.aborted) throw error;
    } finally {
      finish();
    }
  }

  private changePower(system: System, action: PowerAction): void {
    if (this.system !== system) return;
    if (action === 'poweroff') {
      if (this.options.onShutdown) this.options.onShutdown();
      else void this.stop();
    } else if (this.options.onReboot) this.options.onReboot();
    else void this.stop().then(() => (this.terminated ? undefined : this.boot()));
  }
}

/** What is not on the root volume, and so is new at every boot: /dev, /proc, /run and, on AL2023, /tmp. */
function mountVolatile(disk: Disk, options: MachineOptions, serial: SerialConsole): void {
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

/** As cloud-init: a name that was set by hand stays over reboots, and a new instance gets one of its own. */
function writeHost(disk: Disk, options: MachineOptions): void {
  const read = (path: string) => (disk.has(path) ? disk.readText(path).trim() : undefined);
  const isNew = read('/var/lib/cloud/data/instance-id') !== options.instanceId;
  if (isNew || read('/etc/hostname') === read(PREVIOUS_HOSTNAME)) {
    disk.write('/etc/hostname', `${options.hostname}\n`);
    disk.install(PREVIOUS_HOSTNAME, `${options.hostname}\n`);
  }
  // An image's own is empty, so that each instance makes one.
  disk.write('/etc/machine-id', `${createHash('md5').update(options.instanceId).digest('hex')}\n`, 0o444);
}

function printKernel(serial: SerialConsole, options: MachineOptions, disk: Disk): void {
  const architecture = disk.readText('/etc/rpm/platform').split('-')[0] ?? '';
  serial.line(`Linux version ${KERNEL}.${architecture} (mockbuild@ip-10-0-0-1) #1 SMP PREEMPT_DYNAMIC`);
  serial.line(
    `Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz-${KERNEL}.${architecture} root=UUID=0 ro console=tty0 console=ttyS0,115200n8`,
  );
  serial.line(`DMI: Amazon EC2 ${options.instanceType}/, BIOS 1.0 10/16/2017`);
  serial.line('systemd[1]: Detected virtualization amazon.');
  serial.line(`systemd[1]: Hostname set to <${options.hostname}>.`);
}

/** Starts what the disk enables; a service that fails does not keep the others from starting. */
async function startServices(system: System): Promise<void> {
  for (const unit of system.systemd.units.enabledUnits()) {
    if (system.power.aborted) return;
    try {
      await system.systemd.start(unit.name);
      system.console.raw(`[  OK  ] Started ${unit.name} - ${unit.description}.\r\n`);
    } catch (error) {
      if (!(error instanceof SystemdError)) throw error;
      system.console.raw(
        `[FAILED] Failed to start ${unit.name} - ${unit.description}.\r\nSee 'systemctl status ${unit.name}' for details.\r\n`,
      );
    }
  }
  system.console.raw('[  OK  ] Reached target multi-user.target - Multi-User System.\r\n');
}

function printLogin(serial: SerialConsole, system: System): void {
  serial.endStream();
  serial.raw(
    `\r\nAmazon Linux 2023.9.20251117\r\nKernel ${KERNEL} on an ${system.disk.readText('/etc/rpm/platform').split('-')[0]} (-)\r\n\r\n${system.hostname} login: `,
  );
}
