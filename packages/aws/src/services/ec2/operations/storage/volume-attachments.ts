import { AwsError } from '../../../../core/aws-error';
import {
  incorrectState,
  invalidParameterValue,
  invalidVolumeZoneMismatch,
  operationNotPermitted,
} from '../../errors';
import type { Op } from '../../state';

export const AttachVolume: Op<'AttachVolume'> = (ec2, input) => {
  const volume = ec2.volumes.require(input.VolumeId);
  const instance = ec2.instances.require(input.InstanceId);
  const device = input.Device ?? '';
  if (volume.State !== 'available') {
    throw new AwsError(
      volume.State === 'in-use' ? 'VolumeInUse' : 'IncorrectState',
      `${volume.VolumeId} is ${volume.State === 'in-use' ? 'already attached to an instance' : "not 'available'."}`,
    );
  }
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw incorrectState(`Instance '${instance.id}' is not 'running'.`);
  }
  if (instance.zone !== volume.AvailabilityZone) {
    throw invalidVolumeZoneMismatch(
      `The volume '${volume.VolumeId}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  if (instance.volumes.has(device)) {
    throw invalidParameterValue(
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  }
  const attachTime = ec2.context.clock.now();
  const attachment = {
    InstanceId: instance.id,
    VolumeId: volume.VolumeId,
    Device: device,
    State: 'attached' as const,
    AttachTime: attachTime,
    DeleteOnTermination: false,
  };
  volume.State = 'in-use';
  volume.Attachments = [attachment];
  instance.volumes.set(device, { volumeId: volume.VolumeId, deleteOnTermination: false, attachTime });
  return { ...attachment, State: 'attaching' as const };
};

export const DetachVolume: Op<'DetachVolume'> = (ec2, input) => {
  const volume = ec2.volumes.require(input.VolumeId);
  const [attachment] = volume.Attachments;
  if (!attachment || (input.InstanceId && input.InstanceId !== attachment.InstanceId)) {
    throw incorrectState(`Volume '${volume.VolumeId}' is in the 'available' state.`);
  }
  const instance = ec2.instances.require(attachment.InstanceId);
  const device = attachment.Device ?? '';
  if (device === instance.rootDeviceName && instance.state !== 'stopped') {
    throw operationNotPermitted(
      `Unable to detach root volume '${volume.VolumeId}' from instance '${instance.id}'`,
    );
  }
  instance.volumes.delete(device);
  volume.Attachments = [];
  volume.State = 'available';
  return { ...attachment, State: 'detaching' as const };
};
