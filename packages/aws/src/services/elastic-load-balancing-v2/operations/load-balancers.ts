import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { durations } from '../../../core/durations';
import { ensureLinkedRole } from '../../../core/service-call';
import {
  duplicateLoadBalancerName,
  invalidConfigurationRequest,
  invalidSecurityGroup,
  invalidSubnet,
  loadBalancerNotFound,
  operationNotPermitted,
  validationError,
} from '../errors';
import { pageOf } from '../paging';
import { checkArn, checkName, dnsName, type LoadBalancerKind, loadBalancerArn } from '../records/arns';
import { LoadBalancer } from '../records/load-balancer';
import { checkTags } from '../records/tags';
import { LINKED_SERVICE, type LoadBalancingState, type Op } from '../state';
import { checkAddresses } from './check-addresses';
import {
  checkInternetGateway,
  chooseGroups,
  choosePlaces,
  makeNode,
  type Place,
  subnetIds,
} from './choose-subnets';

export const CreateLoadBalancer: Op<'CreateLoadBalancer'> = async (elb, input, call) => {
  checkCreate(input);
  checkTags(input.Tags ?? [], call);
  const kind: LoadBalancerKind = input.Type ?? 'application';
  const places = choosePlaces(elb, kind, input);
  const vpcId = places[0]?.vpcId ?? '';
  if (input.Scheme !== 'internal' && kind !== 'gateway') await checkInternetGateway(elb, vpcId);
  const groups = await chooseGroups(elb, kind, vpcId, input.SecurityGroups);
  checkAddresses(elb, kind, input);
  const existing = [...elb.loadBalancers.values()].find(({ name }) => name === input.Name);
  if (existing && !isSame(elb, existing, input, groups))
    throw duplicateLoadBalancerName(
      `A load balancer with the same name '${input.Name}' exists, but with different settings`,
    );
  const linked = [LINKED_SERVICE, 'AWSServiceRoleForElasticLoadBalancing'] as const;
  await ensureLinkedRole(elb.context, elb.iam, call, ...linked);
  return { LoadBalancers: [(existing ?? create(elb, input, places, groups)).describe()] };
};

export const DescribeLoadBalancers: Op<'DescribeLoadBalancers'> = (
  elb,
  { LoadBalancerArns, Names, ...paging },
) => {
  if (LoadBalancerArns?.length && Names?.length)
    throw validationError('Load balancer names and ARNs cannot be specified at the same time');
  for (const arn of LoadBalancerArns ?? []) elb.loadBalancer(arn);
  const all = [...elb.loadBalancers.values()];
  const missing = (Names ?? []).filter((name) => !all.some((one) => one.name === name));
  if (missing.length > 0) throw loadBalancerNotFound(`Load balancers '[${missing.join(', ')}]' not found`);
  const wanted = all.filter(
    ({ arn, name }) =>
      (!LoadBalancerArns?.length || LoadBalancerArns.includes(arn)) &&
      (!Names?.length || Names.includes(name)),
  );
  const { page, NextMarker } = pageOf(wanted, ({ arn }) => arn, paging);
  return { LoadBalancers: page.map((one) => one.describe()), NextMarker };
};

