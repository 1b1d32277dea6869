import type { CreateLoadBalancerCommandInput } from '@aws-sdk/client-elastic-load-balancing';
import { randomInt } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { ensureLinkedRole } from '../../../core/service-call';
import { duplicateLoadBalancerName, invalidScheme, validationError } from '../errors';
import type { Listener } from '../records/listener';
import { LoadBalancer } from '../records/load-balancer';
import { type ClassicLoadBalancingState, LINKED_SERVICE, type Op } from '../state';
import { chooseGroups, choosePlaces, makeNode, type Place } from './input/choose-subnets';
import { addDefaultPolicy, readListeners } from './input/read-listeners';
import { mergeTags } from './input/read-tags';

export const CreateLoadBalancer: Op<'CreateLoadBalancer'> = async (elb, input, call) => {
  const name = input.LoadBalancerName ?? '';
  checkName(name);
  const scheme = input.Scheme ?? 'internet-facing';
  if (scheme !== 'internal' && scheme !== 'internet-facing')
    throw invalidScheme(`Invalid scheme '${scheme}': it must be internet-facing or internal`);
  const listeners = readListeners(input.Listeners);
  const tags = mergeTags(new Map(), input.Tags ?? [], call);
  const places = await choosePlaces(elb, input);
  const groups = await chooseGroups(elb, places[0]?.vpcId ?? '', input.SecurityGroups);
  const existing = elb.loadBalancers.get(name);
  if (existing) {
    if (!isSame(existing, input, { places, groups, listeners }))
      throw duplicateLoadBalancerName(
        `Load Balancer named '${name}' already exists and it is configured with different parameters.`,
      );
    return { DNSName: existing.dnsName };
  }
  const linked = [LINKED_SERVICE, 'AWSServiceRoleForElasticLoadBalancing'] as const;
  await ensureLinkedRole(elb.context, elb.iam, call, ...linked);
  const balancer = create(elb, name, scheme, { places, groups, listeners });
  for (const [key, value] of tags) balancer.tags.set(key, value);
  for (const listener of listeners) await elb.servers.start(balancer, listener);
  return { DNSName: balancer.dnsName };
};

export const DescribeLoadBalancers: Op<'DescribeLoadBalancers'> = (
  elb,
  { LoadBalancerNames, Marker, PageSize },
) => {
  const wanted = LoadBalancerNames?.length
    ? [...new Set(LoadBalancerNames)].map((name) => elb.loadBalancer(name))
    : [...elb.loadBalancers.values()];
  const { items, next } = takePage(wanted, {
    token: Marker,
    size: PageSize ?? 400,
    idOf: ({ name }) => name,
    refuse: (marker) => validationError(`Invalid marker '${marker}'`),
  });
  return {
    LoadBalancerDescriptions: items.map((balancer) => {
      const group = elb.ec2.securityGroup(balancer.securityGroups[0] ?? '');
      return balancer.describe(
        group && { OwnerAlias: elb.context.accountId, GroupName: group.GroupName ?? '' },
      );
    }),
    NextMarker: next,
  };
};

/** The API reference: the call succeeds for a load balancer that does not exist. */
export const DeleteLoadBalancer: Op<'DeleteLoadBalancer'> = (elb, { LoadBalancerName }) => {
  const balancer = elb.loadBalancers.get(LoadBalancerName ?? '');
  if (!balancer) return {};
  for (const listener of balancer.listeners.values()) elb.servers.stop(listener);
  elb.registrations.clear(balancer);
  elb.loadBalancers.delete(balancer.name);
  balancer.forgetNames();
  for (const { interfaceId } of balancer.nodes) elb.ec2.deleteInterface(interfaceId);
  return {};
};

interface Wanted {
  readonly places: readonly Place[];
  readonly groups: readonly string[];
  readonly listeners: readonly Listener[];
}

function create(
  elb: ClassicLoadBalancingState,
  name: string,
  scheme: 'internet-facing' | 'internal',
  { places, groups, listeners }: Wanted,
): LoadBalancer {
  const { region, clock } = elb.context;
  const label = scheme === 'internal' ? `internal-${name}` : name;
  const dnsName = `${label}-${randomInt(100_000_000, 2_147_483_647)}.${region}.elb.amazonaws.com`;
  const [first] = listeners;
  if (!first) throw validationError('Listeners must not be empty');
  const vpcId = places[0]?.vpcId ?? '';
  const zoneId = HOSTED_ZONES[region];
  const balancer = new LoadBalancer(name, scheme, dnsName, zoneId, vpcId, clock.now(), groups, first);
  for (const listener of listeners) {
    addDefaultPolicy(balancer, listener);
    balancer.listeners.set(listener.port, listener);
  }
  balancer.nodes = places.map((place) => makeNode(elb, balancer, place));
  elb.loadBalancers.set(name, balancer);
  const interfaces = () => balancer.nodes.map(({ interfaceId }) => interfaceId);
  const forget = elb.network.name(dnsName, interfaces);
  // Browsers find names under `localhost` on this machine: the front door leads them on by the name.
  const forgetLocal = elb.network.name(dnsName.replace(/\.amazonaws\.com$/, '.localhost'), interfaces);
  balancer.forgetNames = () => {
    forget();
    forgetLocal();
  };
  return balancer;
}

/** Route 53's zones of Classic Load Balancers. AWS General Reference, Elastic Load Balancing endpoints. */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
};

/** CreateLoadBalancer is idempotent: the same name with the same settings gives the one that exists. */
function isSame(
  existing: LoadBalancer,
  input: CreateLoadBalancerCommandInput,
  { places, groups, listeners }: Wanted,
): boolean {
  const text = (all: readonly Listener[]) =>
    JSON.stringify(
      all
        .map((one) => [one.port, one.protocol, one.instancePort, one.instanceProtocol, one.certificateId])
        .sort(),
    );
  return (
    existing.scheme === (input.Scheme ?? 'internet-facing') &&
    sameSet(
      existing.subnetIds,
      places.map(({ subnetId }) => subnetId),
    ) &&
    sameSet(existing.securityGroups, groups) &&
    text([...existing.listeners.values()]) === text(listeners)
  );
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one));
}

function checkName(name: string): void {
  if (name.length === 0) throw validationError('LoadBalancer name cannot be blank');
  if (name.length > 32) throw validationError('LoadBalancer name cannot be longer than 32 characters');
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      'LoadBalancer name must contain only alphanumeric characters or dashes, and it must not begin or end with a dash',
    );
  if (name.startsWith('-') || name.endsWith('-'))
    throw validationError('LoadBalancer name must not begin or end with a dash');
  if (name.startsWith('internal-')) throw validationError("LoadBalancer name cannot begin with 'internal-'");
}
