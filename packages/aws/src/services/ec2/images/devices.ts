import type { BlockDeviceMapping, CreateImageCommandInput } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../core/aws-error';
import { invalidBlockDeviceMapping } from '../errors';
import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';
import type { ImageMapping, SnapshotRecord, VolumeRecord } from '../records/storage';
import { checkDeviceNames, mergeMappings, planVolume } from '../storage/block-devices';
import { createSnapshot } from '../storage/snapshots';
import { performanceOf } from '../storage/volume-performance';

/**
 * A device of an image that is made of a snapshot, or is empty at first.
 * @throws AwsError InvalidBlockDeviceMapping for a snapshot together with `Encrypted`, and as `planVolume`
 */
export function planImageDevice(
  ec2: Inventory,
  mapping: BlockDeviceMapping,
  rootDeviceName: string,
): ImageMapping {
  const DeviceName = mapping.DeviceName ?? '';
  if (!mapping.Ebs) return { ...mapping, DeviceName, Ebs: undefined };
  if (mapping.Ebs.SnapshotId && mapping.Ebs.Encrypted !== undefined) throw encryptedSnapshot(DeviceName);
  const plan = planVolume(ec2, DeviceName, mapping.Ebs, DeviceName === rootDeviceName);
  return {
    DeviceName,
    Ebs: {
      SnapshotId: plan.snapshotId,
      VolumeSize: plan.size,
      VolumeType: plan.type,
      ...performanceOf(plan),
      Encrypted: plan.encrypted,
      DeleteOnTermination: plan.deleteOnTermination,
    },
  };
}

/**
 * The devices of an image that is made of an instance: a snapshot of each of its volumes, and what the call adds.
 * @throws AwsError InvalidBlockDeviceMapping and as `planVolume`; then no snapshot was made
 */
export function snapshotVolumes(
  ec2: Inventory,
  instance: InstanceRecord,
  input: CreateImageCommandInput,
): { mappings: ImageMapping[]; snapshots: SnapshotRecord[] } {
  const snapshots: SnapshotRecord[] = [];
  const attached = [...instance.volumes].flatMap(([DeviceName, held]) => {
    const volume = ec2.volumes.find(held.volumeId);
    return volume ? [{ DeviceName, held, volume }] : [];
  });
  const base: ImageMapping[] = attached.map(({ DeviceName, held, volume }) => ({
    DeviceName,
    Ebs: {
      DeleteOnTermination: held.deleteOnTermination,
      VolumeSize: volume.Size,
      VolumeType: volume.VolumeType,
      Encrypted: volume.Encrypted,
      ...performanceOf({ type: volume.VolumeType, iops: volume.Iops, throughput: volume.Throughput }),
    },
  }));
  const changes = input.BlockDeviceMappings ?? [];
  checkDeviceNames(changes);
  const merged = mergeMappings(base, changes);
  if (!merged.some((mapping) => mapping.DeviceName === instance.rootDeviceName)) {
    throw invalidBlockDeviceMapping('The root device cannot be left out of an image');
  }
  const sourceOf = (mapping: BlockDeviceMapping) =>
    attached.find((one) => one.DeviceName === mapping.DeviceName);
  // All is checked before the first snapshot is made.
  for (const change of changes) {
    const source = sourceOf(change);
    if (source) checkAttached(ec2, source.volume, change);
    else if (change.Ebs) planImageDevice(ec2, change, instance.rootDeviceName);
  }
  const mappings = merged.map((mapping): ImageMapping => {
    const source = sourceOf(mapping);
    const DeviceName = mapping.DeviceName ?? '';
    if (!mapping.Ebs) return { ...mapping, DeviceName };
    if (!source) return planImageDevice(ec2, mapping, instance.rootDeviceName);
    const snapshot = createSnapshot(ec2, source.volume, '');
    snapshots.push(snapshot);
    return {
      DeviceName,
      Ebs: { ...mapping.Ebs, SnapshotId: snapshot.SnapshotId, Encrypted: source.volume.Encrypted },
    };
  });
  return { mappings, snapshots };
}

/** What a call says of a device that the instance has: it may not be of another snapshot, smaller or encrypted. */
function checkAttached(ec2: Inventory, volume: VolumeRecord, { DeviceName, Ebs }: BlockDeviceMapping): void {
  if (!Ebs) return;
  if (Ebs.SnapshotId) {
    throw invalidBlockDeviceMapping(
      `No snapshot may be specified for ${DeviceName}: it becomes one of volume '${volume.VolumeId}'`,
    );
  }
  if (Ebs.Encrypted && !volume.Encrypted) throw encryptedSnapshot(DeviceName);
  const { VolumeSize = volume.Size, VolumeType = volume.VolumeType, Iops, Throughput } = Ebs;
  if (VolumeSize < volume.Size) {
    throw invalidBlockDeviceMapping(
      `Volume of size ${VolumeSize}GB is smaller than volume '${volume.VolumeId}', expect size >= ${volume.Size}GB`,
    );
  }
  const own = VolumeType === volume.VolumeType ? volume.Iops : undefined;
  const needsIops = VolumeType === 'io1' || VolumeType === 'io2';
  planVolume(
    ec2,
    DeviceName ?? '',
    { VolumeSize, VolumeType, Iops: Iops ?? (needsIops ? own : undefined), Throughput },
    false,
  );
}

function encryptedSnapshot(deviceName: string | undefined): AwsError {
  return invalidBlockDeviceMapping(
    `the encrypted flag cannot be specified since device ${deviceName} has a snapshot specified.`,
  );
}
