import { createHash } from 'node:crypto';
import type { MachineOptions } from '../../machine-options';
import type { Disk } from '../disk/disk';
import { SystemdError } from '../systemd/systemd-error';
import { KERNEL } from './kernel';
import type { SerialConsole } from './serial-console';
import type { System } from './system';

const PREVIOUS_HOSTNAME = '/var/lib/cloud/data/previous-hostname';

/** As cloud-init: a name that was set by hand stays over reboots, and a new instance gets one of its own. */
export function writeHost(disk: Disk, options: MachineOptions): void {
  const read = (path: string) => (disk.has(path) ? disk.readText(path).trim() : undefined);
  const isNew = read('/var/lib/cloud/data/instance-id') !== options.instanceId;
  if (isNew || read('/etc/hostname') === read(PREVIOUS_HOSTNAME)) {
    disk.write('/etc/hostname', `${options.hostname}\n`);
    disk.install(PREVIOUS_HOSTNAME, `${options.hostname}\n`);
  }
  writeMachineId(disk, options.instanceId);
}

/**
 * As systemd on EC2, which makes one of the hypervisor's id where there is none, as on Amazon's images; what is there stays, also on
 * another instance.
 * https://www.freedesktop.org/software/systemd/man/252/machine-id.html
 */
function writeMachineId(disk: Disk, instanceId: string): void {
  const present = disk.has('/etc/machine-id') ? disk.readText('/etc/machine-id').trim() : '';
  if (/^[0-9a-f]{32}$/.test(present)) return;
  const digest = createHash('md5').update(instanceId).digest('hex');
  disk.write('/etc/machine-id', `ec2${digest.slice(3)}\n`, 0o444);
}

/** Starts what the disk enables; a service that fails does not keep the others from starting. */
export async function startServices(system: System): Promise<void> {
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

/** The console's last words of a boot. */
export function printLogin(serial: SerialConsole, system: System): void {
  serial.endStream();
  serial.raw(
    `\r\nAmazon Linux 2023.9.20251117\r\nKernel ${KERNEL} on an ${system.disk.readText('/etc/rpm/platform').split('-')[0]} (-)\r\n\r\n${system.hostname} login: `,
  );
}
