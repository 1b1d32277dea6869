import { resourceId } from '../../../core/ids';
import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';
import type { InterfaceRecord } from '../records/interfaces';

/** Puts an interface into an instance; it is not up. */
export function attachInterface(
  ec2: Inventory,
  nic: InterfaceRecord,
  instance: InstanceRecord,
  of: { deviceIndex: number; deleteOnTermination: boolean },
): { AttachmentId: string } {
  const AttachmentId = resourceId('eni-attach');
  nic.Status = 'in-use';
  nic.Attachment = {
    AttachmentId,
    AttachTime: ec2.context.clock.now(),
    DeleteOnTermination: of.deleteOnTermination,
    DeviceIndex: of.deviceIndex,
    NetworkCardIndex: 0,
    InstanceId: instance.id,
    InstanceOwnerId: ec2.owner,
    Status: 'attached',
  };
  instance.interfaceIds.push(nic.NetworkInterfaceId);
  const association = ec2.addresses.find(nic.Association?.AllocationId);
  if (association) association.InstanceId = instance.id;
  return { AttachmentId };
}

/**
 * Puts an interface into something of the service that owns it, which no client may detach: AWS shows it by the owner, without an instance.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
 */
export function attachToService(ec2: Inventory, nic: InterfaceRecord): void {
  const isPlain = nic.RequesterId === 'amazon-elb' && nic.InterfaceType === 'interface';
  nic.Status = 'in-use';
  nic.Attachment = {
    AttachmentId: resourceId(isPlain ? 'eni-attach' : 'ela-attach'),
    AttachTime: ec2.context.clock.now(),
    DeleteOnTermination: false,
    DeviceIndex: 1,
    NetworkCardIndex: 0,
    InstanceOwnerId: nic.RequesterId,
    Status: 'attached',
  };
}
