import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { instanceTypes } from '../../catalogue/instance-types';
import type { InstanceRecord } from '../../records/instances';
import type { InterfaceRecord } from '../../records/interfaces';
import type { Ec2Operations, Ec2State } from '../../state';

/** AttachNetworkInterface and DetachNetworkInterface: secondary interfaces of instances. */
export function interfaceAttachmentOperations(state: Ec2State) {
  return {
    AttachNetworkInterface(input) {
      const nic = state.interfaces.require(input.NetworkInterfaceId);
      const instance = state.instances.require(input.InstanceId);
      checkAttachable(state, nic, instance, input.DeviceIndex ?? 0);
      const { AttachmentId } = attachInterface(state, nic, instance, {
        deviceIndex: input.DeviceIndex ?? 0,
        deleteOnTermination: false,
      });
      state.deps.network.setUp(nic.NetworkInterfaceId, instance.state === 'running');
      return { AttachmentId, NetworkCardIndex: 0 };
    },
    DetachNetworkInterface(input) {
      const nic = state.interfaces
        .values()
        .find((one) => one.Attachment?.AttachmentId === input.AttachmentId);
      if (!nic?.Attachment) {
        throw new AwsError(
          'InvalidAttachmentID.NotFound',
          `The interface attachment '${input.AttachmentId}' does not exist.`,
        );
      }
      if (nic.Attachment.DeviceIndex === 0) {
        throw new AwsError(
          'OperationNotPermitted',
          'The network interface at device index 0 and networkCard index 0 cannot be detached.',
        );
      }
      const instance = state.instances.find(nic.Attachment.InstanceId);
      if (instance) {
        instance.interfaceIds = instance.interfaceIds.filter((id) => id !== nic.NetworkInterfaceId);
      }
      nic.Attachment = undefined;
      nic.Status = 'available';
      state.deps.network.setUp(nic.NetworkInterfaceId, false);
      return {};
    },
  } satisfies Ec2Operations;
}

/** Puts an interface into an instance; it is not up. */
export function attachInterface(
  state: Ec2State,
  nic: InterfaceRecord,
  instance: InstanceRecord,
  of: { deviceIndex: number; deleteOnTermination: boolean },
): { AttachmentId: string } {
  const AttachmentId = resourceId('eni-attach');
  nic.Status = 'in-use';
  nic.Attachment = {
    AttachmentId,
    AttachTime: state.context.clock.now(),
    DeleteOnTermination: of.deleteOnTermination,
    DeviceIndex: of.deviceIndex,
    NetworkCardIndex: 0,
    InstanceId: instance.id,
    InstanceOwnerId: state.owner,
    Status: 'attached',
  };
  instance.interfaceIds.push(nic.NetworkInterfaceId);
  const association = state.addresses.find(nic.Association?.AllocationId);
  if (association) association.InstanceId = instance.id;
  return { AttachmentId };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html */
function checkAttachable(
  state: Ec2State,
  nic: InterfaceRecord,
  instance: InstanceRecord,
  deviceIndex: number,
): void {
  if (nic.Status !== 'available') {
    throw new AwsError(
      'InvalidNetworkInterface.InUse',
      `Network interface '${nic.NetworkInterfaceId}' is currently in use.`,
    );
  }
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in the 'running' or 'stopped' state.`,
    );
  }
  if (nic.AvailabilityZone !== instance.zone) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You may not attach a network interface to an instance if they are not in the same availability zone',
    );
  }
  const taken = instance.interfaceIds.some(
    (id) => state.interfaces.find(id)?.Attachment?.DeviceIndex === deviceIndex,
  );
  if (taken) {
    throw new AwsError(
      'InvalidParameterValue',
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const limit = instanceTypes.get(instance.type)?.maxInterfaces ?? 2;
  if (instance.interfaceIds.length >= limit) {
    throw new AwsError(
      'AttachmentLimitExceeded',
      `Interface count ${instance.interfaceIds.length + 1} exceeds the limit for ${instance.type}`,
    );
  }
}
