import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CreateLoadBalancerInput, SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import { durations } from '../../../core/durations';
import type { Call, OperationsOf } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import type { Servers } from '../data-plane/servers';
import { checkEnum } from '../errors';
import type { Balancing } from '../health/targets';
import { takePage } from '../paging';
import { LoadBalancer, type Node } from '../records/load-balancer';
import { checkArn, checkName, dnsName, type LoadBalancerKind, loadBalancerArn } from '../records/names';
import { checkTags } from '../records/tags';
import { deleteListener } from './listeners';

/** A chosen subnet. */
interface Place {
  readonly subnetId: string;
  readonly zone: string;
  readonly vpcId: string;
}

/** Operations on load balancers. */
export function loadBalancerOperations(balancing: Balancing, servers: Servers) {
  const { context } = balancing;
  const forgetName = new Map<string, () => void>();

  function create(
    input: CreateLoadBalancerInput,
    places: readonly Place[],
    groups: readonly string[],
  ): LoadBalancer {
    const kind: LoadBalancerKind = input.Type === 'network' ? 'network' : 'application';
    const label = input.Name ?? '';
    const vpcId = places[0]?.vpcId ?? '';
    const scheme = input.Scheme ?? 'internet-facing';
    const arn = loadBalancerArn(context, kind, label);
    const name = dnsName(context, kind, label, scheme === 'internal', arn);
    const balancer = new LoadBalancer(
      arn,
      label,
      kind,
      scheme,
      name,
      vpcId,
      context.region,
      context.clock.now(),
      groups,
    );
    balancer.nodes = places.map((place) => makeNode(balancing, balancer, place));
    balancing.loadBalancers.set(arn, balancer);
    const interfaces = () => balancer.nodes.map(({ interfaceId }) => interfaceId);
    const forget = balancing.network.name(name, interfaces);
    // Browsers find names under `localhost` on this machine: the front door leads them on by the name.
    const forgetLocal = balancing.network.name(name.replace(/\.amazonaws\.com$/, '.localhost'), interfaces);
    forgetName.set(arn, () => {
      forget();
      forgetLocal();
    });
    balancing.tags.add(arn, input.Tags ?? []);
    activateLater(balancer);
    return balancer;
  }

  function activateLater(balancer: LoadBalancer): void {
    const end = context.ledger.begin('LoadBalancer', balancer.arn, context.region);
    context.clock.after(durations.loadBalancerActive.seconds, () => {
      end();
      if (!balancing.loadBalancers.has(balancer.arn)) return;
      balancer.state = 'active';
      servers.reopen(balancer);
      balancing.relink();
    });
  }

  function remove(balancer: LoadBalancer): void {
    for (const listener of balancing.listenersOf(balancer.arn)) deleteListener(balancing, servers, listener);
    balancing.loadBalancers.delete(balancer.arn);
    forgetName.get(balancer.arn)?.();
    forgetName.delete(balancer.arn);
    balancing.tags.forget(balancer.arn);
    for (const { interfaceId } of balancer.nodes) balancing.ec2.deleteInterface(interfaceId);
    balancing.relink();
  }

  return {
    async CreateLoadBalancer(input, call: Call) {
      checkCreate(input);
      checkTags(input.Tags ?? [], call);
      const kind: LoadBalancerKind = input.Type === 'network' ? 'network' : 'application';
      const places = choosePlaces(balancing, kind, input);
      const vpcId = places[0]?.vpcId ?? '';
      if (input.Scheme !== 'internal') await checkInternetGateway(balancing, vpcId);
      const groups = await chooseGroups(balancing, kind, vpcId, input.SecurityGroups);
      const existing = [...balancing.loadBalancers.values()].find(({ name }) => name === input.Name);
      if (existing && !isSame(balancing, existing, input, groups))
        throw new AwsError(
          'DuplicateLoadBalancerName',
          `A load balancer with the same name '${input.Name}' exists, but with different settings`,
        );
      return { LoadBalancers: [(existing ?? create(input, places, groups)).describe()] };
    },

    DescribeLoadBalancers({ LoadBalancerArns, Names, ...paging }) {
      if (LoadBalancerArns?.length && Names?.length)
        throw new AwsError(
          'ValidationError',
          'Load balancer names and ARNs cannot be specified at the same time',
        );
      for (const arn of LoadBalancerArns ?? []) balancing.loadBalancer(arn);
      const all = [...balancing.loadBalancers.values()];
      const missing = (Names ?? []).filter((name) => !all.some((one) => one.name === name));
      if (missing.length > 0)
        throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`);
      const wanted = all.filter(
        ({ arn, name }) =>
          (!LoadBalancerArns?.length || LoadBalancerArns.includes(arn)) &&
          (!Names?.length || Names.includes(name)),
      );
      const { page, NextMarker } = takePage(wanted, paging);
      return { LoadBalancers: page.map((one) => one.describe()), NextMarker };
    },

    DeleteLoadBalancer({ LoadBalancerArn }) {
      const arn = LoadBalancerArn ?? '';
      checkArn(arn, 'load balancer');
      const balancer = balancing.loadBalancers.get(arn);
      // The API reference: the call succeeds for a load balancer that does not exist.
      if (!balancer) return {};
      if (balancer.attributes.isOn('deletion_protection.enabled'))
        throw new AwsError(
          'OperationNotPermitted',
          `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
        );
      remove(balancer);
      return {};
    },

    DescribeLoadBalancerAttributes({ LoadBalancerArn }) {
      return { Attributes: balancing.loadBalancer(LoadBalancerArn ?? '').attributes.list() };
    },

    ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes }) {
      const balancer = balancing.loadBalancer(LoadBalancerArn ?? '');
      balancer.attributes.modify(Attributes ?? []);
      return { Attributes: balancer.attributes.list() };
    },

    async SetSecurityGroups({ LoadBalancerArn, SecurityGroups }) {
      const balancer = balancing.loadBalancer(LoadBalancerArn ?? '');
      if (balancer.kind === 'network' && balancer.securityGroups.length === 0)
        throw new AwsError(
          'InvalidConfigurationRequest',
          'You cannot set security groups on a Network Load Balancer that was created without security groups',
        );
      const groups = await chooseGroups(balancing, balancer.kind, balancer.vpcId, SecurityGroups);
      balancer.securityGroups = groups;
      for (const { interfaceId } of balancer.nodes) balancing.network.setGroups(interfaceId, groups);
      return { SecurityGroupIds: [...groups] };
    },

    SetSubnets({ LoadBalancerArn, Subnets, SubnetMappings }) {
      const balancer = balancing.loadBalancer(LoadBalancerArn ?? '');
      const places = choosePlaces(balancing, balancer.kind, { Subnets, SubnetMappings });
      if (places.some(({ vpcId }) => vpcId !== balancer.vpcId))
        throw new AwsError('InvalidSubnet', `The subnets must be in the VPC '${balancer.vpcId}'`);
      const before = balancer.nodes;
      balancer.nodes = places.map(
        (place) =>
          before.find(({ subnetId }) => subnetId === place.subnetId) ?? makeNode(balancing, balancer, place),
      );
      for (const node of before)
        if (!balancer.nodes.includes(node)) balancing.ec2.deleteInterface(node.interfaceId);
      servers.reopen(balancer);
      balancing.relink();
      return { AvailabilityZones: balancer.zones(), IpAddressType: 'ipv4' };
    },

    SetIpAddressType({ LoadBalancerArn, IpAddressType }) {
      balancing.loadBalancer(LoadBalancerArn ?? '');
      checkEnum('ipAddressType', IpAddressType, ['ipv4', 'dualstack', 'dualstack-without-public-ipv4']);
      if (IpAddressType !== 'ipv4')
        throw new AwsError(
          'InvalidConfigurationRequest',
          'The embedded AWS has no IPv6: the IP address type must be ipv4',
        );
      return { IpAddressType };
    },
  } satisfies OperationsOf<typeof client>;
}

