import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tags';
import { planImageDevice } from '../../images/devices';
import { announceImage, checkImageName, describeImage } from '../../images/making';
import type { Ec2Operations, Ec2State } from '../../state';
import { checkDeviceNames } from '../../storage/block-devices';

/** Images that are made of snapshots. */
export function registrationOperations(state: Ec2State) {
  return {
    RegisterImage(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['image'], call);
      const name = checkImageName(state, input.Name);
      const rootDeviceName = input.RootDeviceName ?? '/dev/sda1';
      checkDeviceNames(input.BlockDeviceMappings ?? []);
      const mappings = (input.BlockDeviceMappings ?? []).map((mapping) =>
        planImageDevice(state, mapping, rootDeviceName),
      );
      if (!mappings.some((mapping) => mapping.DeviceName === rootDeviceName && mapping.Ebs?.SnapshotId)) {
        throw new AwsError(
          'InvalidBlockDeviceMapping',
          `Root device is not found in the block device mappings: ${rootDeviceName}`,
        );
      }
      const ImageId = resourceId('ami');
      const image = state.images.add(ImageId, {
        ...describeImage(state, ImageId, name, input.Description ?? ''),
        State: 'available',
        Architecture: input.Architecture ?? 'x86_64',
        RootDeviceName: rootDeviceName,
        PlatformDetails: 'Linux/UNIX',
        EnaSupport: input.EnaSupport ?? false,
        BootMode: input.BootMode,
        ImdsSupport: input.ImdsSupport,
        TpmSupport: input.TpmSupport,
        BlockDeviceMappings: mappings,
      });
      state.tags.add(ImageId, tagsFor('image'));
      announceImage(state, image, 'available');
      return { ImageId };
    },
  } satisfies Ec2Operations;
}
