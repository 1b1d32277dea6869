import { formatAddress, parseAddress, parseCidr, usableAddresses } from 'aws-languages/cidr';
import { randomFraction } from '../../../core/ids';
import { insufficientFreeAddressesInSubnet, invalidIPAddressInUse, invalidParameterValue } from '../errors';
import type { Inventory } from '../inventory';
import type { SubnetRecord } from '../records/network';

/**
 * A private address of the subnet: the wanted one, or any that is free.
 * @throws AwsError InvalidIPAddress.InUse, InvalidParameterValue for one outside, InsufficientFreeAddressesInSubnet
 */
export function takeAddress(ec2: Inventory, subnet: SubnetRecord, wanted?: string): string {
  const cidr = parseCidr(subnet.CidrBlock) ?? { base: 0, bits: 32, size: 1 };
  const { first, last, count } = usableAddresses(cidr);
  const taken = takenAddresses(ec2, subnet);
  if (wanted !== undefined) {
    const address = parseAddress(wanted);
    if (address === undefined || address < first || address > last) {
      throw invalidParameterValue(`Address ${wanted} does not fall within the subnet's address range`);
    }
    if (taken.has(wanted)) throw invalidIPAddressInUse(`Address ${wanted} is in use.`);
    return wanted;
  }
  const start = Math.floor(randomFraction() * count);
  for (let i = 0; i < count; i++) {
    const address = formatAddress(first + ((start + i) % count));
    if (!taken.has(address)) return address;
  }
  throw insufficientFreeAddressesInSubnet(
    `There are not enough free addresses in subnet '${subnet.SubnetId}' to satisfy the requested number of instances.`,
  );
}

/** How many more addresses the subnet has to give. */
export function countFreeAddresses(ec2: Inventory, subnet: SubnetRecord): number {
  const cidr = parseCidr(subnet.CidrBlock);
  return cidr ? usableAddresses(cidr).count - takenAddresses(ec2, subnet).size : 0;
}

function takenAddresses(ec2: Inventory, subnet: SubnetRecord): Set<string> {
  return new Set(
    ec2.interfaces
      .values()
      .filter((nic) => nic.SubnetId === subnet.SubnetId)
      .flatMap((nic) => [nic.PrivateIpAddress, ...nic.secondaryAddresses]),
  );
}
