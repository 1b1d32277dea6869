import type {
  CreateTargetGroupInput,
  ProtocolEnum,
  TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  duplicateTargetGroupName,
  invalidConfigurationRequest,
  resourceInUse,
  targetGroupNotFound,
  unsupportedProtocol,
  validationError,
} from '../errors';
import { pageOf } from '../paging';
import { checkArn, checkName, targetGroupArn } from '../records/arns';
import { DRAINING_INTERVAL, TERMINATION } from '../records/attributes';
import { checkTags } from '../records/tags';
import { TargetGroup } from '../records/target-group';
import type { LoadBalancingState, Op } from '../state';
import { forwardsTo } from './read-actions';
import { changedHealthCheck, kindOfProtocol, newHealthCheck } from './read-health-check';

/** Of the appliances behind Gateway Load Balancers. */
const GENEVE_PORT = 6081;

export const CreateTargetGroup: Op<'CreateTargetGroup'> = (elb, input, call) => {
  checkTags(input.Tags ?? [], call);
  const group = build(elb, input);
  const existing = [...elb.targetGroups.values()].find(({ name }) => name === input.Name);
  if (existing) {
    if (!isSame(elb, existing, group, input))
      throw duplicateTargetGroupName(
        `A target group with the same name '${input.Name}' exists, but with different settings`,
      );
    return { TargetGroups: [existing.describe()] };
  }
  elb.targetGroups.set(group.arn, group);
  elb.tags.add(group.arn, input.Tags ?? []);
  return { TargetGroups: [group.describe()] };
};

export const DescribeTargetGroups: Op<'DescribeTargetGroups'> = (
  elb,
  { LoadBalancerArn, TargetGroupArns, Names, ...paging },
) => {
  const filters = [LoadBalancerArn, TargetGroupArns?.length, Names?.length].filter(Boolean);
  if (filters.length > 1)
    throw validationError(
      'Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time',
    );
  if (LoadBalancerArn !== undefined) elb.loadBalancer(LoadBalancerArn);
  for (const arn of TargetGroupArns ?? []) elb.targetGroup(arn);
  const all = [...elb.targetGroups.values()];
  if (Names?.some((name) => !all.some((one) => one.name === name)))
    throw targetGroupNotFound('One or more target groups not found');
  const wanted = all.filter(
    (group) =>
      (LoadBalancerArn === undefined || group.balancerArn === LoadBalancerArn) &&
      (!TargetGroupArns?.length || TargetGroupArns.includes(group.arn)) &&
      (!Names?.length || Names.includes(group.name)),
  );
  const { page, NextMarker } = pageOf(wanted, ({ arn }) => arn, paging);
  return { TargetGroups: page.map((one) => one.describe()), NextMarker };
};

export const ModifyTargetGroup: Op<'ModifyTargetGroup'> = (elb, input) => {
  const group = elb.targetGroup(input.TargetGroupArn ?? '');
  if (input.HealthCheckEnabled === false)
    throw invalidConfigurationRequest(
      'Health check enabled must be true for target groups with target type instance or ip',
    );
  group.healthCheck = changedHealthCheck(group.healthCheck, input, group.protocol);
  elb.targets.restartChecks(group);
  return { TargetGroups: [group.describe()] };
};

export const DeleteTargetGroup: Op<'DeleteTargetGroup'> = (elb, { TargetGroupArn }) => {
  const arn = TargetGroupArn ?? '';
  checkArn(arn, 'target group');
  const group = elb.targetGroups.get(arn);
  if (!group) return {};
  if (forwardsTo(elb.listeners.values(), arn))
    throw resourceInUse(`Target group '${arn}' is currently in use by a listener or a rule`);
  elb.targets.clear(group);
  elb.targetGroups.delete(arn);
  elb.tags.forget(arn);
  return {};
};

export const DescribeTargetGroupAttributes: Op<'DescribeTargetGroupAttributes'> = (
  elb,
  { TargetGroupArn },
) => {
  return { Attributes: elb.targetGroup(TargetGroupArn ?? '').attributes.list() };
};

export const ModifyTargetGroupAttributes: Op<'ModifyTargetGroupAttributes'> = (
  elb,
  { TargetGroupArn, Attributes },
) => {
  const group = elb.targetGroup(TargetGroupArn ?? '');
  checkStickiness(group, Attributes ?? []);
  checkDraining(group, Attributes ?? []);
  checkSlowStart(group, Attributes ?? []);
  group.attributes.modify(Attributes ?? []);
  return { Attributes: group.attributes.list() };
};

/**
 * Unhealthy targets drain only where their connections are not ended (API reference, TargetGroupAttribute).
 * @throws AwsError InvalidConfigurationRequest
 */
function checkDraining({ kind, attributes }: TargetGroup, changes: readonly TargetGroupAttribute[]): void {
  if (kind !== 'network') return;
  const next = (key: string) => changes.findLast(({ Key }) => Key === key)?.Value ?? attributes.get(key);
  if (next(TERMINATION) === 'true' && Number(next(DRAINING_INTERVAL)) > 0)
    throw invalidConfigurationRequest(
      `Target group attribute key '${DRAINING_INTERVAL}' can only be configured when '${TERMINATION}' is 'false'`,
    );
}

