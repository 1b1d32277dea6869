import type { BlockDeviceMapping, EbsBlockDevice, VolumeType } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../core/aws-error';
import { invalidBlockDeviceMapping, mustContain } from '../errors';
import type { Inventory } from '../inventory';
import type { ImageRecord } from '../records/storage';
import { definedOnly } from '../requests/defined-only';
import { checkVolume, defaultIops } from './volume-performance';

/** A volume to be made. */
export interface VolumePlan {
  readonly deviceName: string;
  readonly snapshotId?: string;
  /** GiB. */
  readonly size: number;
  readonly type: VolumeType;
  readonly iops?: number;
  /** MiB/s. */
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly deleteOnTermination: boolean;
}

/**
 * The volumes that an instance of the image gets, with the caller's changes.
 * @throws AwsError InvalidBlockDeviceMapping, InvalidParameterValue, InvalidSnapshot.NotFound
 */
export function planVolumes(
  ec2: Inventory,
  image: ImageRecord,
  changes: readonly BlockDeviceMapping[],
): VolumePlan[] {
  checkDeviceNames(changes);
  const merged = mergeMappings(image.BlockDeviceMappings, changes);
  return merged.flatMap((mapping) => {
    if (!mapping.Ebs) return [];
    const isRoot = mapping.DeviceName === image.RootDeviceName;
    return [planVolume(ec2, mapping.DeviceName ?? '', mapping.Ebs, isRoot)];
  });
}

/** @throws AwsError for a mapping without a device, and for a device that is there twice */
export function checkDeviceNames(mappings: readonly BlockDeviceMapping[]): void {
  const names = mappings.map((one) => one.DeviceName ?? '');
  for (const [i, name] of names.entries()) {
    if (!name) throw mustContain('deviceName');
    if (names.indexOf(name) !== i) {
      throw invalidMapping(`The device '${name}' is used in more than one block-device mapping`);
    }
  }
}

/** The image's mappings with those of the call over them: by device, member by member; `NoDevice` takes one out. */
export function mergeMappings(
  base: readonly BlockDeviceMapping[],
  changes: readonly BlockDeviceMapping[],
): BlockDeviceMapping[] {
  const merged = new Map(base.map((mapping) => [mapping.DeviceName, mapping]));
  for (const change of changes) {
    if (change.NoDevice !== undefined) {
      merged.delete(change.DeviceName);
      continue;
    }
    const before = merged.get(change.DeviceName);
    const Ebs = before?.Ebs || change.Ebs ? mergeEbs(before?.Ebs ?? {}, change.Ebs ?? {}) : undefined;
    merged.set(change.DeviceName, { ...before, ...definedOnly(change), Ebs });
  }
  return [...merged.values()];
}

/** What belongs to the type or the snapshot of before does not outlive it. */
function mergeEbs(before: EbsBlockDevice, change: EbsBlockDevice): EbsBlockDevice {
  const { Iops, Throughput, VolumeSize, Encrypted, KmsKeyId, ...kept } = before;
  const isSameType = !change.VolumeType || change.VolumeType === before.VolumeType;
  const isSameSnapshot = !change.SnapshotId || change.SnapshotId === before.SnapshotId;
  return {
    ...kept,
    ...(isSameType ? { Iops, Throughput } : {}),
    ...(isSameSnapshot ? { VolumeSize, Encrypted, KmsKeyId } : {}),
    ...definedOnly(change),
  };
}

/** @throws AwsError as `planVolumes` */
export function planVolume(
  ec2: Inventory,
  deviceName: string,
  ebs: EbsBlockDevice,
  isRoot: boolean,
): VolumePlan {
  const snapshot = ebs.SnapshotId ? ec2.snapshots.require(ebs.SnapshotId) : undefined;
  const size = ebs.VolumeSize ?? snapshot?.VolumeSize;
  if (size === undefined) {
    throw mustContain('size or snapshotId');
  }
  if (snapshot && size < snapshot.VolumeSize) {
    throw invalidMapping(
      `Volume of size ${size}GB is smaller than snapshot '${snapshot.SnapshotId}', expect size >= ${snapshot.VolumeSize}GB`,
    );
  }
  if (snapshot?.Encrypted && ebs.Encrypted === false) {
    throw invalidMapping('Encrypted flag cannot be false since the snapshot is encrypted.');
  }
  const type = ebs.VolumeType ?? 'gp2';
  checkVolume(type, size, ebs);
  return {
    deviceName,
    snapshotId: ebs.SnapshotId,
    size,
    type,
    iops: ebs.Iops ?? defaultIops(type, size),
    throughput: ebs.Throughput ?? (type === 'gp3' ? 125 : undefined),
    encrypted: ec2.ebs.encryptByDefault || (ebs.Encrypted ?? snapshot?.Encrypted ?? false),
    kmsKeyId: ebs.KmsKeyId ?? snapshot?.KmsKeyId,
    deleteOnTermination: ebs.DeleteOnTermination ?? isRoot,
  };
}

function invalidMapping(message: string): AwsError {
  return invalidBlockDeviceMapping(message);
}
