import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  addressLimitExceeded,
  gatewayNotAttached,
  invalidAddressNotFound,
  invalidAssociationIdNotFound,
  invalidInstanceId,
  invalidIPAddressInUse,
  missingParameter,
  resourceAlreadyAssociated,
} from '../../errors';
import type { Inventory } from '../../inventory';
import { gatewayOf } from '../../network/gateways';
import { associateAddress, randomPublicAddress, removePublicAddress } from '../../network/public-addresses';
import type { AddressRecord, InterfaceRecord } from '../../records/interfaces';
import type { Op } from '../../state';

/** EC2-VPC Elastic IPs. */
const ADDRESSES_QUOTA = 'L-0263D0A3';

export const AllocateAddress: Op<'AllocateAddress'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['elastic-ip'], call);
  if (ec2.addresses.values().length >= ec2.quotas.valueOf(ADDRESSES_QUOTA)) {
    throw addressLimitExceeded('The maximum number of addresses has been reached.');
  }
  const AllocationId = resourceId('eipalloc');
  const { region } = ec2.context;
  const address = ec2.addresses.add(AllocationId, {
    AllocationId,
    PublicIp: randomPublicAddress(ec2),
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
  });
  ec2.tags.add(AllocationId, tagsFor('elastic-ip'));
  const { PublicIp, PublicIpv4Pool, NetworkBorderGroup, Domain } = address;
  return { AllocationId, PublicIp, PublicIpv4Pool, NetworkBorderGroup, Domain };
};

export const DescribeAddresses: Op<'DescribeAddresses'> = (ec2, input) => {
  for (const ip of input.PublicIps ?? []) requireByAddress(ec2, ip);
  const { items } = ec2.addresses.describe({ Filters: input.Filters }, input.AllocationIds);
  const ips = input.PublicIps ?? [];
  return { Addresses: items.filter((one) => ips.length === 0 || ips.includes(one.PublicIp)) };
};

/**
 * The names that addresses have in reverse lookups: nobody can give them one here, and those without one are not shown.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddressesAttribute.html
 */
export const DescribeAddressesAttribute: Op<'DescribeAddressesAttribute'> = (ec2, input) => {
  ec2.addresses.requireAll(input.AllocationIds ?? []);
  return { Addresses: [] };
};

export const AssociateAddress: Op<'AssociateAddress'> = (ec2, input) => {
  const address = requireAddress(ec2, input);
  const nic = requireTarget(ec2, input);
  if (!gatewayOf(ec2, nic.VpcId)) {
    throw gatewayNotAttached(`Network ${nic.VpcId} is not attached to any internet gateway`);
  }
  const held = ec2.interfaces.find(address.NetworkInterfaceId);
  if (held && held !== nic && input.AllowReassociation === false) {
    throw resourceAlreadyAssociated(
      `resource ${address.AllocationId} is already associated with associate-id ${address.AssociationId}`,
    );
  }
  const worn = nic.Association?.AllocationId;
  if (worn && worn !== address.AllocationId && input.AllowReassociation === false) {
    throw resourceAlreadyAssociated(
      `resource ${nic.NetworkInterfaceId} is already associated with associate-id ${nic.Association?.AssociationId}`,
    );
  }
  if (held) removePublicAddress(ec2, held);
  return { AssociationId: associateAddress(ec2, address, nic) };
};

export const DisassociateAddress: Op<'DisassociateAddress'> = (ec2, input) => {
  if (!input.AssociationId && !input.PublicIp) {
    throw missingParameter("Either 'AssociationId' or 'PublicIp' must be specified");
  }
  const address = ec2.addresses
    .values()
    .find((one) =>
      input.AssociationId
        ? one.AssociationId === input.AssociationId
        : one.PublicIp === input.PublicIp && one.AssociationId,
    );
  if (!address) {
    throw invalidAssociationIdNotFound(
      `The association ID '${input.AssociationId ?? input.PublicIp}' does not exist`,
    );
  }
  const nic = ec2.interfaces.find(address.NetworkInterfaceId);
  if (nic) removePublicAddress(ec2, nic);
  return {};
};

export const ReleaseAddress: Op<'ReleaseAddress'> = (ec2, input) => {
  const address = requireAddress(ec2, input);
  if (address.AssociationId) {
    throw invalidIPAddressInUse(`Address ${address.PublicIp} is in use. Please disassociate it first.`);
  }
  ec2.addresses.delete(address.AllocationId);
  return {};
};

function requireAddress(ec2: Inventory, input: { AllocationId?: string; PublicIp?: string }): AddressRecord {
  if (!input.AllocationId && !input.PublicIp) {
    throw missingParameter('Either public IP or allocation id must be specified');
  }
  return input.AllocationId
    ? ec2.addresses.require(input.AllocationId)
    : requireByAddress(ec2, input.PublicIp ?? '');
}

function requireByAddress(ec2: Inventory, publicIp: string): AddressRecord {
  const found = ec2.addresses.values().find((address) => address.PublicIp === publicIp);
  if (!found) throw invalidAddressNotFound(`Address '${publicIp}' not found.`);
  return found;
}

function requireTarget(
  ec2: Inventory,
  input: { InstanceId?: string; NetworkInterfaceId?: string },
): InterfaceRecord {
  if (input.NetworkInterfaceId) return ec2.interfaces.require(input.NetworkInterfaceId);
  if (!input.InstanceId) {
    throw missingParameter("Either 'NetworkInterfaceId' or 'InstanceId' must be specified");
  }
  const instance = ec2.instances.require(input.InstanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw invalidInstanceId(
      `The pending-instance-creation instance to which 'eni-' is attached is not in a valid state for this operation`,
    );
  }
  return ec2.interfaces.require(instance.interfaceIds[0]);
}
