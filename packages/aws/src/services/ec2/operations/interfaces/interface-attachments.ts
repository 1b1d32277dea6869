import { instanceTypes } from '../../catalogue/instance-types';
import {
  attachmentLimitExceeded,
  authFailure,
  incorrectInstanceState,
  invalidAttachmentIdNotFound,
  invalidNetworkInterfaceInUse,
  invalidParameterCombination,
  invalidParameterValue,
  operationNotPermitted,
} from '../../errors';
import type { Inventory } from '../../inventory';
import { attachInterface } from '../../network/interface-attachments';
import type { InstanceRecord } from '../../records/instances';
import type { InterfaceRecord } from '../../records/interfaces';
import type { Op } from '../../state';

export const AttachNetworkInterface: Op<'AttachNetworkInterface'> = (ec2, input) => {
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  const instance = ec2.instances.require(input.InstanceId);
  checkAttachable(ec2, nic, instance, input.DeviceIndex ?? 0);
  const { AttachmentId } = attachInterface(ec2, nic, instance, {
    deviceIndex: input.DeviceIndex ?? 0,
    deleteOnTermination: false,
  });
  ec2.network.setUp(nic.NetworkInterfaceId, instance.state === 'running');
  return { AttachmentId, NetworkCardIndex: 0 };
};

export const DetachNetworkInterface: Op<'DetachNetworkInterface'> = (ec2, input) => {
  const nic = ec2.interfaces.values().find((one) => one.Attachment?.AttachmentId === input.AttachmentId);
  if (!nic?.Attachment) {
    throw invalidAttachmentIdNotFound(`The interface attachment '${input.AttachmentId}' does not exist.`);
  }
  if (nic.Attachment.AttachmentId?.startsWith('ela-attach'))
    throw operationNotPermitted("You are not allowed to manage 'ela-attach' attachments.");
  if (nic.RequesterManaged) throw authFailure('You do not have permission to access the specified resource.');
  if (nic.Attachment.DeviceIndex === 0) {
    throw operationNotPermitted(
      'The network interface at device index 0 and networkCard index 0 cannot be detached.',
    );
  }
  const instance = ec2.instances.find(nic.Attachment.InstanceId);
  if (instance) {
    instance.interfaceIds = instance.interfaceIds.filter((id) => id !== nic.NetworkInterfaceId);
  }
  nic.Attachment = undefined;
  nic.Status = 'available';
  ec2.network.setUp(nic.NetworkInterfaceId, false);
  return {};
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html */
function checkAttachable(
  ec2: Inventory,
  nic: InterfaceRecord,
  instance: InstanceRecord,
  deviceIndex: number,
): void {
  if (nic.Status !== 'available') {
    throw invalidNetworkInterfaceInUse(`Network interface '${nic.NetworkInterfaceId}' is currently in use.`);
  }
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw incorrectInstanceState(`The instance '${instance.id}' is not in the 'running' or 'stopped' state.`);
  }
  if (nic.AvailabilityZone !== instance.zone) {
    throw invalidParameterCombination(
      'You may not attach a network interface to an instance if they are not in the same availability zone',
    );
  }
  const taken = instance.interfaceIds.some(
    (id) => ec2.interfaces.find(id)?.Attachment?.DeviceIndex === deviceIndex,
  );
  if (taken) {
    throw invalidParameterValue(
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const limit = instanceTypes.get(instance.type)?.interfaces ?? 2;
  if (instance.interfaceIds.length >= limit) {
    throw attachmentLimitExceeded(
      `Interface count ${instance.interfaceIds.length + 1} exceeds the limit for ${instance.type}`,
    );
  }
}
