import {
  type Action,
  Action$,
  type Certificate,
  Certificate$,
  type Matcher,
  Matcher$,
  type RuleCondition,
  RuleCondition$,
  type SubnetMapping,
  SubnetMapping$,
  type TargetDescription,
  TargetDescription$,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { ServiceFailure } from '../cloudformation/resources/clients';
import { flag, number, oneOf, shape, tag, tags, text } from '../cloudformation/resources/properties';
import {
  type ResourceContext,
  type ResourceType,
  resource,
  type TagChange,
} from '../cloudformation/resources/resource';

async function retag(id: string, change: TagChange, { aws }: ResourceContext): Promise<void> {
  if (change.set.length > 0) await aws.elbv2.AddTags({ ResourceArns: [id], Tags: [...change.set] });
  if (change.removed.length > 0)
    await aws.elbv2.RemoveTags({ ResourceArns: [id], TagKeys: [...change.removed] });
}

const attributeList = z.array(tag);

const loadBalancer = resource({
  properties: z.strictObject({
    IpAddressType: oneOf<'ipv4' | 'dualstack'>().optional(),
    LoadBalancerAttributes: attributeList.optional(),
    Name: text.optional(),
    Scheme: oneOf<'internet-facing' | 'internal'>().optional(),
    SecurityGroups: z.array(text).optional(),
    SubnetMappings: z.array(shape<SubnetMapping>(SubnetMapping$)).optional(),
    Subnets: z.array(text).optional(),
    Tags: tags.optional(),
    Type: oneOf<'application' | 'network' | 'gateway'>().optional(),
  }),
  attributes: [
    'LoadBalancerArn',
    'CanonicalHostedZoneID',
    'DNSName',
    'LoadBalancerFullName',
    'LoadBalancerName',
    'SecurityGroups',
  ],
  replaceOn: ['Name', 'Scheme', 'Type'],
  name: 'Name',
  async create(properties, context) {
    const { aws } = context;
    const { LoadBalancerAttributes, Tags, ...input } = properties;
    const { LoadBalancers = [] } = await aws.elbv2.CreateLoadBalancer({
      ...input,
      Name: properties.Name ?? context.physicalName({ max: 32 }),
      Tags: [...context.tags],
    });
    const id = LoadBalancers[0]?.LoadBalancerArn ?? '';
    context.made(id);
    if (LoadBalancerAttributes)
      await aws.elbv2.ModifyLoadBalancerAttributes({
        LoadBalancerArn: id,
        Attributes: LoadBalancerAttributes,
      });
    const active = await context.until(async () => {
      const found = (await aws.elbv2.DescribeLoadBalancers({ LoadBalancerArns: [id] })).LoadBalancers?.[0];
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
    const changed = (key: keyof typeof next) => JSON.stringify(next[key]) !== JSON.stringify(previous[key]);
    if (changed('LoadBalancerAttributes') && next.LoadBalancerAttributes)
      await aws.elbv2.ModifyLoadBalancerAttributes({
        LoadBalancerArn: id,
        Attributes: next.LoadBalancerAttributes,
      });
    if (changed('SecurityGroups') && next.SecurityGroups)
      await aws.elbv2.SetSecurityGroups({ LoadBalancerArn: id, SecurityGroups: next.SecurityGroups });
    if (changed('Subnets') || changed('SubnetMappings'))
      await aws.elbv2.SetSubnets({
        LoadBalancerArn: id,
        Subnets: next.Subnets,
        SubnetMappings: next.SubnetMappings,
      });
    if (changed('IpAddressType'))
      await aws.elbv2.SetIpAddressType({ LoadBalancerArn: id, IpAddressType: next.IpAddressType ?? 'ipv4' });
    return next.SecurityGroups ? { attributes: { SecurityGroups: next.SecurityGroups } } : undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.elbv2.DeleteLoadBalancer({ LoadBalancerArn: id });
    await context.until(() =>
      goneWhenRefused(() => context.aws.elbv2.DescribeLoadBalancers({ LoadBalancerArns: [id] })),
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

const healthCheck = {
  HealthCheckEnabled: flag.optional(),
  HealthCheckIntervalSeconds: number.optional(),
  HealthCheckPath: text.optional(),
  HealthCheckPort: text.optional(),
  HealthCheckProtocol: oneOf<'HTTP' | 'HTTPS' | 'TCP'>().optional(),
  HealthCheckTimeoutSeconds: number.optional(),
  HealthyThresholdCount: number.optional(),
  Matcher: shape<Matcher>(Matcher$).optional(),
  UnhealthyThresholdCount: number.optional(),
};

const targetGroup = resource({
  properties: z.strictObject({
    ...healthCheck,
    IpAddressType: oneOf<'ipv4' | 'ipv6'>().optional(),
    Name: text.optional(),
    Port: number.optional(),
    Protocol: oneOf<'HTTP' | 'HTTPS' | 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP'>().optional(),
    ProtocolVersion: text.optional(),
    Tags: tags.optional(),
    TargetGroupAttributes: attributeList.optional(),
    TargetType: oneOf<'instance' | 'ip' | 'lambda' | 'alb'>().optional(),
    Targets: z.array(shape<TargetDescription>(TargetDescription$)).optional(),
    VpcId: text.optional(),
  }),
  attributes: ['TargetGroupArn', 'LoadBalancerArns', 'TargetGroupFullName', 'TargetGroupName'],
  replaceOn: ['IpAddressType', 'Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId'],
  name: 'Name',
  async create(properties, context) {
    const { aws } = context;
    const { TargetGroupAttributes, Targets, Tags, ...input } = properties;
    const { TargetGroups = [] } = await aws.elbv2.CreateTargetGroup({
      ...input,
      Name: properties.Name ?? context.physicalName({ max: 32 }),
      Tags: [...context.tags],
    });
    const id = TargetGroups[0]?.TargetGroupArn ?? '';
    context.made(id);
    if (TargetGroupAttributes)
      await aws.elbv2.ModifyTargetGroupAttributes({ TargetGroupArn: id, Attributes: TargetGroupAttributes });
    if (Targets) await aws.elbv2.RegisterTargets({ TargetGroupArn: id, Targets });
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
    await aws.elbv2.ModifyTargetGroup({ TargetGroupArn: id, ...check });
    if (
      TargetGroupAttributes &&
      JSON.stringify(TargetGroupAttributes) !== JSON.stringify(previous.TargetGroupAttributes)
    )
      await aws.elbv2.ModifyTargetGroupAttributes({ TargetGroupArn: id, Attributes: TargetGroupAttributes });
    const same = (left: TargetDescription) => (right: TargetDescription) =>
      left.Id === right.Id && left.Port === right.Port;
    const gone = (previous.Targets ?? []).filter((target) => !(Targets ?? []).some(same(target)));
    const come = (Targets ?? []).filter((target) => !(previous.Targets ?? []).some(same(target)));
    if (gone.length > 0) await aws.elbv2.DeregisterTargets({ TargetGroupArn: id, Targets: gone });
    if (come.length > 0) await aws.elbv2.RegisterTargets({ TargetGroupArn: id, Targets: come });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elbv2.DeleteTargetGroup({ TargetGroupArn: id }),
  retag,
});

const actions = z.array(shape<Action>(Action$));

const listener = resource({
  properties: z.strictObject({
    AlpnPolicy: z.array(text).optional(),
    Certificates: z.array(shape<Certificate>(Certificate$)).optional(),
    DefaultActions: actions,
    LoadBalancerArn: text,
    Port: number.optional(),
    Protocol: oneOf<'HTTP' | 'HTTPS' | 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP'>().optional(),
    SslPolicy: text.optional(),
  }),
  attributes: ['ListenerArn'],
  replaceOn: ['LoadBalancerArn'],
  async create(properties, { aws }) {
    const { Listeners = [] } = await aws.elbv2.CreateListener(properties);
    const id = Listeners[0]?.ListenerArn ?? '';
    return { id, attributes: { ListenerArn: id } };
  },
  async update(id, { LoadBalancerArn, ...next }, _previous, { aws }) {
    await aws.elbv2.ModifyListener({ ListenerArn: id, ...next });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elbv2.DeleteListener({ ListenerArn: id }),
});

const listenerRule = resource({
  properties: z.strictObject({
    Actions: actions,
    Conditions: z.array(shape<RuleCondition>(RuleCondition$)),
    ListenerArn: text,
    Priority: number,
  }),
  attributes: ['RuleArn', 'IsDefault'],
  replaceOn: ['ListenerArn'],
  async create(properties, { aws }) {
    const { Rules = [] } = await aws.elbv2.CreateRule(properties);
    const id = Rules[0]?.RuleArn ?? '';
    return { id, attributes: { RuleArn: id, IsDefault: false } };
  },
  async update(id, next, previous, { aws }) {
    await aws.elbv2.ModifyRule({ RuleArn: id, Actions: next.Actions, Conditions: next.Conditions });
    if (next.Priority !== previous.Priority)
      await aws.elbv2.SetRulePriorities({ RulePriorities: [{ RuleArn: id, Priority: next.Priority }] });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.elbv2.DeleteRule({ RuleArn: id }),
});

/** AWS::ElasticLoadBalancingV2. */
export const elbv2Types: Readonly<Record<string, ResourceType>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRule,
};
