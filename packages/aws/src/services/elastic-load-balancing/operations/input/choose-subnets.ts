import { invalidSecurityGroup, invalidSubnet, subnetNotFound, validationError } from '../../errors';
import type { LoadBalancer, Node } from '../../records/load-balancer';
import type { ClassicLoadBalancingState } from '../../state';

/** A chosen subnet. */
export interface Place {
  readonly subnetId: string;
  readonly zone: string;
  readonly vpcId: string;
}

/** Where a new load balancer is to stand: subnets of one VPC, or the default subnets of zones. */
export async function choosePlaces(
  elb: ClassicLoadBalancingState,
  { Subnets = [], AvailabilityZones = [] }: { Subnets?: string[]; AvailabilityZones?: string[] },
): Promise<Place[]> {
  if (Subnets.length > 0 && AvailabilityZones.length > 0)
    throw validationError('Only one of SubnetIds or AvailabilityZones may be specified');
  if (Subnets.length === 0 && AvailabilityZones.length === 0)
    throw validationError('Either AvailabilityZones or SubnetIds must be specified');
  return Subnets.length > 0 ? readSubnets(elb, Subnets) : defaultSubnets(elb, AvailabilityZones);
}

/** @throws AwsError SubnetNotFound, InvalidConfigurationRequest for two in one zone, InvalidSubnet for several VPCs */
export function readSubnets(elb: ClassicLoadBalancingState, ids: readonly string[]): Place[] {
  const places = [...new Set(ids)].map((subnetId) => {
    const subnet = elb.ec2.subnet(subnetId);
    if (!subnet) throw subnetNotFound(`The subnet ID '${subnetId}' does not exist`);
    return { subnetId, zone: subnet.AvailabilityZone ?? '', vpcId: subnet.VpcId ?? '' };
  });
  if (new Set(places.map(({ vpcId }) => vpcId)).size > 1)
    throw invalidSubnet('The specified subnets must belong to the same VPC');
  return places;
}

/** The default subnets of zones. @throws AwsError ValidationError for a zone without one */
export async function defaultSubnets(
  elb: ClassicLoadBalancingState,
  zones: readonly string[],
): Promise<Place[]> {
  const Filters = [{ Name: 'default-for-az', Values: ['true'] }];
  const { Subnets = [] } = await elb.ec2Api.DescribeSubnets({ Filters });
  return [...new Set(zones)].map((zone) => {
    const subnet = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone);
    if (!subnet) throw validationError(`Invalid availability zone or no default subnet in it: ${zone}`);
    return { subnetId: subnet.SubnetId ?? '', zone, vpcId: subnet.VpcId ?? '' };
  });
}

/** The security groups asked for; the default group of the VPC without any. @throws AwsError InvalidSecurityGroup */
export async function chooseGroups(
  elb: ClassicLoadBalancingState,
  vpcId: string,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  if (!asked?.length) {
    const Filters = [
      { Name: 'vpc-id', Values: [vpcId] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups = [] } = await elb.ec2Api.DescribeSecurityGroups({ Filters });
    return SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
  }
  for (const id of asked) {
    const group = elb.ec2.securityGroup(id);
    if (!group) throw invalidSecurityGroup(`Security group '${id}' does not exist`);
    if (group.VpcId !== vpcId)
      throw invalidSecurityGroup(`Security group '${id}' is not in the VPC '${vpcId}'`);
  }
  return [...new Set(asked)];
}

/** A node of the load balancer: a network interface in the subnet, with a public address where it faces the internet. */
export function makeNode(
  elb: ClassicLoadBalancingState,
  balancer: LoadBalancer,
  { subnetId, zone }: Place,
): Node {
  const { interfaceId } = elb.ec2.createInterface({
    subnetId,
    groupIds: balancer.securityGroups,
    description: `ELB ${balancer.name}`,
    requester: 'amazon-elb',
    publicAddress: balancer.scheme === 'internet-facing',
  });
  return { subnetId, zone, interfaceId };
}
