import { mustContain, unsupported } from '../../errors';
import { assignAddresses, unassignAddresses } from '../../network/secondary-addresses';
import type { Op } from '../../state';

export const AssignPrivateIpAddresses: Op<'AssignPrivateIpAddresses'> = (ec2, input) => {
  refusePrefixes(input);
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  const { PrivateIpAddresses: addresses, SecondaryPrivateIpAddressCount: count } = input;
  if (!addresses?.length && !count) throw mustContain('PrivateIpAddresses or SecondaryPrivateIpAddressCount');
  const assigned = assignAddresses(ec2, nic, {
    ...{ addresses, count },
    allowReassignment: input.AllowReassignment,
  });
  return {
    NetworkInterfaceId: nic.NetworkInterfaceId,
    AssignedPrivateIpAddresses: assigned.map((PrivateIpAddress) => ({ PrivateIpAddress })),
  };
};

export const UnassignPrivateIpAddresses: Op<'UnassignPrivateIpAddresses'> = (ec2, input) => {
  refusePrefixes(input);
  const nic = ec2.interfaces.require(input.NetworkInterfaceId);
  if (!input.PrivateIpAddresses?.length) throw mustContain('PrivateIpAddresses');
  unassignAddresses(ec2, nic, input.PrivateIpAddresses);
  return {};
};

function refusePrefixes(given: { Ipv4Prefixes?: readonly string[]; Ipv4PrefixCount?: number }): void {
  if (given.Ipv4Prefixes?.length || given.Ipv4PrefixCount)
    throw unsupported('Prefixes of network interfaces are not supported here; ask for addresses');
}
