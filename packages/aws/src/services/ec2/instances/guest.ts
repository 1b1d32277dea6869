import type { RequestInit as NetworkRequestInit } from 'undici';
import { durations } from '../../../core/durations';
import type { Machine } from '../../../machines/engine';
import type { Inventory } from '../inventory';
import { blocksOf } from '../network/vpcs';
import type { InstanceRecord } from '../records/instances';
import type { Content } from '../records/storage';
import { credentialsOf, roleOf } from './credentials';

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
  ec2: Inventory,
  record: InstanceRecord,
  content: Content,
  events: GuestEvents,
): Machine | undefined {
  const nic = ec2.interfaces.find(record.interfaceIds[0]);
  if (!content || !nic) return undefined;
  const { network } = ec2;
  const { clock, endpoint, region, accountId, programs } = ec2.context;
  const { NetworkInterfaceId: interfaceId } = nic;
  const subnet = ec2.subnets.find(nic.SubnetId);
  return ec2.machines.create({
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
    publicKey: publicKeyOf(ec2, record),
    securityGroups: nic.Groups.map((group) => group.GroupName),
    securityGroupIds: nic.Groups.map((group) => group.GroupId),
    subnetId: nic.SubnetId,
    vpcId: nic.VpcId,
    subnetCidr: subnet?.CidrBlock,
    vpcCidrs: blocksOf(ec2.vpcs.find(nic.VpcId) ?? {}),
    mac: nic.MacAddress,
    interfaceId,
    reservationId: record.reservationId,
    disk: content,
    userData: record.userData ? Buffer.from(record.userData, 'base64') : undefined,
    // Getters: changed metadata options and another profile take effect without a restart.
    get tags() {
      if (record.metadata.InstanceMetadataTags !== 'enabled') return undefined;
      return () => Object.fromEntries(ec2.tags.of(record.id).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
    },
    get httpEndpoint() {
      return record.metadata.HttpEndpoint;
    },
    get httpTokens() {
      return record.metadata.HttpTokens;
    },
    credentials: () => credentialsOf(ec2, record),
    get profileName() {
      return roleOf(ec2, record)?.split('/').at(-1);
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
    resolves: (host) => network.resolve({ interfaceId }, host) !== undefined,
    now: () => clock.now(),
    sleep: (seconds, signal) => clock.sleep(seconds, signal),
    scale: clock.scale,
    programs,
    work: () => clock.working(),
    load: (part) => clock.loading(record.id, part),
    ...(clock.seed !== undefined && {
      runProgram: (line) => clock.turnOf(`${record.id} ${line}`, durations.programRun.seconds),
    }),
    onListen: (port, loopbackPort) => {
      if (ec2.interfaces.has(interfaceId)) network.open(interfaceId, port, loopbackPort);
    },
    onClose: (port) => network.close(interfaceId, port),
    ...events,
  });
}

/** The key of the instance's key pair, with the name behind it, as the metadata service shows it. */
function publicKeyOf(ec2: Inventory, { keyName }: InstanceRecord): string | undefined {
  const pair = ec2.keyPairs.values().find(({ KeyName }) => KeyName === keyName);
  return pair && `${pair.publicKey.split(' ').slice(0, 2).join(' ')} ${pair.KeyName}`;
}