function checkCreate(input: CreateLoadBalancerInput): void {
  checkEnum('type', input.Type, ['application', 'network', 'gateway']);
  checkEnum('scheme', input.Scheme, ['internet-facing', 'internal']);
  checkName('load balancer', input.Name ?? '');
  if (input.Type === 'gateway')
    throw new AwsError(
      'InvalidConfigurationRequest',
      'The embedded AWS has no gateway load balancers, only application and network ones',
    );
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw new AwsError(
      'InvalidConfigurationRequest',
      'The embedded AWS has no IPv6: the IP address type must be ipv4',
    );
}

function subnetIds(input: { Subnets?: string[]; SubnetMappings?: SubnetMapping[] }): string[] {
  if (input.Subnets?.length && input.SubnetMappings?.length)
    throw new AwsError('ValidationError', 'You cannot specify both subnets and subnet mappings');
  for (const { AllocationId } of input.SubnetMappings ?? [])
    if (AllocationId)
      throw new AwsError('AllocationIdNotFound', `The allocation ID '${AllocationId}' does not exist`);
  return input.Subnets ?? input.SubnetMappings?.map(({ SubnetId = '' }) => SubnetId) ?? [];
}

function choosePlaces(
  balancing: Balancing,
  kind: LoadBalancerKind,
  input: { Subnets?: string[]; SubnetMappings?: SubnetMapping[] },
): Place[] {
  const ids = subnetIds(input);
  if (ids.length === 0)
    throw new AwsError('ValidationError', 'You must specify either subnets or subnet mappings');
  const places = ids.map((subnetId) => {
    const subnet = balancing.ec2.subnet(subnetId);
    if (!subnet) throw new AwsError('SubnetNotFound', `The subnet ID '${subnetId}' does not exist`);
    return { subnetId, zone: subnet.AvailabilityZone ?? '', vpcId: subnet.VpcId ?? '' };
  });
  if (new Set(places.map(({ vpcId }) => vpcId)).size > 1)
    throw new AwsError('InvalidSubnet', 'The specified subnets must belong to the same VPC');
  const zones = new Set(places.map(({ zone }) => zone));
  if (zones.size < places.length)
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  if (kind === 'application' && zones.size < 2)
    throw new AwsError(
      'ValidationError',
      'At least two subnets in two different Availability Zones must be specified',
    );
  return places;
}