export const DeleteLoadBalancer: Op<'DeleteLoadBalancer'> = (elb, { LoadBalancerArn }) => {
  const arn = LoadBalancerArn ?? '';
  checkArn(arn, 'load balancer');
  const balancer = elb.loadBalancers.get(arn);
  // The API reference: the call succeeds for a load balancer that does not exist.
  if (!balancer) return {};
  if (balancer.attributes.isOn('deletion_protection.enabled'))
    throw operationNotPermitted(
      `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    );
  remove(elb, balancer);
  return {};
};

export const DescribeLoadBalancerAttributes: Op<'DescribeLoadBalancerAttributes'> = (
  elb,
  { LoadBalancerArn },
) => {
  return { Attributes: elb.loadBalancer(LoadBalancerArn ?? '').attributes.list() };
};

export const ModifyLoadBalancerAttributes: Op<'ModifyLoadBalancerAttributes'> = (
  elb,
  { LoadBalancerArn, Attributes },
) => {
  const balancer = elb.loadBalancer(LoadBalancerArn ?? '');
  balancer.attributes.modify(Attributes ?? []);
  return { Attributes: balancer.attributes.list() };
};

export const SetSecurityGroups: Op<'SetSecurityGroups'> = async (
  elb,
  { LoadBalancerArn, SecurityGroups },
) => {
  const balancer = elb.loadBalancer(LoadBalancerArn ?? '');
  if (balancer.kind !== 'application' && balancer.securityGroups.length === 0)
    throw invalidConfigurationRequest(
      `You cannot set security groups on a ${balancer.kind} load balancer that was created without security groups`,
    );
  const groups = await chooseGroups(elb, balancer.kind, balancer.vpcId, SecurityGroups);
  if (groups.length === 0) throw invalidSecurityGroup('At least one security group must be specified');
  for (const { interfaceId } of balancer.nodes)
    await elb.ec2Api.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId: interfaceId, Groups: groups });
  balancer.securityGroups = groups;
  return { SecurityGroupIds: [...groups] };
};

export const SetSubnets: Op<'SetSubnets'> = (elb, { LoadBalancerArn, Subnets, SubnetMappings }) => {
  const balancer = elb.loadBalancer(LoadBalancerArn ?? '');
  const places = choosePlaces(elb, balancer.kind, { Subnets, SubnetMappings });
  if (places.some(({ vpcId }) => vpcId !== balancer.vpcId))
    throw invalidSubnet(`The subnets must be in the VPC '${balancer.vpcId}'`);
  checkAddresses(elb, balancer.kind, { Scheme: balancer.scheme, SubnetMappings }, balancer);
  const before = balancer.nodes;
  balancer.nodes = places.map(
    (place) => before.find(({ subnetId }) => subnetId === place.subnetId) ?? makeNode(elb, balancer, place),
  );
  for (const node of before) if (!balancer.nodes.includes(node)) elb.ec2.deleteInterface(node.interfaceId);
  elb.servers.reopen(balancer);
  elb.relink();
  return { AvailabilityZones: balancer.zones(), IpAddressType: 'ipv4' };
};

export const SetIpAddressType: Op<'SetIpAddressType'> = (elb, { LoadBalancerArn, IpAddressType }) => {
  elb.loadBalancer(LoadBalancerArn ?? '');
  if (IpAddressType !== 'ipv4')
    throw invalidConfigurationRequest('The embedded AWS has no IPv6: the IP address type must be ipv4');
  return { IpAddressType };
};

function create(
  elb: LoadBalancingState,
  input: CreateLoadBalancerInput,
  places: readonly Place[],
  groups: readonly string[],
): LoadBalancer {
  const kind: LoadBalancerKind = input.Type ?? 'application';
  const label = input.Name ?? '';
  const vpcId = places[0]?.vpcId ?? '';
  const scheme = kind === 'gateway' ? 'internal' : (input.Scheme ?? 'internet-facing');
  const arn = loadBalancerArn(elb.context, kind, label);
  const name = kind === 'gateway' ? '' : dnsName(elb.context, kind, label, scheme === 'internal', arn);
  const balancer = new LoadBalancer(
    arn,
    label,
    kind,
    scheme,
    name,
    vpcId,
    elb.context.region,
    elb.context.clock.now(),
    groups,
  );
  balancer.nodes = places.map((place) => makeNode(elb, balancer, place));
  elb.loadBalancers.set(arn, balancer);
  if (kind !== 'gateway') giveNames(elb, balancer);
  elb.tags.add(arn, input.Tags ?? []);
  activateLater(elb, balancer);
  return balancer;
}

function giveNames(elb: LoadBalancingState, balancer: LoadBalancer): void {
  const { dnsName: name } = balancer;
  const interfaces = () => balancer.nodes.map(({ interfaceId }) => interfaceId);
  const forget = elb.network.name(name, interfaces);
  // Browsers find names under `localhost` on this machine: the front door leads them on by the name.
  const forgetLocal = elb.network.name(name.replace(/\.amazonaws\.com$/, '.localhost'), interfaces);
  balancer.forgetNames = () => {
    forget();
    forgetLocal();
  };
}

function activateLater(elb: LoadBalancingState, balancer: LoadBalancer): void {
  const end = elb.context.ledger.begin('LoadBalancer', balancer.arn, elb.context.region);
  elb.context.clock.after(durations.loadBalancerActive.seconds, () => {
    end();
    if (!elb.loadBalancers.has(balancer.arn)) return;
    balancer.state = 'active';
    elb.servers.reopen(balancer);
    elb.relink();
  });
}

function remove(elb: LoadBalancingState, balancer: LoadBalancer): void {
  for (const listener of elb.listenersOf(balancer.arn)) elb.removeListener(listener);
  elb.loadBalancers.delete(balancer.arn);
  balancer.forgetNames();
  elb.tags.forget(balancer.arn);
  for (const { interfaceId } of balancer.nodes) elb.ec2.deleteInterface(interfaceId);
  elb.relink();
}

function checkCreate(input: CreateLoadBalancerInput): void {
  checkName('load balancer', input.Name ?? '');
  if (input.Type === 'gateway' && input.Scheme !== undefined)
    throw invalidConfigurationRequest(
      "A scheme cannot be specified for load balancers with the type 'gateway'",
    );
  if (input.Type === 'gateway' && input.SecurityGroups?.length)
    throw invalidConfigurationRequest(
      "Security groups are not supported for load balancers with the type 'gateway'",
    );
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw invalidConfigurationRequest('The embedded AWS has no IPv6: the IP address type must be ipv4');
}

/** CreateLoadBalancer is idempotent: the same name with the same settings gives the one that exists. */
function isSame(
  elb: LoadBalancingState,
  existing: LoadBalancer,
  input: CreateLoadBalancerInput,
  groups: readonly string[],
): boolean {
  const ids = subnetIds(input);
  return (
    existing.kind === (input.Type ?? 'application') &&
    (existing.kind === 'gateway' || existing.scheme === (input.Scheme ?? 'internet-facing')) &&
    sameSet(
      existing.nodes.map(({ subnetId }) => subnetId),
      ids,
    ) &&
    sameSet(existing.securityGroups, groups) &&
    sameSet(
      elb.tags.list(existing.arn).map(({ Key, Value }) => `${Key}=${Value}`),
      (input.Tags ?? []).map(({ Key, Value = '' }) => `${Key}=${Value}`),
    )
  );
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one));
}
