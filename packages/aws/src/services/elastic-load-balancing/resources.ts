import type { LoadBalancerAttributes } from '@aws-sdk/client-elastic-load-balancing';
import {
  type PropertiesOf,
  type ResourceContext,
  resource,
  type TagChange,
} from '../cloudformation/resources/resource';
import { isEqual } from '../cloudformation/resources/values';

type Properties = PropertiesOf<'AWS::ElasticLoadBalancing::LoadBalancer'>;
type Listener = Properties['Listeners'][number];

const listenersOf = (listeners: readonly Listener[]) =>
  listeners.map(({ PolicyNames: _names, InstancePort, LoadBalancerPort, ...rest }) => ({
    ...rest,
    InstancePort: Number(InstancePort),
    LoadBalancerPort: Number(LoadBalancerPort),
  }));

/** The attributes that a template sets; those that it does not have keep AWS's defaults. */
function attributesOf(properties: Partial<Properties>): LoadBalancerAttributes {
  const { AccessLoggingPolicy, ConnectionDrainingPolicy, ConnectionSettings, CrossZone } = properties;
  return {
    ...(AccessLoggingPolicy && { AccessLog: AccessLoggingPolicy }),
    ...(ConnectionDrainingPolicy && { ConnectionDraining: ConnectionDrainingPolicy }),
    ...(ConnectionSettings && { ConnectionSettings }),
    ...(CrossZone !== undefined && { CrossZoneLoadBalancing: { Enabled: CrossZone } }),
  };
}

async function setHealthCheck(id: string, { HealthCheck }: Partial<Properties>, { aws }: ResourceContext) {
  if (!HealthCheck) return;
  await aws.elasticLoadBalancing.ConfigureHealthCheck({
    LoadBalancerName: id,
    HealthCheck: {
      Target: HealthCheck.Target,
      Interval: Number(HealthCheck.Interval),
      Timeout: Number(HealthCheck.Timeout),
      UnhealthyThreshold: Number(HealthCheck.UnhealthyThreshold),
      HealthyThreshold: Number(HealthCheck.HealthyThreshold),
    },
  });
}

async function makePolicies(
  LoadBalancerName: string,
  properties: Partial<Properties>,
  { aws }: ResourceContext,
) {
  const { elasticLoadBalancing: elb } = aws;
  for (const { PolicyName, CookieName } of properties.AppCookieStickinessPolicy ?? [])
    await elb.CreateAppCookieStickinessPolicy({ LoadBalancerName, PolicyName, CookieName });
  for (const { PolicyName, CookieExpirationPeriod } of properties.LBCookieStickinessPolicy ?? [])
    await elb.CreateLBCookieStickinessPolicy({
      LoadBalancerName,
      PolicyName,
      ...(CookieExpirationPeriod && { CookieExpirationPeriod: Number(CookieExpirationPeriod) }),
    });
  for (const { PolicyName, PolicyType, Attributes, InstancePorts = [] } of properties.Policies ?? []) {
    await elb.CreateLoadBalancerPolicy({
      LoadBalancerName,
      PolicyName,
      PolicyTypeName: PolicyType,
      PolicyAttributes: Attributes.map(({ Name, Value }) => ({ AttributeName: Name, AttributeValue: Value })),
    });
    for (const port of InstancePorts)
      await elb.SetLoadBalancerPoliciesForBackendServer({
        LoadBalancerName,
        InstancePort: Number(port),
        PolicyNames: [PolicyName],
      });
  }
  for (const { LoadBalancerPort, PolicyNames = [] } of properties.Listeners ?? []) {
    const ofPolicies = (properties.Policies ?? [])
      .filter(({ LoadBalancerPorts = [] }) => LoadBalancerPorts.includes(LoadBalancerPort))
      .map(({ PolicyName }) => PolicyName);
    const names = [...new Set([...PolicyNames, ...ofPolicies])];
    if (names.length > 0)
      await elb.SetLoadBalancerPoliciesOfListener({
        LoadBalancerName,
        LoadBalancerPort: Number(LoadBalancerPort),
        PolicyNames: names,
      });
  }
}

async function retag(id: string, change: TagChange, { aws }: ResourceContext): Promise<void> {
  const LoadBalancerNames = [id];
  if (change.set.length > 0)
    await aws.elasticLoadBalancing.AddTags({ LoadBalancerNames, Tags: [...change.set] });
  if (change.removed.length > 0)
    await aws.elasticLoadBalancing.RemoveTags({
      LoadBalancerNames,
      Tags: change.removed.map((Key) => ({ Key })),
    });
}

/** What has come into a list of names, and what has gone from it. */
function difference(before: readonly string[] = [], after: readonly string[] = []) {
  return {
    come: after.filter((one) => !before.includes(one)),
    gone: before.filter((one) => !after.includes(one)),
  };
}

async function moveTo(id: string, next: Properties, previous: Properties, { aws }: ResourceContext) {
  const { elasticLoadBalancing: elb } = aws;
  const LoadBalancerName = id;
  const subnets = difference(previous.Subnets, next.Subnets);
  if (subnets.come.length > 0)
    await elb.AttachLoadBalancerToSubnets({ LoadBalancerName, Subnets: subnets.come });
  const { LoadBalancerDescriptions } = await elb.DescribeLoadBalancers({ LoadBalancerNames: [id] });
  // A subnet whose place another has taken, in the same zone, is gone already.
  const left = subnets.gone.filter((one) => LoadBalancerDescriptions?.[0]?.Subnets?.includes(one));
  if (left.length > 0) await elb.DetachLoadBalancerFromSubnets({ LoadBalancerName, Subnets: left });
  const zones = difference(previous.AvailabilityZones, next.AvailabilityZones);
  if (zones.come.length > 0)
    await elb.EnableAvailabilityZonesForLoadBalancer({ LoadBalancerName, AvailabilityZones: zones.come });
  if (zones.gone.length > 0)
    await elb.DisableAvailabilityZonesForLoadBalancer({ LoadBalancerName, AvailabilityZones: zones.gone });
}

