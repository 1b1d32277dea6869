import { resourceId } from '../../../../core/ids';
import type { Call } from '../../../../core/service';
import { isServiceCall } from '../../../../core/service-call';
import { associate } from '../../operations/instances/profile-associations';
import { attachInterface } from '../../operations/interfaces/interface-attachments';
import { createInterface, setPublicAddress } from '../../operations/interfaces/interfaces';
import { countFreeAddresses } from '../../operations/network/subnets';
import { createVolume } from '../../operations/storage/volumes';
import type { InstanceRecord } from '../../records/instances';
import type { Ec2State } from '../../state';
import type { InterfacePlan } from './interfaces';
import type { LaunchPlan } from './plan';

/** Makes the instances of a plan with their interfaces and volumes, as one reservation. They are pending. */
export function makeInstances(state: Ec2State, plan: LaunchPlan, call: Call): InstanceRecord[] {
  const reservationId = resourceId('r');
  const requesterId = isServiceCall(call) ? call.principal.userId : undefined;
  const count = Math.max(plan.minCount, roomFor(state, plan));
  plan.image.lastLaunched = state.context.clock.now();
  return Array.from({ length: count }, (_, launchIndex) =>
    makeInstance(state, plan, { reservationId, requesterId, launchIndex }),
  );
}

/** How many instances the subnets of their interfaces have addresses for. */
function roomFor(state: Ec2State, plan: LaunchPlan): number {
  const subnets = plan.interfaces.flatMap((one) => ('subnet' in one ? [one.subnet] : []));
  const rooms = subnets.map((subnet) => {
    const each = subnets.filter((one) => one === subnet).length;
    return Math.floor(countFreeAddresses(state, subnet) / each);
  });
  return Math.min(plan.maxCount, ...rooms);
}

function makeInstance(
  state: Ec2State,
  plan: LaunchPlan,
  of: { reservationId: string; requesterId?: string; launchIndex: number },
): InstanceRecord {
  const id = resourceId('i');
  const now = state.context.clock.now();
  const record: InstanceRecord = {
    id,
    ...of,
    clientToken: plan.clientToken,
    imageId: plan.image.ImageId,
    architecture: plan.type.architecture,
    platformDetails: plan.image.PlatformDetails ?? 'Linux/UNIX',
    rootDeviceName: plan.image.RootDeviceName,
    subnetId: plan.subnet.SubnetId,
    vpcId: plan.subnet.VpcId,
    zone: plan.subnet.AvailabilityZone,
    tenancy: plan.tenancy,
    placementGroup: plan.placementGroup,
    type: plan.type.name,
    launchTime: now,
    keyName: plan.keyName,
    userData: plan.userData,
    profile: plan.profile && associate(state, plan.profile),
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
    checksPassed: false,
    reachabilitySince: now,
    consoleHistory: '',
    consoleSeen: undefined,
  };
  state.instances.add(id, record);
  state.tags.add(id, plan.tagsFor('instance'));
  for (const one of plan.interfaces) giveInterface(state, plan, record, one);
  for (const volume of plan.volumes) {
    const made = createVolume(state, volume, record.zone);
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
    state.tags.add(made.VolumeId, plan.tagsFor('volume'));
    record.volumes.set(volume.deviceName, {
      volumeId: made.VolumeId,
      deleteOnTermination: volume.deleteOnTermination,
      attachTime: now,
    });
  }
  return record;
}

function giveInterface(state: Ec2State, plan: LaunchPlan, record: InstanceRecord, one: InterfacePlan): void {
  const isNew = !('existing' in one);
  const nic = isNew ? createInterface(state, one) : one.existing;
  attachInterface(state, nic, record, {
    deviceIndex: one.deviceIndex,
    deleteOnTermination: isNew && one.deleteOnTermination,
  });
  state.deps.network.setUp(nic.NetworkInterfaceId, false);
  if (isNew) {
    state.tags.add(nic.NetworkInterfaceId, plan.tagsFor('network-interface'));
    if (one.publicAddress) setPublicAddress(state, nic);
  }
}
