import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import { checkRange } from '../errors';
import type { Balancing } from '../health/targets';
import { forwardedGroups, type Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';

/**
 * The actions as they are kept and described, checked as AWS checks them.
 * @throws AwsError ValidationError, InvalidLoadBalancerAction, TargetGroupNotFound, IncompatibleProtocols,
 * InvalidConfigurationRequest, TargetGroupAssociationLimit
 */
export function checkActions(
  balancing: Balancing,
  balancer: LoadBalancer,
  listenerProtocol: string,
  actions: readonly Action[],
): Action[] {
  if (actions.length === 0) throw new AwsError('ValidationError', 'An action must be specified');
  if (actions.length > 1)
    throw new AwsError('InvalidLoadBalancerAction', 'You cannot specify more than one action per rule here');
  return actions.map((action) => {
    if (balancer.kind === 'network' && action.Type !== 'forward')
      throw new AwsError(
        'InvalidLoadBalancerAction',
        `The action type '${action.Type}' is not valid with network load balancer`,
      );
    switch (action.Type) {
      case 'forward':
        return checkForward(balancing, balancer, listenerProtocol, action);
      case 'redirect':
        return checkRedirect(action);
      case 'fixed-response':
        return checkFixedResponse(action);
      default:
        throw new AwsError(
          'InvalidLoadBalancerAction',
          `The action type '${action.Type}' is not supported by the embedded AWS; it has forward, redirect and fixed-response`,
        );
    }
  });
}

function checkForward(
  balancing: Balancing,
  balancer: LoadBalancer,
  listenerProtocol: string,
  action: Action,
): Action {
  const { TargetGroupArn, ForwardConfig } = action;
  const listed = ForwardConfig?.TargetGroups ?? [];
  if (
    TargetGroupArn &&
    listed.length > 0 &&
    !(listed.length === 1 && listed[0]?.TargetGroupArn === TargetGroupArn)
  )
    throw new AwsError(
      'ValidationError',
      'You cannot specify both a target group ARN and a list of target groups with a different one',
    );
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {};
  checkRange('targetGroupStickinessConfig.durationSeconds', DurationSeconds, 1, 604_800);
  const groups = forwardedGroups(action);
  if (groups.length === 0) throw new AwsError('ValidationError', 'A target group ARN must be specified');
  if (groups.length > 5)
    throw new AwsError('TooManyUniqueTargetGroupsPerLoadBalancer', 'A rule can have at most 5 target groups');
  for (const { arn, weight } of groups) {
    if (!(weight >= 0 && weight <= 999))
      throw new AwsError('ValidationError', `The weight '${weight}' must be between 0 and 999 inclusive`);
    checkGroup(balancing, balancer, listenerProtocol, arn);
  }
  const [only] = groups;
  return {
    Type: 'forward',
    ...(groups.length === 1 && { TargetGroupArn: only?.arn }),
    ...(action.Order !== undefined && { Order: action.Order }),
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({
        TargetGroupArn: arn,
        ...(balancer.kind === 'application' && { Weight: weight }),
      })),
      ...(balancer.kind === 'application' && {
        TargetGroupStickinessConfig: { Enabled, ...(DurationSeconds !== undefined && { DurationSeconds }) },
      }),
    },
  };
}

function checkGroup(
  balancing: Balancing,
  balancer: LoadBalancer,
  listenerProtocol: string,
  arn: string,
): void {
  const group = balancing.targetGroup(arn);
  if (group.kind !== balancer.kind)
    throw new AwsError(
      'IncompatibleProtocols',
      `Listener protocol '${listenerProtocol}' is not supported with a target group with the protocol '${group.protocol}'`,
    );
  if (group.vpcId !== balancer.vpcId)
    throw new AwsError(
      'InvalidConfigurationRequest',
      `The following target groups are not in the VPC '${balancer.vpcId}' of the load balancer: ${arn}`,
    );
  if (group.balancerArn && group.balancerArn !== balancer.arn)
    throw new AwsError(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    );
}

function checkRedirect(action: Action): Action {
  const config = action.RedirectConfig;
  if (!config) throw new AwsError('ValidationError', 'A redirect action must have a redirect configuration');
  if (config.StatusCode !== 'HTTP_301' && config.StatusCode !== 'HTTP_302')
    throw new AwsError(
      'ValidationError',
      `Redirect status '${config.StatusCode}' must be HTTP_301 or HTTP_302`,
    );
  const kept = {
    Protocol: config.Protocol ?? '#{protocol}',
    Port: config.Port ?? '#{port}',
    Host: config.Host ?? '#{host}',
    Path: config.Path ?? '/#{path}',
    Query: config.Query ?? '#{query}',
    StatusCode: config.StatusCode,
  };
  if (!['HTTP', 'HTTPS', '#{protocol}'].includes(kept.Protocol))
    throw new AwsError(
      'ValidationError',
      `Redirect protocol '${kept.Protocol}' must be HTTP, HTTPS or #{protocol}`,
    );
  if (!kept.Path.startsWith('/'))
    throw new AwsError('ValidationError', `Redirect path '${kept.Path}' must begin with '/'`);
  if (
    kept.Protocol === '#{protocol}' &&
    kept.Port === '#{port}' &&
    kept.Host === '#{host}' &&
    kept.Path === '/#{path}'
  )
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'The redirect configuration is not valid because it would create a loop',
    );
  return {
    Type: 'redirect',
    ...(action.Order !== undefined && { Order: action.Order }),
    RedirectConfig: kept,
  };
}

function checkFixedResponse(action: Action): Action {
  const config = action.FixedResponseConfig;
  if (!config)
    throw new AwsError('ValidationError', 'A fixed-response action must have a fixed-response configuration');
  if (!/^[245]\d\d$/.test(config.StatusCode ?? ''))
    throw new AwsError('ValidationError', `The status code '${config.StatusCode}' must be 2XX, 4XX or 5XX`);
  const types = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'];
  if (config.ContentType !== undefined && !types.includes(config.ContentType))
    throw new AwsError('ValidationError', `The content type must be one of '[${types.join(', ')}]'`);
  if ((config.MessageBody?.length ?? 0) > 1024)
    throw new AwsError('ValidationError', 'The message body cannot be longer than 1024 characters');
  return {
    Type: 'fixed-response',
    ...(action.Order !== undefined && { Order: action.Order }),
    FixedResponseConfig: { ...config },
  };
}

/** Whether any rule of these listeners forwards to the target group. */
export function forwardsTo(listeners: Iterable<Listener>, groupArn: string): boolean {
  for (const listener of listeners) if (listener.targetGroupArns().includes(groupArn)) return true;
  return false;
}
