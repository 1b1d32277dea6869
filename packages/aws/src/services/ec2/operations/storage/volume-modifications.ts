import type { VolumeModification } from '@aws-sdk/client-ec2';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { invalidParameterValue, invalidVolumeModificationNotFound } from '../../errors';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';
import { planVolume } from '../../storage/block-devices';
import { performanceOf } from '../../storage/volume-performance';

const modificationFilters: FilterTable<VolumeModification> = {
  'modification-state': (one) => one.ModificationState,
  'original-iops': (one) => one.OriginalIops,
  'original-size': (one) => one.OriginalSize,
  'original-volume-type': (one) => one.OriginalVolumeType,
  'start-time': (one) => one.StartTime,
  'target-iops': (one) => one.TargetIops,
  'target-size': (one) => one.TargetSize,
  'target-volume-type': (one) => one.TargetVolumeType,
  'volume-id': (one) => one.VolumeId,
};

export const ModifyVolume: Op<'ModifyVolume'> = (ec2, input) => {
  const volume = ec2.volumes.require(input.VolumeId);
  const size = input.Size ?? volume.Size;
  if (size < volume.Size) {
    throw invalidParameterValue(`New size cannot be smaller than existing size`);
  }
  // A volume that stays of its type keeps the performance that it has.
  const isSameType = (input.VolumeType ?? volume.VolumeType) === volume.VolumeType;
  const kept = isSameType
    ? performanceOf({ type: volume.VolumeType, iops: volume.Iops, throughput: volume.Throughput })
    : {};
  const plan = planVolume(
    ec2,
    '',
    {
      VolumeSize: size,
      VolumeType: input.VolumeType ?? volume.VolumeType,
      Iops: input.Iops ?? kept.Iops,
      Throughput: input.Throughput ?? kept.Throughput,
    },
    false,
  );
  const now = ec2.context.clock.now();
  const modification: VolumeModification = {
    VolumeId: volume.VolumeId,
    ModificationState: 'completed',
    Progress: 100,
    StartTime: now,
    EndTime: now,
    OriginalSize: volume.Size,
    OriginalVolumeType: volume.VolumeType,
    OriginalIops: volume.Iops,
    OriginalThroughput: volume.Throughput,
    TargetSize: plan.size,
    TargetVolumeType: plan.type,
    TargetIops: plan.iops,
    TargetThroughput: plan.throughput,
  };
  volume.Size = plan.size;
  volume.VolumeType = plan.type;
  volume.Iops = plan.iops;
  volume.Throughput = plan.throughput;
  volume.modification = modification;
  return { VolumeModification: modification };
};

export const DescribeVolumesModifications: Op<'DescribeVolumesModifications'> = (ec2, input) => {
  const ids = input.VolumeIds ?? [];
  refuseIdsWithPages('volumeSet', ids, input.MaxResults);
  const volumes = ids.length > 0 ? ec2.volumes.requireAll(ids) : ec2.volumes.values();
  const unmodified = volumes.find((volume) => !volume.modification);
  if (ids.length > 0 && unmodified) {
    throw invalidVolumeModificationNotFound(
      `Modification for volume '${unmodified.VolumeId}' does not exist.`,
    );
  }
  const matches = compileFilters(input.Filters, modificationFilters);
  const found = volumes.flatMap((volume) => volume.modification ?? []).filter(matches);
  const page = paginate(found, input, {
    of: 'DescribeVolumesModifications',
    idOf: (one) => one.VolumeId ?? '',
    min: 1,
    max: 500,
    question: [ids, input.Filters],
  });
  return { VolumesModifications: page.items, NextToken: page.NextToken };
};
