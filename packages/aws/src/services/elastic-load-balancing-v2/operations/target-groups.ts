import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CreateTargetGroupInput, ProtocolEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { checkEnum, checkRange } from '../errors';
import type { Balancing } from '../health/targets';
import { takePage } from '../paging';
import { checkArn, checkName, targetGroupArn } from '../records/names';
import { checkTags } from '../records/tags';
import { TargetGroup } from '../records/target-group';
import { forwardsTo } from './read-actions';
import { changedHealthCheck, kindOfProtocol, newHealthCheck } from './read-health-check';

/** Operations on target groups. */
export function targetGroupOperations(balancing: Balancing) {
  function build(input: CreateTargetGroupInput): TargetGroup {
    const { protocol, port, vpcId, type } = checkCreate(balancing, input);
    const version = kindOfProtocol(protocol) === 'application' ? 'HTTP1' : undefined;
    const arn = targetGroupArn(balancing.context, input.Name ?? '');
    const healthCheck = newHealthCheck(input, protocol);
    return new TargetGroup(arn, input.Name ?? '', type, protocol, version, port, vpcId, healthCheck);
  }

  return {
    CreateTargetGroup(input, call: Call) {
      checkTags(input.Tags ?? [], call);
      const group = build(input);
      const existing = [...balancing.targetGroups.values()].find(({ name }) => name === input.Name);
      if (existing) {
        if (!isSame(balancing, existing, group, input))
          throw new AwsError(
            'DuplicateTargetGroupName',
            `A target group with the same name '${input.Name}' exists, but with different settings`,
          );
        return { TargetGroups: [existing.describe()] };
      }
      balancing.targetGroups.set(group.arn, group);
      balancing.tags.add(group.arn, input.Tags ?? []);
      return { TargetGroups: [group.describe()] };
    },

    DescribeTargetGroups({ LoadBalancerArn, TargetGroupArns, Names, ...paging }) {
      const filters = [LoadBalancerArn, TargetGroupArns?.length, Names?.length].filter(Boolean);
      if (filters.length > 1)
        throw new AwsError(
          'ValidationError',
          'Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time',
        );
      if (LoadBalancerArn !== undefined) balancing.loadBalancer(LoadBalancerArn);
      for (const arn of TargetGroupArns ?? []) balancing.targetGroup(arn);
      const all = [...balancing.targetGroups.values()];
      if (Names?.some((name) => !all.some((one) => one.name === name)))
        throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
      const wanted = all.filter(
        (group) =>
          (LoadBalancerArn === undefined || group.balancerArn === LoadBalancerArn) &&
          (!TargetGroupArns?.length || TargetGroupArns.includes(group.arn)) &&
          (!Names?.length || Names.includes(group.name)),
      );
      const { page, NextMarker } = takePage(wanted, paging);
      return { TargetGroups: page.map((one) => one.describe()), NextMarker };
    },

    ModifyTargetGroup(input) {
      const group = balancing.targetGroup(input.TargetGroupArn ?? '');
      if (input.HealthCheckEnabled === false)
        throw new AwsError(
          'InvalidConfigurationRequest',
          'Health check enabled must be true for target groups with target type instance or ip',
        );
      group.healthCheck = changedHealthCheck(group.healthCheck, input, group.protocol);
      balancing.restartChecks(group);
      return { TargetGroups: [group.describe()] };
    },

    DeleteTargetGroup({ TargetGroupArn }) {
      const arn = TargetGroupArn ?? '';
      checkArn(arn, 'target group');
      const group = balancing.targetGroups.get(arn);
      if (!group) return {};
      if (forwardsTo(balancing.listeners.values(), arn))
        throw new AwsError(
          'ResourceInUse',
          `Target group '${arn}' is currently in use by a listener or a rule`,
        );
      balancing.clear(group);
      balancing.targetGroups.delete(arn);
      balancing.tags.forget(arn);
      return {};
    },

    DescribeTargetGroupAttributes({ TargetGroupArn }) {
      return { Attributes: balancing.targetGroup(TargetGroupArn ?? '').attributes.list() };
    },

    ModifyTargetGroupAttributes({ TargetGroupArn, Attributes }) {
      const group = balancing.targetGroup(TargetGroupArn ?? '');
      group.attributes.modify(Attributes ?? []);
      return { Attributes: group.attributes.list() };
    },
  } satisfies OperationsOf<typeof client>;
}

function checkCreate(
  balancing: Balancing,
  input: CreateTargetGroupInput,
): { protocol: ProtocolEnum; port: number; vpcId: string; type: 'instance' | 'ip' } {
  checkName('target group', input.Name ?? '');
  checkEnum('targetType', input.TargetType, ['instance', 'ip', 'lambda', 'alb']);
  const type = input.TargetType ?? 'instance';
  if (type !== 'instance' && type !== 'ip')
    throw new AwsError(
      'InvalidConfigurationRequest',
      `The embedded AWS has target types instance and ip, not '${type}'`,
    );
  const { Protocol: protocol, Port: port, VpcId: vpcId } = input;
  if (protocol === undefined) throw new AwsError('ValidationError', 'A protocol must be specified');
  checkEnum('protocol', protocol, [
    'HTTP',
    'HTTPS',
    'TCP',
    'TLS',
    'UDP',
    'TCP_UDP',
    'GENEVE',
    'QUIC',
    'TCP_QUIC',
  ]);
  if (!['HTTP', 'HTTPS', 'TCP'].includes(protocol))
    throw new AwsError(
      'UnsupportedProtocol',
      `The embedded AWS has target groups with the protocols HTTP, HTTPS and TCP, not '${protocol}'`,
    );
  if (input.ProtocolVersion !== undefined && input.ProtocolVersion !== 'HTTP1')
    throw new AwsError(
      'InvalidConfigurationRequest',
      `The embedded AWS has the protocol version HTTP1, not '${input.ProtocolVersion}'`,
    );
  if (port === undefined) throw new AwsError('ValidationError', 'A port must be specified');
  checkRange('port', port, 1, 65_535);
  if (vpcId === undefined) throw new AwsError('ValidationError', 'A VPC ID must be specified');
  if (!balancing.ec2.vpc(vpcId)) throw new AwsError('ValidationError', `The VPC ID '${vpcId}' is not found`);
  if (input.HealthCheckEnabled === false)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Health check enabled must be true for target groups with target type '${type}'`,
    );
  return { protocol, port, vpcId, type };
}

/** CreateTargetGroup is idempotent: the same name with the same settings gives the one that exists. */
function isSame(
  balancing: Balancing,
  existing: TargetGroup,
  wanted: TargetGroup,
  { Tags }: CreateTargetGroupInput,
): boolean {
  const settings = ({ type, protocol, port, vpcId, healthCheck }: TargetGroup) =>
    JSON.stringify({ type, protocol, port, vpcId, healthCheck });
  const tags = (list: typeof Tags) =>
    JSON.stringify((list ?? []).map(({ Key, Value }) => [Key, Value]).sort());
  return settings(existing) === settings(wanted) && tags(balancing.tags.list(existing.arn)) === tags(Tags);
}
