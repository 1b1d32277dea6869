import type { Inventory } from '../inventory';
import { deleteInterface } from '../network/interfaces';
import { removePublicAddress } from '../network/public-addresses';
import type { InstanceRecord } from '../records/instances';
import type { VolumeRecord } from '../records/storage';

/** The volumes that an instance has attached. */
export function volumesOf(ec2: Inventory, record: InstanceRecord): VolumeRecord[] {
  return [...record.volumes.values()].flatMap(({ volumeId }) => ec2.volumes.find(volumeId) ?? []);
}

/** The volume that an instance boots from. */
export function rootVolumeOf(ec2: Inventory, record: InstanceRecord): VolumeRecord | undefined {
  return ec2.volumes.find(record.volumes.get(record.rootDeviceName)?.volumeId);
}

/** Switches the interfaces of an instance on or off. */
export function setUp(ec2: Inventory, record: InstanceRecord, up: boolean): void {
  for (const id of record.interfaceIds) {
    if (ec2.interfaces.has(id)) ec2.network.setUp(id, up);
  }
}

/** Gives back the addresses of Amazon's pool that a stopped instance does not keep. */
export function releasePublicAddresses(ec2: Inventory, record: InstanceRecord): void {
  for (const id of record.interfaceIds) {
    const nic = ec2.interfaces.find(id);
    if (nic?.Association && !nic.Association.AllocationId) removePublicAddress(ec2, nic);
  }
}

/** Takes the interfaces and volumes from an instance that ends: they are deleted, or free, as they were told to be. */
export function release(ec2: Inventory, record: InstanceRecord): void {
  for (const nicId of record.interfaceIds) {
    const nic = ec2.interfaces.find(nicId);
    if (!nic) continue;
    if (nic.Attachment?.DeleteOnTermination) deleteInterface(ec2, nic);
    else {
      nic.Attachment = undefined;
      nic.Status = 'available';
    }
  }
  record.interfaceIds = [];
  for (const held of record.volumes.values()) {
    const volume = ec2.volumes.find(held.volumeId);
    if (!volume) continue;
    if (held.deleteOnTermination) ec2.volumes.delete(held.volumeId);
    else {
      volume.Attachments = [];
      volume.State = 'available';
    }
  }
  record.volumes.clear();
}
