import type { NetworkInterfacePrivateIpAddress } from '@aws-sdk/client-ec2';
import { instanceTypes } from '../catalogue/instance-types';
import { invalidParameterCombination, invalidParameterValue, privateIpAddressLimitExceeded } from '../errors';
import type { Inventory } from '../inventory';
import type { InterfaceRecord } from '../records/interfaces';
import { privateDnsName } from './dns-names';
import { takeAddress } from './subnet-addresses';

/** Which addresses an interface is to get beside its primary one. */
export interface WantedAddresses {
  readonly addresses?: readonly string[];
  /** Or so many, whichever are free. */
  readonly count?: number;
  /** Whether those of other interfaces may be taken away from these. */
  readonly allowReassignment?: boolean;
}

/**
 * Gives an interface further private addresses.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html
 *
 * @returns those that it got
 * @throws AwsError PrivateIpAddressLimitExceeded where its instance's type takes no more, and as `takeAddress`
 */
export function assignAddresses(
  ec2: Inventory,
  nic: InterfaceRecord,
  { addresses = [], count, allowReassignment }: WantedAddresses,
): string[] {
  if (addresses.length > 0 && count !== undefined) {
    throw invalidParameterCombination(
      'The parameter privateIpAddresses cannot be used with the parameter secondaryPrivateIpAddressCount',
    );
  }
  checkLimit(ec2, nic, count ?? addresses.length);
  if (allowReassignment) for (const address of addresses) takeAway(ec2, nic, address);
  const subnet = ec2.subnets.require(nic.SubnetId);
  const wanted = count === undefined ? addresses : Array.from({ length: count }, () => undefined);
  const before = [...nic.secondaryAddresses];
  try {
    for (const one of wanted) nic.secondaryAddresses.push(takeAddress(ec2, subnet, one));
  } catch (error) {
    nic.secondaryAddresses = before;
    throw error;
  }
  setAddresses(ec2, nic);
  return nic.secondaryAddresses.slice(before.length);
}

/**
 * Takes addresses from an interface, which keeps its primary one.
 * @throws AwsError InvalidParameterValue for one that is not a secondary address of it
 */
export function unassignAddresses(ec2: Inventory, nic: InterfaceRecord, addresses: readonly string[]): void {
  const { secondaryAddresses, NetworkInterfaceId } = nic;
  if (addresses.some((one) => !secondaryAddresses.includes(one))) {
    throw invalidParameterValue(
      `Some of [${addresses.join(', ')}] addresses are not assigned to interface ${NetworkInterfaceId}`,
    );
  }
  nic.secondaryAddresses = secondaryAddresses.filter((one) => !addresses.includes(one));
  setAddresses(ec2, nic);
}

/** The private addresses of an interface as the API shows them, the primary one first. */
export function showAddresses(ec2: Inventory, nic: InterfaceRecord): NetworkInterfacePrivateIpAddress[] {
  const { PrivateIpAddress, PrivateDnsName, Association, secondaryAddresses } = nic;
  return [
    { Primary: true, PrivateIpAddress, PrivateDnsName, Association },
    ...secondaryAddresses.map((address) => ({
      ...{ Primary: false, PrivateIpAddress: address },
      PrivateDnsName: privateDnsName(ec2.context.region, address),
    })),
  ];
}

/** How many addresses an interface takes says the type of its instance: one that has none yet is not limited here. */
function checkLimit(ec2: Inventory, nic: InterfaceRecord, more: number): void {
  const type = instanceTypes.get(ec2.instances.find(nic.Attachment?.InstanceId)?.type ?? '');
  if (type === undefined || 1 + nic.secondaryAddresses.length + more <= type.addresses) return;
  throw privateIpAddressLimitExceeded('Number of private addresses will exceed limit.');
}

function takeAway(ec2: Inventory, nic: InterfaceRecord, address: string): void {
  for (const other of ec2.interfaces.values()) {
    if (other === nic || other.SubnetId !== nic.SubnetId || !other.secondaryAddresses.includes(address))
      continue;
    unassignAddresses(ec2, other, [address]);
  }
}

function setAddresses(ec2: Inventory, nic: InterfaceRecord): void {
  ec2.network.setSecondaryIps(nic.NetworkInterfaceId, nic.secondaryAddresses);
}
