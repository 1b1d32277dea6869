import type { RequestInit as NetworkRequestInit } from 'undici';
import { Machine } from '../../../machines/machine';
import type { InstanceRecord } from '../records/instances';
import type { Content } from '../records/storage';
import type { Ec2State } from '../state';

/** What a guest can ask of its instance. */
export interface GuestEvents {
  /** `shutdown` was run inside. */
  readonly onShutdown: () => void;
  /** `reboot` was run inside. */
  readonly onReboot: () => void;
}

/**
 * The machine inside an instance, with everything that EC2 gives it: its address, its ports in the network, user
 * data, the metadata service's answers and the credentials of its profile.
 *
 * @returns undefined when the root volume holds nothing that could boot
 */
export function createGuest(
  state: Ec2State,
  record: InstanceRecord,
  content: Content,
  events: GuestEvents,
): Machine | undefined {
  const nic = state.interfaces.find(record.interfaceIds[0]);
  if (!content || !nic) return undefined;
  const { network } = state.deps;
  const { clock, endpoint, region, accountId } = state.context;
  const { NetworkInterfaceId: interfaceId } = nic;
  const subnet = state.subnets.find(nic.SubnetId);
  return new Machine({
    instanceId: record.id,
    imageId: record.imageId,
    instanceType: record.type,
    region,
    zone: record.zone,
    zoneId: subnet?.AvailabilityZoneId,
    accountId,
    privateIp: nic.PrivateIpAddress,
    publicIp: nic.Association?.PublicIp,
    hostname: nic.PrivateDnsName ?? '',
    keyName: record.keyName,
    securityGroups: nic.Groups.map((group) => group.GroupName),
    securityGroupIds: nic.Groups.map((group) => group.GroupId),
    subnetId: nic.SubnetId,
    vpcId: nic.VpcId,
    subnetCidr: subnet?.CidrBlock,
    vpcCidr: state.vpcs.find(nic.VpcId)?.CidrBlock,
    mac: nic.MacAddress,
    interfaceId,
    reservationId: record.reservationId,
    disk: content,
    userData: record.userData ? Buffer.from(record.userData, 'base64') : undefined,
    // Getters: changed metadata options and another profile take effect without a restart.
    get tags() {
      if (record.metadata.InstanceMetadataTags !== 'enabled') return undefined;
      return () =>
        Object.fromEntries(state.tags.of(record.id).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
    },
    get httpEndpoint() {
      return record.metadata.HttpEndpoint;
    },
    get httpTokens() {
      return record.metadata.HttpTokens;
    },
    credentials: async () => {
      const current = roleOf(state, record);
      return current === undefined ? undefined : state.deps.iam.issue(current, record.id);
    },
    get profileName() {
      return roleOf(state, record)?.split('/').at(-1);
    },
    get profileArn() {
      return record.profile?.arn;
    },
    endpoint,
    fetch: (url, init) =>
      network.fetch(
        { interfaceId },
        url,
        init as unknown as NetworkRequestInit,
      ) as unknown as Promise<Response>,
    now: () => clock.now(),
    sleep: (seconds, signal) => clock.sleep(seconds, signal),
    onListen: (port, loopbackPort) => {
      if (state.interfaces.has(interfaceId)) network.open(interfaceId, port, loopbackPort);
    },
    onClose: (port) => network.close(interfaceId, port),
    ...events,
  });
}

/** The role of the instance's profile, as it is now. */
function roleOf(state: Ec2State, record: InstanceRecord): string | undefined {
  return record.profile && state.deps.iam.instanceProfile(record.profile.arn)?.roleArn;
}