/**
 * Only requests that are handed out in turn can be fewer for a new target.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#slow-start-mode
 *
 * @throws AwsError InvalidConfigurationRequest
 */
function checkSlowStart({ attributes }: TargetGroup, changes: readonly TargetGroupAttribute[]): void {
  const next = (key: string) => changes.findLast(({ Key }) => Key === key)?.Value ?? attributes.get(key);
  const algorithm = next('load_balancing.algorithm.type');
  if (Number(next('slow_start.duration_seconds')) > 0 && algorithm !== 'round_robin')
    throw invalidConfigurationRequest(
      `Target group attribute key 'slow_start.duration_seconds' can only be configured when 'load_balancing.algorithm.type' is 'round_robin', not '${algorithm}'`,
    );
}

/** Sessions follow cookies where there is HTTP, and addresses elsewhere. @throws AwsError InvalidConfigurationRequest */
function checkStickiness(group: TargetGroup, changes: readonly TargetGroupAttribute[]): void {
  const asked = (key: string) => changes.find(({ Key }) => Key === key)?.Value;
  const type = asked('stickiness.type');
  const cookies = ['lb_cookie', 'app_cookie'];
  if (type === undefined || ![...cookies, 'source_ip'].includes(type)) return;
  const fitting = { application: cookies, network: ['source_ip'], gateway: [] as string[] };
  if (!fitting[group.kind].includes(type))
    throw invalidConfigurationRequest(
      `Stickiness type '${type}' is not supported for target groups with the ${group.protocol} protocol`,
    );
  const cookie = 'stickiness.app_cookie.cookie_name';
  if (type === 'app_cookie' && !(asked(cookie) ?? group.attributes.get(cookie)))
    throw invalidConfigurationRequest(
      "You must set an application cookie name to enable stickiness of type 'app_cookie'",
    );
}

function build(elb: LoadBalancingState, input: CreateTargetGroupInput): TargetGroup {
  const { protocol, port, vpcId, type } = checkCreate(elb, input);
  const version = kindOfProtocol(protocol) === 'application' ? 'HTTP1' : undefined;
  const arn = targetGroupArn(elb.context, input.Name ?? '');
  const healthCheck = newHealthCheck(input, protocol);
  return new TargetGroup(arn, input.Name ?? '', type, protocol, version, port, vpcId, healthCheck);
}

function checkCreate(
  elb: LoadBalancingState,
  input: CreateTargetGroupInput,
): { protocol: ProtocolEnum; port: number; vpcId: string; type: 'instance' | 'ip' } {
  checkName('target group', input.Name ?? '');
  const type = input.TargetType ?? 'instance';
  if (type !== 'instance' && type !== 'ip')
    throw invalidConfigurationRequest(`The embedded AWS has target types instance and ip, not '${type}'`);
  const { Protocol: protocol, Port: port, VpcId: vpcId } = input;
  if (protocol === undefined) throw validationError('A protocol must be specified');
  if (!['HTTP', 'HTTPS', 'TCP', 'GENEVE'].includes(protocol))
    throw unsupportedProtocol(
      `The embedded AWS has target groups with the protocols HTTP, HTTPS, TCP and GENEVE, not '${protocol}'`,
    );
  // Terraform sends an empty one for what its author left out.
  if (input.ProtocolVersion && input.ProtocolVersion !== 'HTTP1')
    throw invalidConfigurationRequest(
      `The embedded AWS has the protocol version HTTP1, not '${input.ProtocolVersion}'`,
    );
  if (port === undefined) throw validationError('A port must be specified');
  if (protocol === 'GENEVE' && port !== GENEVE_PORT)
    throw validationError(`Port '${port}' must be ${GENEVE_PORT} for the protocol 'GENEVE'`);
  if (vpcId === undefined) throw validationError('A VPC ID must be specified');
  if (!elb.ec2.vpc(vpcId)) throw validationError(`The VPC ID '${vpcId}' is not found`);
  if (input.HealthCheckEnabled === false)
    throw invalidConfigurationRequest(
      `Health check enabled must be true for target groups with target type '${type}'`,
    );
  return { protocol, port, vpcId, type };
}

/** CreateTargetGroup is idempotent: the same name with the same settings gives the one that exists. */
function isSame(
  elb: LoadBalancingState,
  existing: TargetGroup,
  wanted: TargetGroup,
  { Tags }: CreateTargetGroupInput,
): boolean {
  const settings = ({ type, protocol, port, vpcId, healthCheck }: TargetGroup) =>
    JSON.stringify({ type, protocol, port, vpcId, healthCheck });
  const tags = (list: typeof Tags) =>
    JSON.stringify((list ?? []).map(({ Key, Value }) => [Key, Value]).sort());
  return settings(existing) === settings(wanted) && tags(elb.tags.list(existing.arn)) === tags(Tags);
}
