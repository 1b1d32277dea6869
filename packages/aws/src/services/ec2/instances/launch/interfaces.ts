import type { InstanceNetworkInterfaceSpecification } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../../core/aws-error';
import {
  insufficientFreeAddressesInSubnet,
  invalidIPAddressInUse,
  invalidNetworkInterfaceInUse,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
} from '../../errors';
import type { Inventory } from '../../inventory';
import { chooseGroups, readPrimaryAddress } from '../../network/interfaces';
import { requireByName } from '../../network/security-groups';
import { countFreeAddresses, takeAddress } from '../../network/subnet-addresses';
import type { InterfaceRecord } from '../../records/interfaces';
import type { SubnetRecord } from '../../records/network';
import type { SecurityGroupRecord } from '../../records/security-groups';
import type { LaunchRequest } from './request';
import { chooseSubnet } from './subnet';

/** One interface that each instance gets: a new one, or an existing one. */
export type InterfacePlan =
  | { readonly existing: InterfaceRecord; readonly deviceIndex: number }
  | {
      readonly subnet: SubnetRecord;
      readonly groups: readonly SecurityGroupRecord[];
      readonly deviceIndex: number;
      readonly privateIp?: string;
      readonly publicAddress: boolean;
      readonly deleteOnTermination: boolean;
      readonly description?: string;
    };

/**
 * The interfaces that each instance gets, the primary one first, and the subnet of that.
 * @throws AwsError for what does not go together
 */
export function planInterfaces(
  ec2: Inventory,
  request: LaunchRequest,
  maxCount: number,
): { subnet: SubnetRecord; interfaces: InterfacePlan[] } {
  const specifications = request.NetworkInterfaces ?? [];
  if (specifications.length === 0) return planPrimary(ec2, request, maxCount);
  if (request.SubnetId) {
    throw invalidParameterCombination(
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  }
  if (request.SecurityGroupIds?.length || request.SecurityGroups?.length) {
    throw invalidParameterCombination(
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  }
  const interfaces = specifications
    .map((one) => planInterface(ec2, request, one, specifications.length, maxCount))
    .sort((a, b) => a.deviceIndex - b.deviceIndex);
  const [primary] = interfaces;
  if (primary?.deviceIndex !== 0) {
    throw invalidParameterValue('A network interface with device index 0 must be specified');
  }
  const subnet = 'existing' in primary ? ec2.subnets.require(primary.existing.SubnetId) : primary.subnet;
  return { subnet, interfaces };
}

/** The one interface of a request that specifies none. */
function planPrimary(
  ec2: Inventory,
  request: LaunchRequest,
  maxCount: number,
): { subnet: SubnetRecord; interfaces: InterfacePlan[] } {
  if (request.SubnetId && request.SecurityGroups?.length) {
    throw invalidParameterCombination('The parameter groupName cannot be used with the parameter subnet');
  }
  const subnet = chooseSubnet(ec2, request, request.SubnetId);
  const byName = (request.SecurityGroups ?? []).map((name) => requireByName(ec2, name).GroupId);
  const groups = chooseGroups(ec2, subnet, [...(request.SecurityGroupIds ?? []), ...byName]);
  if (request.PrivateIpAddress && maxCount > 1) throw addressOfMany();
  const primary: InterfacePlan = {
    subnet,
    groups,
    deviceIndex: 0,
    privateIp: request.PrivateIpAddress,
    publicAddress: subnet.MapPublicIpOnLaunch,
    deleteOnTermination: true,
  };
  return { subnet, interfaces: [primary] };
}

function planInterface(
  ec2: Inventory,
  request: LaunchRequest,
  specification: InstanceNetworkInterfaceSpecification,
  count: number,
  maxCount: number,
): InterfacePlan {
  const deviceIndex = specification.DeviceIndex;
  if (deviceIndex === undefined) {
    throw missingParameter('Each network interface requires a device index.');
  }
  if (specification.NetworkInterfaceId)
    return { existing: requireFree(ec2, specification.NetworkInterfaceId, maxCount), deviceIndex };
  if (specification.AssociatePublicIpAddress && count > 1) {
    throw invalidParameterCombination(
      'The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.',
    );
  }
  const privateIp = readPrimaryAddress(specification);
  if (privateIp && maxCount > 1) throw addressOfMany();
  const subnet = chooseSubnet(ec2, request, specification.SubnetId);
  return {
    subnet,
    groups: chooseGroups(ec2, subnet, specification.Groups),
    deviceIndex,
    privateIp,
    publicAddress: specification.AssociatePublicIpAddress ?? (count === 1 && subnet.MapPublicIpOnLaunch),
    deleteOnTermination: specification.DeleteOnTermination ?? true,
    description: specification.Description,
  };
}

function requireFree(ec2: Inventory, interfaceId: string, maxCount: number): InterfaceRecord {
  const existing = ec2.interfaces.require(interfaceId);
  if (existing.Status !== 'available') {
    throw invalidNetworkInterfaceInUse(`interface ${existing.NetworkInterfaceId} in use`);
  }
  if (maxCount > 1) {
    throw invalidParameterCombination(
      'Network interface IDs may not be specified when launching multiple instances',
    );
  }
  return existing;
}

function addressOfMany(): AwsError {
  return invalidParameterCombination(
    'Private IP address may not be specified when launching multiple instances',
  );
}

/** Checks that every interface gets its address, so that no instance is made by half. */
export function checkRoom(ec2: Inventory, interfaces: readonly InterfacePlan[], minCount: number): void {
  const made = interfaces.flatMap((one) => ('subnet' in one ? [one] : []));
  for (const subnet of new Set(made.map((one) => one.subnet))) {
    const each = made.filter((one) => one.subnet === subnet).length;
    if (countFreeAddresses(ec2, subnet) < each * minCount) {
      throw insufficientFreeAddressesInSubnet(
        `There are not enough free addresses in subnet '${subnet.SubnetId}' to satisfy the requested number of instances.`,
      );
    }
  }
  const wanted = new Set<string>();
  for (const { subnet, privateIp } of made) {
    if (privateIp === undefined) continue;
    takeAddress(ec2, subnet, privateIp);
    if (wanted.has(privateIp)) {
      throw invalidIPAddressInUse(`Address ${privateIp} is in use.`);
    }
    wanted.add(privateIp);
  }
}
