import { resourceId } from '../../../../core/ids';
import type { Call } from '../../../../core/service';
import { isServiceCall } from '../../../../core/service-call';
import type { Inventory } from '../../inventory';
import { attachInterface } from '../../network/interface-attachments';
import { createInterface } from '../../network/interfaces';
import { setPublicAddress } from '../../network/public-addresses';
import { countFreeAddresses } from '../../network/subnet-addresses';
import type { InstanceRecord } from '../../records/instances';
import { createVolume } from '../../storage/volumes';
import { availableCapacity } from '../capacity';
import { associate } from '../profile-associations';
import { takeCapacity } from './capacity';
import type { InterfacePlan } from './interfaces';
import { choosePartition } from './placement';
import { attributesOf, type LaunchPlan } from './plan';
import { fitIntoQuota } from './vcpus';

/**
 * Makes the instances of a plan with their interfaces and volumes, as one reservation. They are pending.
 *
 * @throws AwsError `VcpuLimitExceeded`; then nothing was made
 */
export function makeInstances(ec2: Inventory, plan: LaunchPlan, call: Call): InstanceRecord[] {
  const reservationId = resourceId('r');
  const requesterId = isServiceCall(call) ? call.principal.userId : undefined;
  const count = Math.max(plan.minCount, roomFor(ec2, plan));
  plan.image.lastLaunched = ec2.context.clock.now();
  return Array.from({ length: count }, (_, launchIndex) =>
    makeInstance(ec2, plan, { reservationId, requesterId, launchIndex }),
  );
}

/** How many instances the quota of vCPUs lets run, and the subnets of their interfaces have addresses for. @throws AwsError `VcpuLimitExceeded` */
function roomFor(ec2: Inventory, plan: LaunchPlan): number {
  const subnets = plan.interfaces.flatMap((one) => ('subnet' in one ? [one.subnet] : []));
  const rooms = subnets.map((subnet) => {
    const each = subnets.filter((one) => one === subnet).length;
    return Math.floor(countFreeAddresses(ec2, subnet) / each);
  });
  // What was reserved counts already.
  const { target } = plan.capacity;
  const quota = plan.isSpot
    ? plan.maxCount
    : target
      ? Math.min(plan.maxCount, availableCapacity(ec2, target))
      : fitIntoQuota(ec2, plan.type, plan.minCount, plan.maxCount);
  return Math.min(quota, ...rooms);
}

function makeInstance(
  ec2: Inventory,
  plan: LaunchPlan,
  of: { reservationId: string; requesterId?: string; launchIndex: number },
): InstanceRecord {
  const id = resourceId('i');
  const now = ec2.context.clock.now();
  const record: InstanceRecord = {
    id,
    ...of,
    clientToken: plan.clientToken,
    imageId: plan.image.ImageId,
    architecture: plan.image.Architecture,
    platformDetails: plan.image.PlatformDetails ?? 'Linux/UNIX',
    rootDeviceName: plan.image.RootDeviceName,
    subnetId: plan.subnet.SubnetId,
    vpcId: plan.subnet.VpcId,
    zone: plan.subnet.AvailabilityZone,
    tenancy: plan.tenancy,
    placement: plan.placement && {
      groupId: plan.placement.group.GroupId,
      groupName: plan.placement.group.GroupName,
      partition: choosePartition(ec2, plan.placement),
    },
    capacityReservation: {
      preference: plan.capacity.preference,
      target: plan.capacity.target?.CapacityReservationId,
      id: takeCapacity(
        ec2,
        plan.capacity,
        attributesOf(plan.image, plan.type, { zone: plan.subnet.AvailabilityZone, tenancy: plan.tenancy }),
      ),
    },
    ...(plan.isSpot && { spotRequestId: resourceId('sir') }),
    type: plan.type.name,
    launchTime: now,
    keyName: plan.keyName,
    userData: plan.userData,
    profile: plan.profile && associate(ec2, plan.profile),
    metadata: { ...plan.metadata },
    monitoring: plan.monitoring,
    ebsOptimized: plan.ebsOptimized,
    disableApiTermination: plan.disableApiTermination,
    disableApiStop: plan.disableApiStop,
    shutdownBehavior: plan.shutdownBehavior,
    creditSpecification: plan.creditSpecification,
    sourceDestCheck: true,
    state: 'pending',
    transitionReason: '',
    volumes: new Map(),
    interfaceIds: [],
    checks: 'initializing',
    reachabilitySince: now,
    consoleHistory: '',
    consoleSeen: undefined,
  };
  ec2.instances.add(id, record);
  ec2.tags.add(id, plan.tagsFor('instance'));
  for (const one of plan.interfaces) giveInterface(ec2, plan, record, one);
  for (const volume of plan.volumes) {
    const made = createVolume(ec2, volume, record.zone);
    made.State = 'in-use';
    made.Attachments = [
      {
        InstanceId: id,
        VolumeId: made.VolumeId,
        Device: volume.deviceName,
        State: 'attaching',
        AttachTime: now,
        DeleteOnTermination: volume.deleteOnTermination,
      },
    ];
    ec2.tags.add(made.VolumeId, plan.tagsFor('volume'));
    record.volumes.set(volume.deviceName, {
      volumeId: made.VolumeId,
      deleteOnTermination: volume.deleteOnTermination,
      attachTime: now,
    });
  }
  return record;
}

function giveInterface(ec2: Inventory, plan: LaunchPlan, record: InstanceRecord, one: InterfacePlan): void {
  const isNew = !('existing' in one);
  const nic = isNew ? createInterface(ec2, one) : one.existing;
  attachInterface(ec2, nic, record, {
    deviceIndex: one.deviceIndex,
    deleteOnTermination: isNew && one.deleteOnTermination,
  });
  ec2.network.setUp(nic.NetworkInterfaceId, false);
  if (isNew) {
    ec2.tags.add(nic.NetworkInterfaceId, plan.tagsFor('network-interface'));
    if (one.publicAddress) setPublicAddress(ec2, nic);
  }
}
