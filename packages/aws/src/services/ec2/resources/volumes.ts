import {
  type CreateVolumeCommandInput,
  CreateVolumeRequest$,
  type ModifyVolumeCommandInput,
  ModifyVolumeRequest$,
} from '@aws-sdk/client-ec2';
import { resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-volume.html */
export const volume = resource('AWS::EC2::Volume', {
  handles: [
    'AvailabilityZone',
    'Encrypted',
    'Iops',
    'Size',
    'SnapshotId',
    'Tags',
    'Throughput',
    'VolumeType',
  ],
  fixed: ['AvailabilityZone', 'Encrypted', 'SnapshotId'],
  async create({ Tags, ...input }, context) {
    const { VolumeId: id = '' } = await context.aws.ec2.CreateVolume(
      toShape<CreateVolumeCommandInput>(CreateVolumeRequest$, {
        ...input,
        TagSpecifications: tagSpecifications('volume', context),
      }),
    );
    context.made(id);
    await context.until(async () => {
      const { Volumes = [] } = await context.aws.ec2.DescribeVolumes({ VolumeIds: [id] });
      return Volumes[0]?.State === 'available' ? true : undefined;
    });
    return { id, attributes: { VolumeId: id } };
  },
  async update(id, { Iops, Size, Throughput, VolumeType }, _previous, { aws, until }) {
    await aws.ec2.ModifyVolume(
      toShape<ModifyVolumeCommandInput>(ModifyVolumeRequest$, {
        VolumeId: id,
        Iops,
        Size,
        Throughput,
        VolumeType,
      }),
    );
    // The volume can be used while it is optimized.
    await until(async () => {
      const { VolumesModifications = [] } = await aws.ec2.DescribeVolumesModifications({ VolumeIds: [id] });
      const { ModificationState, StatusMessage } = VolumesModifications.at(-1) ?? {};
      if (ModificationState === 'failed') throw new Error(`Volume ${id} was not modified: ${StatusMessage}`);
      return ModificationState === 'modifying' ? undefined : true;
    });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteVolume({ VolumeId: id }),
  retag: retagEc2,
});
