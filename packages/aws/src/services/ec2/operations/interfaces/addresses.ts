import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tags';
import type { AddressRecord, InterfaceRecord } from '../../records/interfaces';
import type { Ec2Operations, Ec2State } from '../../state';
import { gatewayOf } from '../network/route-tables';
import { randomPublicAddress, removePublicAddress, setPublicAddress } from './interfaces';

const MOST_ADDRESSES = 5;

/** Elastic IP addresses. */
export function addressOperations(state: Ec2State) {
  return {
    AllocateAddress(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['elastic-ip'], call);
      if (state.addresses.values().length >= MOST_ADDRESSES) {
        throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
      }
      const AllocationId = resourceId('eipalloc');
      const { region } = state.context;
      const address = state.addresses.add(AllocationId, {
        AllocationId,
        PublicIp: randomPublicAddress(state),
        Domain: 'vpc',
        PublicIpv4Pool: 'amazon',
        NetworkBorderGroup: region,
      });
      state.tags.add(AllocationId, tagsFor('elastic-ip'));
      const { PublicIp, PublicIpv4Pool, NetworkBorderGroup, Domain } = address;
      return { AllocationId, PublicIp, PublicIpv4Pool, NetworkBorderGroup, Domain };
    },
    DescribeAddresses(input) {
      for (const ip of input.PublicIps ?? []) requireByAddress(state, ip);
      const { items } = state.addresses.describe({ Filters: input.Filters }, input.AllocationIds);
      const ips = input.PublicIps ?? [];
      return { Addresses: items.filter((one) => ips.length === 0 || ips.includes(one.PublicIp)) };
    },
    AssociateAddress(input) {
      const address = requireAddress(state, input);
      const nic = requireTarget(state, input);
      if (!gatewayOf(state, nic.VpcId)) {
        throw new AwsError(
          'Gateway.NotAttached',
          `Network ${nic.VpcId} is not attached to any internet gateway`,
        );
      }
      const held = state.interfaces.find(address.NetworkInterfaceId);
      if (held && held !== nic && input.AllowReassociation === false) {
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `resource ${address.AllocationId} is already associated with associate-id ${address.AssociationId}`,
        );
      }
      const worn = nic.Association?.AllocationId;
      if (worn && worn !== address.AllocationId && input.AllowReassociation === false) {
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `resource ${nic.NetworkInterfaceId} is already associated with associate-id ${nic.Association?.AssociationId}`,
        );
      }
      if (held) removePublicAddress(state, held);
      const associationId = resourceId('eipassoc');
      setPublicAddress(state, nic, {
        publicIp: address.PublicIp,
        allocationId: address.AllocationId,
        associationId,
      });
      address.AssociationId = associationId;
      address.NetworkInterfaceId = nic.NetworkInterfaceId;
      address.NetworkInterfaceOwnerId = state.owner;
      address.PrivateIpAddress = nic.PrivateIpAddress;
      address.InstanceId = nic.Attachment?.InstanceId;
      return { AssociationId: associationId };
    },
    DisassociateAddress(input) {
      if (!input.AssociationId && !input.PublicIp) {
        throw new AwsError('MissingParameter', "Either 'AssociationId' or 'PublicIp' must be specified");
      }
      const address = state.addresses
        .values()
        .find((one) =>
          input.AssociationId
            ? one.AssociationId === input.AssociationId
            : one.PublicIp === input.PublicIp && one.AssociationId,
        );
      if (!address) {
        throw new AwsError(
          'InvalidAssociationID.NotFound',
          `The association ID '${input.AssociationId ?? input.PublicIp}' does not exist`,
        );
      }
      const nic = state.interfaces.find(address.NetworkInterfaceId);
      if (nic) removePublicAddress(state, nic);
      return {};
    },
    ReleaseAddress(input) {
      const address = requireAddress(state, input);
      if (address.AssociationId) {
        throw new AwsError(
          'InvalidIPAddress.InUse',
          `Address ${address.PublicIp} is in use. Please disassociate it first.`,
        );
      }
      state.addresses.delete(address.AllocationId);
      return {};
    },
  } satisfies Ec2Operations;
}

function requireAddress(state: Ec2State, input: { AllocationId?: string; PublicIp?: string }): AddressRecord {
  if (!input.AllocationId && !input.PublicIp) {
    throw new AwsError('MissingParameter', 'Either public IP or allocation id must be specified');
  }
  return input.AllocationId
    ? state.addresses.require(input.AllocationId)
    : requireByAddress(state, input.PublicIp ?? '');
}

function requireByAddress(state: Ec2State, publicIp: string): AddressRecord {
  const found = state.addresses.values().find((address) => address.PublicIp === publicIp);
  if (!found) throw new AwsError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`);
  return found;
}

function requireTarget(
  state: Ec2State,
  input: { InstanceId?: string; NetworkInterfaceId?: string },
): InterfaceRecord {
  if (input.NetworkInterfaceId) return state.interfaces.require(input.NetworkInterfaceId);
  if (!input.InstanceId) {
    throw new AwsError('MissingParameter', "Either 'NetworkInterfaceId' or 'InstanceId' must be specified");
  }
  const instance = state.instances.require(input.InstanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError(
      'InvalidInstanceID',
      `The pending-instance-creation instance to which 'eni-' is attached is not in a valid state for this operation`,
    );
  }
  return state.interfaces.require(instance.interfaceIds[0]);
}
