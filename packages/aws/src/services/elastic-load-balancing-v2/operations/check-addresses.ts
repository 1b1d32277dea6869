import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { cidrContains } from 'aws-languages/cidr';
import { allocationIdNotFound, invalidConfigurationRequest, resourceInUse, validationError } from '../errors';
import type { LoadBalancerKind } from '../records/arns';
import type { LoadBalancer } from '../records/load-balancer';
import type { LoadBalancingState } from '../state';

/**
 * Checks the addresses that a load balancer is to have: Elastic IPs of one that faces the internet, private addresses of an internal one,
 * Network Load Balancers alone. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SubnetMapping.html
 *
 * @param own the load balancer itself, whose addresses are its own
 * @throws AwsError AllocationIdNotFound, ResourceInUse, InvalidConfigurationRequest, ValidationError
 */
export function checkAddresses(
  elb: LoadBalancingState,
  kind: LoadBalancerKind,
  { Scheme, SubnetMappings = [] }: { Scheme?: string; SubnetMappings?: SubnetMapping[] },
  own?: LoadBalancer,
): void {
  const kept = own?.nodes.flatMap(({ chosen }) => [chosen?.AllocationId, chosen?.PrivateIPv4Address]);
  for (const mapping of SubnetMappings) {
    const { AllocationId: allocation, PrivateIPv4Address: address } = mapping;
    if ((allocation || address) && kind !== 'network')
      throw invalidConfigurationRequest(
        `Addresses cannot be specified for load balancers with the type '${kind}'`,
      );
    if (allocation && !kept?.includes(allocation)) checkAllocation(elb, allocation, Scheme);
    if (address && !kept?.includes(address)) checkPrivateAddress(elb, mapping, Scheme);
  }
  const allocations = SubnetMappings.flatMap(({ AllocationId = [] }) => AllocationId);
  if (new Set(allocations).size < allocations.length)
    throw validationError('An allocation ID was specified more than once');
  if (allocations.length > 0 && allocations.length < SubnetMappings.length)
    throw validationError('You must specify one Elastic IP address for each subnet, or none');
}

function checkAllocation(elb: LoadBalancingState, allocation: string, scheme: string | undefined): void {
  if (scheme === 'internal')
    throw invalidConfigurationRequest(
      'Elastic IP addresses cannot be specified for an internal load balancer',
    );
  const found = elb.ec2.elasticIp(allocation);
  if (!found) throw allocationIdNotFound(`The allocation ID '${allocation}' does not exist`);
  if (found.AssociationId) throw resourceInUse(`The allocation ID '${allocation}' is already in use`);
}

function checkPrivateAddress(
  elb: LoadBalancingState,
  { SubnetId = '', PrivateIPv4Address: address = '' }: SubnetMapping,
  scheme: string | undefined,
): void {
  if (scheme !== 'internal')
    throw invalidConfigurationRequest(
      'A private IPv4 address can be specified for an internal load balancer only',
    );
  const subnet = elb.ec2.subnet(SubnetId);
  if (!subnet?.CidrBlock || !cidrContains(subnet.CidrBlock, address))
    throw validationError(
      `The private IPv4 address '${address}' is not within the range of the subnet '${SubnetId}'`,
    );
  if (elb.ec2.hasAddress(SubnetId, address))
    throw resourceInUse(`The private IPv4 address '${address}' is already in use`);
}
