import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  invalidConfigurationRequest,
  invalidSecurityGroup,
  invalidSubnet,
  subnetNotFound,
  validationError,
} from '../errors';
import type { LoadBalancerKind } from '../records/arns';
import type { LoadBalancer, Node } from '../records/load-balancer';
import type { LoadBalancingState } from '../state';

/** A chosen subnet. */
export interface Place {
  readonly subnetId: string;
  readonly zone: string;
  readonly vpcId: string;
  /** Addresses that the node is to have. */
  readonly allocationId?: string;
  readonly privateAddress?: string;
}

/** The subnets that a request names. @throws AwsError ValidationError */
export function subnetIds(input: { Subnets?: string[]; SubnetMappings?: SubnetMapping[] }): string[] {
  if (input.Subnets?.length && input.SubnetMappings?.length)
    throw validationError('You cannot specify both subnets and subnet mappings');
  return input.Subnets ?? input.SubnetMappings?.map(({ SubnetId = '' }) => SubnetId) ?? [];
}

/** Where the load balancer is to stand: a subnet in each of its zones, all in one VPC. */
export function choosePlaces(
  elb: LoadBalancingState,
  kind: LoadBalancerKind,
  input: { Subnets?: string[]; SubnetMappings?: SubnetMapping[] },
): Place[] {
  const ids = subnetIds(input);
  if (ids.length === 0) throw validationError('You must specify either subnets or subnet mappings');
  const places = ids.map((subnetId) => {
    const subnet = elb.ec2.subnet(subnetId);
    if (!subnet) throw subnetNotFound(`The subnet ID '${subnetId}' does not exist`);
    const mapping = input.SubnetMappings?.find(({ SubnetId }) => SubnetId === subnetId);
    return {
      subnetId,
      zone: subnet.AvailabilityZone ?? '',
      vpcId: subnet.VpcId ?? '',
      allocationId: mapping?.AllocationId,
      privateAddress: mapping?.PrivateIPv4Address,
    };
  });
  if (new Set(places.map(({ vpcId }) => vpcId)).size > 1)
    throw invalidSubnet('The specified subnets must belong to the same VPC');
  const zones = new Set(places.map(({ zone }) => zone));
  if (zones.size < places.length)
    throw invalidConfigurationRequest(
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  if (kind === 'application' && zones.size < 2)
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  return places;
}

/** The security groups asked for; for an Application Load Balancer without any, the default group of the VPC. */
export async function chooseGroups(
  elb: LoadBalancingState,
  kind: LoadBalancerKind,
  vpcId: string,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const ids = [...(asked ?? [])];
  if (ids.length === 0 && kind === 'application') {
    const filters = [
      { Name: 'vpc-id', Values: [vpcId] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups = [] } = await elb.ec2Api.DescribeSecurityGroups({ Filters: filters });
    return SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
  }
  for (const id of ids) {
    const group = elb.ec2.securityGroup(id);
    if (!group) throw invalidSecurityGroup(`The security group '${id}' does not exist`);
    if (group.VpcId !== vpcId)
      throw invalidSecurityGroup(`The security group '${id}' is not in the VPC '${vpcId}'`);
  }
  return ids;
}

/** An internet-facing load balancer needs a way to the internet. */
export async function checkInternetGateway(elb: LoadBalancingState, vpcId: string): Promise<void> {
  const { InternetGateways = [] } = await elb.ec2Api.DescribeInternetGateways({
    Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }],
  });
  if (InternetGateways.length === 0) throw invalidSubnet(`VPC ${vpcId} has no internet gateway`);
}

/** The kinds of interfaces, as EC2 shows them. */
const INTERFACE_TYPES = {
  application: 'interface',
  network: 'network_load_balancer',
  gateway: 'gateway_load_balancer',
} as const;

/** A node of the load balancer: a network interface in the subnet, with a public address where it faces the internet. */
export function makeNode(elb: LoadBalancingState, balancer: LoadBalancer, place: Place): Node {
  const { subnetId, zone, allocationId, privateAddress } = place;
  const { interfaceId, publicIp } = elb.ec2.createInterface({
    subnetId,
    groupIds: balancer.securityGroups,
    description: `ELB ${balancer.arn.split(':loadbalancer/')[1]}`,
    requester: 'amazon-elb',
    type: INTERFACE_TYPES[balancer.kind],
    publicAddress: balancer.scheme === 'internet-facing',
    allocationId,
    privateAddress,
  });
  const node = { subnetId, zone, interfaceId };
  if (allocationId) return { ...node, chosen: { AllocationId: allocationId, IpAddress: publicIp } };
  return privateAddress ? { ...node, chosen: { PrivateIPv4Address: privateAddress } } : node;
}
