import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  incompatibleProtocols,
  invalidConfigurationRequest,
  invalidLoadBalancerAction,
  targetGroupAssociationLimit,
  tooManyUniqueTargetGroups,
  validationError,
} from '../errors';
import { forwardedGroups, type Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { LoadBalancingState } from '../state';

/**
 * The actions as they are kept and described, checked as AWS checks them.
 * @throws AwsError ValidationError, InvalidLoadBalancerAction, TargetGroupNotFound, IncompatibleProtocols,
 * InvalidConfigurationRequest, TargetGroupAssociationLimit
 */
export function checkActions(
  elb: LoadBalancingState,
  balancer: LoadBalancer,
  listenerProtocol: string,
  actions: readonly Action[],
): Action[] {
  if (actions.length === 0) throw validationError('An action must be specified');
  if (actions.length > 1)
    throw invalidLoadBalancerAction('You cannot specify more than one action per rule here');
  return actions.map((action) => {
    if (balancer.kind !== 'application' && action.Type !== 'forward')
      throw invalidLoadBalancerAction(
        `The action type '${action.Type}' is not valid with ${balancer.kind} load balancer`,
      );
    switch (action.Type) {
      case 'forward':
        return checkForward(elb, balancer, listenerProtocol, action);
      case 'redirect':
        return checkRedirect(action);
      case 'fixed-response':
        return checkFixedResponse(action);
      default:
        throw invalidLoadBalancerAction(
          `The action type '${action.Type}' is not supported by the embedded AWS; it has forward, redirect and fixed-response`,
        );
    }
  });
}

function checkForward(
  elb: LoadBalancingState,
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
    throw validationError(
      'You cannot specify both a target group ARN and a list of target groups with a different one',
    );
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {};
  // Of no bounds in the API's model.
  if (DurationSeconds !== undefined && !(DurationSeconds >= 1 && DurationSeconds <= 604_800))
    throw validationError(
      `The target group stickiness duration '${DurationSeconds}' must be between 1 and 604800 seconds`,
    );
  const groups = forwardedGroups(action);
  if (groups.length === 0) throw validationError('A target group ARN must be specified');
  if (groups.length > 5) throw tooManyUniqueTargetGroups('A rule can have at most 5 target groups');
  for (const { arn, weight } of groups) {
    if (!(weight >= 0 && weight <= 999))
      throw validationError(`The weight '${weight}' must be between 0 and 999 inclusive`);
    checkGroup(elb, balancer, listenerProtocol, arn);
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
  elb: LoadBalancingState,
  balancer: LoadBalancer,
  listenerProtocol: string,
  arn: string,
): void {
  const group = elb.targetGroup(arn);
  if (group.kind !== balancer.kind)
    throw incompatibleProtocols(
      `Listener protocol '${listenerProtocol}' is not supported with a target group with the protocol '${group.protocol}'`,
    );
  if (group.vpcId !== balancer.vpcId)
    throw invalidConfigurationRequest(
      `The following target groups are not in the VPC '${balancer.vpcId}' of the load balancer: ${arn}`,
    );
  if (group.balancerArn && group.balancerArn !== balancer.arn)
    throw targetGroupAssociationLimit(
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    );
}

function checkRedirect(action: Action): Action {
  const config = action.RedirectConfig;
  if (!config) throw validationError('A redirect action must have a redirect configuration');
  if (config.StatusCode !== 'HTTP_301' && config.StatusCode !== 'HTTP_302')
    throw validationError(`Redirect status '${config.StatusCode}' must be HTTP_301 or HTTP_302`);
  const kept = {
    Protocol: config.Protocol ?? '#{protocol}',
    Port: config.Port ?? '#{port}',
    Host: config.Host ?? '#{host}',
    Path: config.Path ?? '/#{path}',
    Query: config.Query ?? '#{query}',
    StatusCode: config.StatusCode,
  };
  if (!['HTTP', 'HTTPS', '#{protocol}'].includes(kept.Protocol))
    throw validationError(`Redirect protocol '${kept.Protocol}' must be HTTP, HTTPS or #{protocol}`);
  if (!kept.Path.startsWith('/')) throw validationError(`Redirect path '${kept.Path}' must begin with '/'`);
  if (
    kept.Protocol === '#{protocol}' &&
    kept.Port === '#{port}' &&
    kept.Host === '#{host}' &&
    kept.Path === '/#{path}'
  )
    throw invalidLoadBalancerAction('The redirect configuration is not valid because it would create a loop');
  return {
    Type: 'redirect',
    ...(action.Order !== undefined && { Order: action.Order }),
    RedirectConfig: kept,
  };
}

function checkFixedResponse(action: Action): Action {
  const config = action.FixedResponseConfig;
  if (!config) throw validationError('A fixed-response action must have a fixed-response configuration');
  if (!/^[245]\d\d$/.test(config.StatusCode ?? ''))
    throw validationError(`The status code '${config.StatusCode}' must be 2XX, 4XX or 5XX`);
  const types = ['text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'];
  if (config.ContentType !== undefined && !types.includes(config.ContentType))
    throw invalidLoadBalancerAction(
      `The ContentType must be one of:${types.map((type) => `'${type}'`).join(', ')}`,
    );
  if ((config.MessageBody?.length ?? 0) > 1024)
    throw validationError('The message body cannot be longer than 1024 characters');
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