/** The security groups asked for; for an Application Load Balancer without any, the default group of the VPC. */
async function chooseGroups(
  balancing: Balancing,
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
    const answer = await balancing.ec2.operations.DescribeSecurityGroups?.(
      { Filters: filters },
      serviceCall(balancing.context, 'elasticloadbalancing'),
    );
    return (answer?.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
  }
  for (const id of ids) {
    const group = balancing.ec2.securityGroup(id);
    if (!group) throw new AwsError('InvalidSecurityGroup', `The security group '${id}' does not exist`);
    if (group.VpcId !== vpcId)
      throw new AwsError('InvalidSecurityGroup', `The security group '${id}' is not in the VPC '${vpcId}'`);
  }
  return ids;
}

/** An internet-facing load balancer needs a way to the internet. */
async function checkInternetGateway(balancing: Balancing, vpcId: string): Promise<void> {
  const answer = await balancing.ec2.operations.DescribeInternetGateways?.(
    { Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }] },
    serviceCall(balancing.context, 'elasticloadbalancing'),
  );
  if (answer && !answer.InternetGateways?.length)
    throw new AwsError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`);
}

function makeNode(balancing: Balancing, balancer: LoadBalancer, { subnetId, zone }: Place): Node {
  const { interfaceId } = balancing.ec2.createInterface({
    subnetId,
    groupIds: balancer.securityGroups,
    description: `ELB ${balancer.arn.split(':loadbalancer/')[1]}`,
    publicAddress: balancer.scheme === 'internet-facing',
  });
  return { subnetId, zone, interfaceId };
}

/** CreateLoadBalancer is idempotent: the same name with the same settings gives the one that exists. */
function isSame(
  balancing: Balancing,
  existing: LoadBalancer,
  input: CreateLoadBalancerInput,
  groups: readonly string[],
): boolean {
  const ids = subnetIds(input);
  return (
    existing.kind === (input.Type ?? 'application') &&
    existing.scheme === (input.Scheme ?? 'internet-facing') &&
    sameSet(
      existing.nodes.map(({ subnetId }) => subnetId),
      ids,
    ) &&
    sameSet(existing.securityGroups, groups) &&
    sameSet(
      balancing.tags.list(existing.arn).map(({ Key, Value }) => `${Key}=${Value}`),
      (input.Tags ?? []).map(({ Key, Value = '' }) => `${Key}=${Value}`),
    )
  );
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one));
}