async function changeInstances(id: string, next: Properties, previous: Properties, { aws }: ResourceContext) {
  const { come, gone } = difference(previous.Instances, next.Instances);
  const named = (ids: readonly string[]) => ids.map((InstanceId) => ({ InstanceId }));
  if (come.length > 0)
    await aws.elasticLoadBalancing.RegisterInstancesWithLoadBalancer({
      LoadBalancerName: id,
      Instances: named(come),
    });
  if (gone.length > 0)
    await aws.elasticLoadBalancing.DeregisterInstancesFromLoadBalancer({
      LoadBalancerName: id,
      Instances: named(gone),
    });
}

async function changeListeners(id: string, next: Properties, previous: Properties, { aws }: ResourceContext) {
  const isIn = (list: readonly Listener[], one: Listener) => list.some((other) => isEqual(other, one));
  const gone = previous.Listeners.filter((one) => !isIn(next.Listeners, one));
  const come = next.Listeners.filter((one) => !isIn(previous.Listeners, one));
  if (gone.length > 0)
    await aws.elasticLoadBalancing.DeleteLoadBalancerListeners({
      LoadBalancerName: id,
      LoadBalancerPorts: gone.map(({ LoadBalancerPort }) => Number(LoadBalancerPort)),
    });
  if (come.length > 0)
    await aws.elasticLoadBalancing.CreateLoadBalancerListeners({
      LoadBalancerName: id,
      Listeners: listenersOf(come),
    });
}

const loadBalancer = resource('AWS::ElasticLoadBalancing::LoadBalancer', {
  handles: [
    'AccessLoggingPolicy',
    'AppCookieStickinessPolicy',
    'AvailabilityZones',
    'ConnectionDrainingPolicy',
    'ConnectionSettings',
    'CrossZone',
    'HealthCheck',
    'Instances',
    'LBCookieStickinessPolicy',
    'Listeners',
    'LoadBalancerName',
    'Policies',
    'Scheme',
    'SecurityGroups',
    'Subnets',
    'Tags',
  ],
  name: 'LoadBalancerName',
  lacksUpdatesOf: ['AppCookieStickinessPolicy', 'LBCookieStickinessPolicy', 'Policies'],
  // Zones, subnets and health checks change in place while there are some.
  replacesWhen: (_property, next) => next === undefined,
  async create(properties, context) {
    const { elasticLoadBalancing: elb } = context.aws;
    const id = properties.LoadBalancerName ?? context.physicalName({ max: 32 });
    await elb.CreateLoadBalancer({
      LoadBalancerName: id,
      Listeners: listenersOf(properties.Listeners),
      AvailabilityZones: properties.AvailabilityZones,
      Subnets: properties.Subnets,
      SecurityGroups: properties.SecurityGroups,
      Scheme: properties.Scheme,
      ...(context.tags.length > 0 && { Tags: [...context.tags] }),
    });
    context.made(id);
    await elb.ModifyLoadBalancerAttributes({
      LoadBalancerName: id,
      LoadBalancerAttributes: attributesOf(properties),
    });
    await setHealthCheck(id, properties, context);
    await makePolicies(id, properties, context);
    if (properties.Instances?.length) await changeInstances(id, properties, { Listeners: [] }, context);
    return { id, attributes: await readAttributes(id, context) };
  },
  async update(id, next, previous, context) {
    const { elasticLoadBalancing: elb } = context.aws;
    if (next.SecurityGroups && !isEqual(next.SecurityGroups, previous.SecurityGroups))
      await elb.ApplySecurityGroupsToLoadBalancer({
        LoadBalancerName: id,
        SecurityGroups: next.SecurityGroups,
      });
    await moveTo(id, next, previous, context);
    await changeListeners(id, next, previous, context);
    const [before, after] = [attributesOf(previous), attributesOf(next)];
    if (!isEqual(before, after))
      await elb.ModifyLoadBalancerAttributes({ LoadBalancerName: id, LoadBalancerAttributes: after });
    if (!isEqual(next.HealthCheck, previous.HealthCheck)) await setHealthCheck(id, next, context);
    await changeInstances(id, next, previous, context);
    return { attributes: await readAttributes(id, context) };
  },
  delete: (id, _properties, { aws }) => aws.elasticLoadBalancing.DeleteLoadBalancer({ LoadBalancerName: id }),
  retag,
});

async function readAttributes(id: string, { aws }: ResourceContext) {
  const { LoadBalancerDescriptions } = await aws.elasticLoadBalancing.DescribeLoadBalancers({
    LoadBalancerNames: [id],
  });
  const found = LoadBalancerDescriptions?.[0];
  return {
    DNSName: found?.DNSName,
    CanonicalHostedZoneName: found?.CanonicalHostedZoneName,
    CanonicalHostedZoneNameID: found?.CanonicalHostedZoneNameID,
    'SourceSecurityGroup.GroupName': found?.SourceSecurityGroup?.GroupName,
    'SourceSecurityGroup.OwnerAlias': found?.SourceSecurityGroup?.OwnerAlias,
  };
}

/** AWS::ElasticLoadBalancing. */
export const elbTypes = [loadBalancer];
