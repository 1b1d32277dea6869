import {
  type CreateListenerCommandInput,
  CreateListenerInput$,
  type CreateLoadBalancerCommandInput,
  CreateLoadBalancerInput$,
  type CreateRuleCommandInput,
  CreateRuleInput$,
  type CreateTargetGroupCommandInput,
  CreateTargetGroupInput$,
  type ModifyListenerCommandInput,
  ModifyListenerInput$,
  type ModifyRuleCommandInput,
  ModifyRuleInput$,
  type ModifyTargetGroupCommandInput,
  ModifyTargetGroupInput$,
  type SetIpAddressTypeCommandInput,
  SetIpAddressTypeInput$,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ServiceFailure } from '../cloudformation/resources/clients';
import {
  type PropertiesOf,
  type ResourceContext,
  resource,
  type TagChange,
} from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { isEqual } from '../cloudformation/resources/values';

type Target = NonNullable<PropertiesOf<'AWS::ElasticLoadBalancingV2::TargetGroup'>['Targets']>[number];

async function retag(id: string, change: TagChange, { aws }: ResourceContext): Promise<void> {
  if (change.set.length > 0)
    await aws.elasticLoadBalancingV2.AddTags({ ResourceArns: [id], Tags: [...change.set] });
  if (change.removed.length > 0)
    await aws.elasticLoadBalancingV2.RemoveTags({ ResourceArns: [id], TagKeys: [...change.removed] });
}

const loadBalancer = resource('AWS::ElasticLoadBalancingV2::LoadBalancer', {
  handles: [
    'IpAddressType',
    'LoadBalancerAttributes',
    'Name',
    'Scheme',
    'SecurityGroups',
    'SubnetMappings',
    'Subnets',
    'Tags',
    'Type',
  ],
  name: 'Name',
  async create(properties, context) {
    const { aws } = context;
    const { LoadBalancerAttributes, Tags, ...input } = properties;
    const { LoadBalancers = [] } = await aws.elasticLoadBalancingV2.CreateLoadBalancer(
      toShape<CreateLoadBalancerCommandInput>(CreateLoadBalancerInput$, {
        ...input,
        Name: properties.Name ?? context.physicalName({ max: 32 }),
        Tags: context.tags,
      }),
    );
    const id = LoadBalancers[0]?.LoadBalancerArn ?? '';
    context.made(id);
    if (LoadBalancerAttributes)
      await aws.elasticLoadBalancingV2.ModifyLoadBalancerAttributes({
        LoadBalancerArn: id,
        Attributes: LoadBalancerAttributes,
      });
    const active = await context.until(async () => {
      const found = (await aws.elasticLoadBalancingV2.DescribeLoadBalancers({ LoadBalancerArns: [id] }))
        .LoadBalancers?.[0];
      if (found?.State?.Code === 'failed')
        throw new Error(`Load balancer ${id} failed: ${found.State.Reason}`);
      return found?.State?.Code === 'active' ? found : undefined;
    });
    return {
      id,
      attributes: {
        LoadBalancerArn: id,
        CanonicalHostedZoneID: active.CanonicalHostedZoneId,
        DNSName: active.DNSName,
        LoadBalancerFullName: id.slice(id.indexOf('loadbalancer/') + 'loadbalancer/'.length),
        LoadBalancerName: active.LoadBalancerName,
        SecurityGroups: active.SecurityGroups ?? [],
      },
    };
  },
  async update(id, next, previous, { aws }) {
    const changed = (key: keyof typeof next) => !isEqual(next[key], previous[key]);
    if (changed('LoadBalancerAttributes') && next.LoadBalancerAttributes)
      await aws.elasticLoadBalancingV2.ModifyLoadBalancerAttributes({
        LoadBalancerArn: id,
        Attributes: next.LoadBalancerAttributes,
      });
    if (changed('SecurityGroups') && next.SecurityGroups)
      await aws.elasticLoadBalancingV2.SetSecurityGroups({
        LoadBalancerArn: id,
        SecurityGroups: next.SecurityGroups,
      });
    if (changed('Subnets') || changed('SubnetMappings'))
      await aws.elasticLoadBalancingV2.SetSubnets({
        LoadBalancerArn: id,
        Subnets: next.Subnets,
        SubnetMappings: next.SubnetMappings,
      });
    if (changed('IpAddressType'))
      await aws.elasticLoadBalancingV2.SetIpAddressType(
        toShape<SetIpAddressTypeCommandInput>(SetIpAddressTypeInput$, {
          LoadBalancerArn: id,
          IpAddressType: next.IpAddressType ?? 'ipv4',
        }),
      );
    return next.SecurityGroups ? { attributes: { SecurityGroups: next.SecurityGroups } } : undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.elasticLoadBalancingV2.DeleteLoadBalancer({ LoadBalancerArn: id });
    await context.until(() =>
      goneWhenRefused(() =>
        context.aws.elasticLoadBalancingV2.DescribeLoadBalancers({ LoadBalancerArns: [id] }),
      ),
    );
  },
  retag,
});

/** True once a description is refused because the thing is not there any more. */
async function goneWhenRefused(describe: () => Promise<unknown>): Promise<true | undefined> {
  try {
    await describe();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceFailure && /NotFound/.test(error.code)) return true;
    throw error;
  }
}

