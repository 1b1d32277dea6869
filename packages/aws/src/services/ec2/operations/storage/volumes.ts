import { durations } from '../../../../core/durations';
import { zonesOf } from '../../catalogue/regions';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  invalidParameterCombination,
  invalidZoneNotFound,
  mustContain,
  unsupportedOperation,
  volumeInUse,
} from '../../errors';
import type { VolumeRecord } from '../../records/storage';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';
import { planVolume } from '../../storage/block-devices';
import { createVolume } from '../../storage/volumes';

export const CreateVolume: Op<'CreateVolume'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['volume'], call);
  if (!input.AvailabilityZone && !input.AvailabilityZoneId) {
    throw mustContain('availabilityZone');
  }
  const zone = zonesOf(ec2.context.region).find(
    (one) => one.name === input.AvailabilityZone || one.id === input.AvailabilityZoneId,
  );
  if (!zone) {
    throw invalidZoneNotFound(
      `The zone '${input.AvailabilityZone ?? input.AvailabilityZoneId ?? ''}' does not exist.`,
    );
  }
  const { Size: VolumeSize, SnapshotId, VolumeType, Iops, Throughput, Encrypted, KmsKeyId } = input;
  const plan = planVolume(
    ec2,
    '',
    { VolumeSize, SnapshotId, VolumeType, Iops, Throughput, Encrypted, KmsKeyId },
    false,
  );
  if (input.MultiAttachEnabled) refuseMultiAttach(plan.type);
  const { VolumeId } = ec2.tokens.once('CreateVolume', input, () => {
    const made = createVolume(ec2, plan, zone.name);
    ec2.tags.add(made.VolumeId, tagsFor('volume'));
    ec2.context.clock.after(durations.volumeAvailable.seconds, () => {
      if (made.State === 'creating') made.State = 'available';
    });
    return made;
  });
  const volume = ec2.volumes.require(VolumeId);
  return { ...showVolume(volume), ...ec2.volumes.tagsOf(VolumeId) };
};

export const DescribeVolumes: Op<'DescribeVolumes'> = (ec2, input) => {
  refuseIdsWithPages('volumeSet', input.VolumeIds, input.MaxResults);
  const { items, NextToken } = ec2.volumes.describe(input, input.VolumeIds, { min: 1, max: 1000 });
  return { Volumes: items.map(showVolume), NextToken };
};

export const DeleteVolume: Op<'DeleteVolume'> = (ec2, input) => {
  const volume = ec2.volumes.require(input.VolumeId);
  const [attachment] = volume.Attachments;
  if (attachment) {
    throw volumeInUse(`Volume ${volume.VolumeId} is currently attached to ${attachment.InstanceId}`);
  }
  ec2.volumes.delete(volume.VolumeId);
  return {};
};

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html */
function refuseMultiAttach(type: string): never {
  if (type !== 'io1' && type !== 'io2')
    throw invalidParameterCombination(`Multi-Attach is not supported for volumes of the type ${type}.`);
  throw unsupportedOperation('Multi-Attach is not supported by the embedded AWS.');
}

function showVolume<T extends VolumeRecord>(volume: T): Omit<T, 'content' | 'modification'> {
  const { content: _content, modification: _modification, ...shown } = volume;
  return shown;
}
