import type { EbsBlockDevice, VolumeType } from '@aws-sdk/client-ec2';
import {
  invalidParameterCombination,
  invalidParameterDependency,
  invalidParameterValue,
  missingParameter,
} from '../errors';

/** Sizes (GiB) of the volume types. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
const sizes: Readonly<Record<VolumeType, readonly [min: number, max: number]>> = {
  gp2: [1, 16384],
  gp3: [1, 65536],
  io1: [4, 16384],
  io2: [4, 65536],
  st1: [125, 16384],
  sc1: [125, 16384],
  standard: [1, 1024],
};

/** @throws AwsError for a size, IOPS or throughput that volumes of the type have not */
export function checkVolume(type: VolumeType, size: number, ebs: EbsBlockDevice): void {
  const [min, max] = sizes[type];
  if (size < min || size > max || !Number.isInteger(size)) {
    throw invalidParameterValue(
      `Volume of ${size}GiB is ${size < min ? 'too small' : 'too large'} for volume type ${type}; ${size < min ? `minimum is ${min}` : `maximum is ${max}`}GiB.`,
    );
  }
  if (ebs.Iops !== undefined && !['gp3', 'io1', 'io2'].includes(type)) {
    throw invalidParameterCombination(`The parameter iops is not supported for ${type} volumes.`);
  }
  if (ebs.Throughput !== undefined && type !== 'gp3') {
    throw invalidParameterCombination(`The parameter throughput is not supported for ${type} volumes.`);
  }
  if ((type === 'io1' || type === 'io2') && ebs.Iops === undefined) {
    throw missingParameter(`The parameter iops must be specified for ${type} volumes.`);
  }
  if (ebs.Iops !== undefined) checkIops(type, size, ebs.Iops);
  if (ebs.Throughput !== undefined) {
    checkThroughput(ebs.Throughput, ebs.Iops ?? defaultIops(type, size) ?? 0);
  }
  if (ebs.KmsKeyId !== undefined && ebs.Encrypted === false) {
    throw invalidParameterDependency('The parameter KmsKeyId requires the parameter Encrypted to be set.');
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
    throw invalidParameterValue(`Volume iops of ${iops} is ${bound}.`);
  }
  // A gp3 volume has its baseline whatever its size.
  if (iops > limits.min && iops > size * limits.eachGiB) {
    throw invalidParameterValue(
      `Iops to volume size ratio of ${(iops / size).toFixed(6)} is too high; maximum is ${limits.eachGiB}.`,
    );
  }
}

function checkThroughput(throughput: number, iops: number): void {
  const [min, max] = [125, 2000];
  if (throughput < min || throughput > max) {
    const bound = throughput < min ? `too low; minimum is ${min}` : `too high; maximum is ${max}`;
    throw invalidParameterValue(`Throughput (MiBps) of ${throughput} is ${bound}.`);
  }
  if (throughput > iops / 4) {
    throw invalidParameterValue(
      `Throughput (MiBps) to iops ratio of ${(throughput / iops).toFixed(6)} is too high; maximum is 0.25.`,
    );
  }
}

/** What a volume has when the call says nothing; undefined where its type has none of its own. */
export function defaultIops(type: VolumeType, size: number): number | undefined {
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
