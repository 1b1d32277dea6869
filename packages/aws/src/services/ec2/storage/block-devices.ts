import type { BlockDeviceMapping, EbsBlockDevice, VolumeType } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { ImageRecord } from '../records/storage';
import type { Ec2State } from '../state';

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

/** Sizes (GiB) of the volume types. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
const sizes: Readonly<Record<string, readonly [min: number, max: number]>> = {
  gp2: [1, 16384],
  gp3: [1, 65536],
  io1: [4, 16384],
  io2: [4, 65536],
  st1: [125, 16384],
  sc1: [125, 16384],
  standard: [1, 1024],
};

/**
 * The volumes that an instance of the image gets, with the caller's changes.
 * @throws AwsError InvalidBlockDeviceMapping, InvalidParameterValue, InvalidSnapshot.NotFound
 */
export function planVolumes(
  state: Ec2State,
  image: ImageRecord,
  changes: readonly BlockDeviceMapping[],
): VolumePlan[] {
  checkDeviceNames(changes);
  const merged = mergeMappings(image.BlockDeviceMappings, changes);
  return merged.flatMap((mapping) => {
    if (!mapping.Ebs) return [];
    const isRoot = mapping.DeviceName === image.RootDeviceName;
    return [planVolume(state, mapping.DeviceName ?? '', mapping.Ebs, isRoot)];
  });
}

/** @throws AwsError for a mapping without a device, and for a device that is there twice */
export function checkDeviceNames(mappings: readonly BlockDeviceMapping[]): void {
  const names = mappings.map((one) => one.DeviceName ?? '');
  for (const [i, name] of names.entries()) {
    if (!name) throw new AwsError('MissingParameter', 'The request must contain the parameter deviceName');
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
  state: Ec2State,
  deviceName: string,
  ebs: EbsBlockDevice,
  isRoot: boolean,
): VolumePlan {
  const snapshot = ebs.SnapshotId ? state.snapshots.require(ebs.SnapshotId) : undefined;
  const size = ebs.VolumeSize ?? snapshot?.VolumeSize;
  if (size === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter size or snapshotId');
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
    encrypted: state.ebs.encryptByDefault || (ebs.Encrypted ?? snapshot?.Encrypted ?? false),
    kmsKeyId: ebs.KmsKeyId ?? snapshot?.KmsKeyId,
    deleteOnTermination: ebs.DeleteOnTermination ?? isRoot,
  };
}

function checkVolume(type: VolumeType, size: number, ebs: EbsBlockDevice): void {
  const range = sizes[type];
  if (!range) {
    throw new AwsError('InvalidParameterValue', `Value (${type}) for parameter volumeType is invalid.`);
  }
  const [min, max] = range;
  if (size < min || size > max || !Number.isInteger(size)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Volume of ${size}GiB is ${size < min ? 'too small' : 'too large'} for volume type ${type}; ${size < min ? `minimum is ${min}` : `maximum is ${max}`}GiB.`,
    );
  }
  if (ebs.Iops !== undefined && !['gp3', 'io1', 'io2'].includes(type)) {
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter iops is not supported for ${type} volumes.`,
    );
  }
  if (ebs.Throughput !== undefined && type !== 'gp3') {
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter throughput is not supported for ${type} volumes.`,
    );
  }
  if ((type === 'io1' || type === 'io2') && ebs.Iops === undefined) {
    throw new AwsError('MissingParameter', `The parameter iops must be specified for ${type} volumes.`);
  }
  if (ebs.Iops !== undefined) checkIops(type, size, ebs.Iops);
  if (ebs.Throughput !== undefined) {
    checkThroughput(ebs.Throughput, ebs.Iops ?? defaultIops(type, size) ?? 0);
  }
  if (ebs.KmsKeyId !== undefined && ebs.Encrypted === false) {
    throw new AwsError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
}

/** What volumes with IOPS of their own may have. https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html */
const provisioned: Readonly<Record<string, { min: number; max: number; eachGiB: number }>> = {
  gp3: { min: 3000, max: 80000, eachGiB: 500 },
  io1: { min: 100, max: 64000, eachGiB: 50 },
  io2: { min: 100, max: 256000, eachGiB: 1000 },
};

function checkIops(type: VolumeType, size: number, iops: number): void {
  const limits = provisioned[type];
  if (!limits) return;
  if (iops < limits.min || iops > limits.max) {
    const bound =
      iops < limits.min ? `too low; minimum is ${limits.min}` : `too high; maximum is ${limits.max}`;
    throw new AwsError('InvalidParameterValue', `Volume iops of ${iops} is ${bound}.`);
  }
  // A gp3 volume has its baseline whatever its size.
  if (iops > limits.min && iops > size * limits.eachGiB) {
    throw new AwsError(
      'InvalidParameterValue',
      `Iops to volume size ratio of ${(iops / size).toFixed(6)} is too high; maximum is ${limits.eachGiB}.`,
    );
  }
}

function checkThroughput(throughput: number, iops: number): void {
  const [min, max] = [125, 2000];
  if (throughput < min || throughput > max) {
    const bound = throughput < min ? `too low; minimum is ${min}` : `too high; maximum is ${max}`;
    throw new AwsError('InvalidParameterValue', `Throughput (MiBps) of ${throughput} is ${bound}.`);
  }
  if (throughput > iops / 4) {
    throw new AwsError(
      'InvalidParameterValue',
      `Throughput (MiBps) to iops ratio of ${(throughput / iops).toFixed(6)} is too high; maximum is 0.25.`,
    );
  }
}

function defaultIops(type: VolumeType, size: number): number | undefined {
  if (type === 'gp3') return 3000;
  return type === 'gp2' ? Math.min(Math.max(100, size * 3), 16000) : undefined;
}

/** IOPS and throughput as image mappings show them: of the types that have some of their own. */
export function performanceOf(volume: {
  readonly type: VolumeType;
  readonly iops?: number;
  readonly throughput?: number;
}): Pick<EbsBlockDevice, 'Iops' | 'Throughput'> {
  if (!provisioned[volume.type]) return {};
  return { Iops: volume.iops, ...(volume.type === 'gp3' ? { Throughput: volume.throughput } : {}) };
}

/** Without the members that are undefined, so that spreading it overrides only what is given. */
export function definedOnly<T extends object>(value: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(([, member]) => member !== undefined),
  ) as Partial<T>;
}

function invalidMapping(message: string): AwsError {
  return new AwsError('InvalidBlockDeviceMapping', message);
}