const targetGroup = resource('AWS::ElasticLoadBalancingV2::TargetGroup', {
  handles: [
    'HealthCheckEnabled',
    'HealthCheckIntervalSeconds',
    'HealthCheckPath',
    'HealthCheckPort',
    'HealthCheckProtocol',
    'HealthCheckTimeoutSeconds',
    'HealthyThresholdCount',
    'IpAddressType',
    'Matcher',
    'Name',
    'Port',
    'Protocol',
    'ProtocolVersion',
    'Tags',
    'TargetGroupAttributes',
    'TargetType',
    'Targets',
    'UnhealthyThresholdCount',
    'VpcId',
  ],
  name: 'Name',
  async create(properties, context) {
    const { aws } = context;
    const { TargetGroupAttributes, Targets, Tags, ...input } = properties;
    const { TargetGroups = [] } = await aws.elasticLoadBalancingV2.CreateTargetGroup(
      toShape<CreateTargetGroupCommandInput>(CreateTargetGroupInput$, {
        ...input,
        Name: properties.Name ?? context.physicalName({ max: 32 }),
        Tags: context.tags,
      }),
    );
    const id = TargetGroups[0]?.TargetGroupArn ?? '';
    context.made(id);
    if (TargetGroupAttributes)
      await aws.elasticLoadBalancingV2.ModifyTargetGroupAttributes({
        TargetGroupArn: id,
        Attributes: TargetGroupAttributes,
      });
    if (Targets) await aws.elasticLoadBalancingV2.RegisterTargets({ TargetGroupArn: id, Targets });
    return {
      id,
      attributes: {
        TargetGroupArn: id,
        LoadBalancerArns: TargetGroups[0]?.LoadBalancerArns ?? [],
        TargetGroupFullName: id.slice(id.indexOf('targetgroup/')),
        TargetGroupName: TargetGroups[0]?.TargetGroupName,
      },
    };
  },
  async update(id, next, previous, { aws }) {
    const {
      TargetGroupAttributes,
      Targets,
      Tags,
      Name,
      Port,
      Protocol,
      ProtocolVersion,
      TargetType,
      VpcId,
      IpAddressType,
      ...check
    } = next;
    await aws.elasticLoadBalancingV2.ModifyTargetGroup(
      toShape<ModifyTargetGroupCommandInput>(ModifyTargetGroupInput$, { TargetGroupArn: id, ...check }),
    );
    if (TargetGroupAttributes && !isEqual(TargetGroupAttributes, previous.TargetGroupAttributes))
      await aws.elasticLoadBalancingV2.ModifyTargetGroupAttributes({
        TargetGroupArn: id,
        Attributes: TargetGroupAttributes,
      });
    const same = (left: Target) => (right: Target) => left.Id === right.Id && left.Port === right.Port;
    const gone = (previous.Targets ?? []).filter((target) => !(Targets ?? []).some(same(target)));
    const come = (Targets ?? []).filter((target) => !(previous.Targets ?? []).some(same(target)));
    if (gone.length > 0)
      await aws.elasticLoadBalancingV2.DeregisterTargets({ TargetGroupArn: id, Targets: gone });
    if (come.length > 0)
      await aws.elasticLoadBalancingV2.RegisterTargets({ TargetGroupArn: id, Targets: come });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elasticLoadBalancingV2.DeleteTargetGroup({ TargetGroupArn: id }),
  retag,
});

const listener = resource('AWS::ElasticLoadBalancingV2::Listener', {
  handles: [
    'AlpnPolicy',
    'Certificates',
    'DefaultActions',
    'LoadBalancerArn',
    'Port',
    'Protocol',
    'SslPolicy',
    'Tags',
  ],
  async create(properties, { aws, tags }) {
    const { Listeners = [] } = await aws.elasticLoadBalancingV2.CreateListener(
      toShape<CreateListenerCommandInput>(CreateListenerInput$, { ...properties, Tags: tags }),
    );
    const id = Listeners[0]?.ListenerArn ?? '';
    return { id, attributes: { ListenerArn: id } };
  },
  async update(id, { LoadBalancerArn, Tags, ...next }, _previous, { aws }) {
    await aws.elasticLoadBalancingV2.ModifyListener(
      toShape<ModifyListenerCommandInput>(ModifyListenerInput$, { ListenerArn: id, ...next }),
    );
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elasticLoadBalancingV2.DeleteListener({ ListenerArn: id }),
  retag,
});

const listenerRule = resource('AWS::ElasticLoadBalancingV2::ListenerRule', {
  handles: ['Actions', 'Conditions', 'ListenerArn', 'Priority', 'Tags'],
  async create(properties, { aws, tags }) {
    const { Rules = [] } = await aws.elasticLoadBalancingV2.CreateRule(
      toShape<CreateRuleCommandInput>(CreateRuleInput$, { ...properties, Tags: tags }),
    );
    const id = Rules[0]?.RuleArn ?? '';
    return { id, attributes: { RuleArn: id, IsDefault: false } };
  },
  async update(id, next, previous, { aws }) {
    await aws.elasticLoadBalancingV2.ModifyRule(
      toShape<ModifyRuleCommandInput>(ModifyRuleInput$, {
        RuleArn: id,
        Actions: next.Actions,
        Conditions: next.Conditions,
      }),
    );
    if (next.Priority !== previous.Priority)
      await aws.elasticLoadBalancingV2.SetRulePriorities({
        RulePriorities: [{ RuleArn: id, Priority: next.Priority }],
      });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elasticLoadBalancingV2.DeleteRule({ RuleArn: id }),
  retag,
});

/** AWS::ElasticLoadBalancingV2. */
export const elbv2Types = [loadBalancer, targetGroup, listener, listenerRule];
