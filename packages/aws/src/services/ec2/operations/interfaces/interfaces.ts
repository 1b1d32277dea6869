import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidNetworkInterfaceInUse, invalidParameterValue } from '../../errors';
import {
  chooseGroups,
  createInterface,
  deleteInterface,
  readPrimaryAddress,
  setGroups,
  setSourceDestCheck,
  showInterface,
} from '../../network/interfaces';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Op } from '../../state';

export const CreateNetworkInterface: Op<'CreateNetworkInterface'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['network-interface'], call);
  const subnet = ec2.subnets.require(input.SubnetId);
  const groups = chooseGroups(ec2, subnet, input.Groups);
  return ec2.tokens.once('CreateNetworkInterface', input, () => {
    const nic = createInterface(ec2, {
      subnet,
      groups,
      privateIp: readPrimaryAddress(input),
      description: input.Description,
    });
    ec2.tags.add(nic.NetworkInterfaceId, tagsFor('network-interface'));
    return {
      NetworkInterface: showInterface(ec2, nic),
      ClientToken: input.ClientToken,
    };
  });
};

export const DescribeNetworkInterfaces: Op<'DescribeNetworkInterfaces'> = (ec2, input) => {
  refuseIdsWithPages('networkInterfaceIdSet', input.NetworkInterfaceIds, input.MaxResults);
  const { items, NextToken } = ec2.interfaces.describe(input, input.NetworkInterfaceIds);
  return { NetworkInterfaces: items.map((nic) => showInterface(ec2, nic)), NextToken };
};

export const DeleteNetworkInterface: Op<'DeleteNetworkInterface'> = (ec2, input) => {
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  if (nic.Status !== 'available') {
    throw invalidNetworkInterfaceInUse(`Network interface '${nic.NetworkInterfaceId}' is currently in use.`);
  }
  deleteInterface(ec2, nic);
  return {};
};

export const ModifyNetworkInterfaceAttribute: Op<'ModifyNetworkInterfaceAttribute'> = (ec2, input) => {
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  if (input.Groups) setGroups(ec2, nic, input.Groups);
  if (input.Description) nic.Description = input.Description.Value ?? '';
  if (input.SourceDestCheck) setSourceDestCheck(ec2, nic, input.SourceDestCheck.Value ?? true);
  if (input.Attachment && nic.Attachment) {
    nic.Attachment.DeleteOnTermination = input.Attachment.DeleteOnTermination;
  }
  return {};
};

export const DescribeNetworkInterfaceAttribute: Op<'DescribeNetworkInterfaceAttribute'> = (ec2, input) => {
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  const { NetworkInterfaceId } = nic;
  switch (input.Attribute) {
    case 'description':
      return { NetworkInterfaceId, Description: { Value: nic.Description } };
    case 'groupSet':
      return { NetworkInterfaceId, Groups: nic.Groups };
    case 'sourceDestCheck':
      return { NetworkInterfaceId, SourceDestCheck: { Value: nic.SourceDestCheck } };
    case 'attachment':
      return { NetworkInterfaceId, Attachment: nic.Attachment };
    default:
      throw invalidParameterValue(`Value (${input.Attribute}) for parameter attribute is invalid.`);
  }
};
