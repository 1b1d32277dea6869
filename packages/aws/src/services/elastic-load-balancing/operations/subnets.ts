import { invalidConfigurationRequest, invalidSubnet } from '../errors';
import type { LoadBalancer } from '../records/load-balancer';
import type { ClassicLoadBalancingState, Op } from '../state';
import { chooseGroups, defaultSubnets, makeNode, type Place, readSubnets } from './input/choose-subnets';

export const AttachLoadBalancerToSubnets: Op<'AttachLoadBalancerToSubnets'> = (
  elb,
  { LoadBalancerName, Subnets },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  attach(elb, balancer, readSubnets(elb, Subnets ?? []));
  return { Subnets: balancer.subnetIds };
};

export const DetachLoadBalancerFromSubnets: Op<'DetachLoadBalancerFromSubnets'> = (
  elb,
  { LoadBalancerName, Subnets },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  detach(elb, balancer, ({ subnetId }) => (Subnets ?? []).includes(subnetId));
  return { Subnets: balancer.subnetIds };
};

export const EnableAvailabilityZonesForLoadBalancer: Op<'EnableAvailabilityZonesForLoadBalancer'> = async (
  elb,
  { LoadBalancerName, AvailabilityZones },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const missing = (AvailabilityZones ?? []).filter((zone) => !balancer.zones.includes(zone));
  attach(elb, balancer, await defaultSubnets(elb, missing));
  return { AvailabilityZones: balancer.zones };
};

export const DisableAvailabilityZonesForLoadBalancer: Op<'DisableAvailabilityZonesForLoadBalancer'> = (
  elb,
  { LoadBalancerName, AvailabilityZones },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  detach(elb, balancer, ({ zone }) => (AvailabilityZones ?? []).includes(zone));
  return { AvailabilityZones: balancer.zones };
};

export const ApplySecurityGroupsToLoadBalancer: Op<'ApplySecurityGroupsToLoadBalancer'> = async (
  elb,
  { LoadBalancerName, SecurityGroups },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const groups = await chooseGroups(elb, balancer.vpcId, SecurityGroups);
  for (const { interfaceId } of balancer.nodes)
    await elb.ec2Api.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId: interfaceId, Groups: groups });
  balancer.securityGroups = groups;
  return { SecurityGroups: [...groups] };
};

/** A load balancer has one subnet in a zone: another takes its place. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-manage-subnets.html */
function attach(elb: ClassicLoadBalancingState, balancer: LoadBalancer, places: readonly Place[]): void {
  if (places.some(({ vpcId }) => vpcId !== balancer.vpcId))
    throw invalidSubnet(`The subnets must be in the VPC '${balancer.vpcId}'`);
  if (new Set(places.map(({ zone }) => zone)).size < places.length)
    throw invalidConfigurationRequest(
      `LoadBalancer '${balancer.name}' cannot be attached to multiple subnets in the same AZ.`,
    );
  const before = balancer.nodes;
  const added = places.filter(({ subnetId }) => !balancer.subnetIds.includes(subnetId));
  const kept = before.filter((node) => !added.some(({ zone }) => zone === node.zone));
  balancer.nodes = [...kept, ...added.map((place) => makeNode(elb, balancer, place))];
  for (const node of before) if (!kept.includes(node)) elb.ec2.deleteInterface(node.interfaceId);
  settle(elb, balancer);
}

function detach(
  elb: ClassicLoadBalancingState,
  balancer: LoadBalancer,
  isMeant: (node: LoadBalancer['nodes'][number]) => boolean,
): void {
  const kept = balancer.nodes.filter((node) => !isMeant(node));
  if (kept.length === 0)
    throw invalidConfigurationRequest(`LoadBalancer '${balancer.name}' must have at least one subnet`);
  const gone = balancer.nodes.filter(isMeant);
  balancer.nodes = kept;
  for (const { interfaceId } of gone) elb.ec2.deleteInterface(interfaceId);
  settle(elb, balancer);
}

function settle(elb: ClassicLoadBalancingState, balancer: LoadBalancer): void {
  elb.servers.reopen(balancer);
  elb.registrations.reconcile(balancer);
}
