import type { AdditionalAttribute, LoadBalancerAttributes } from '@aws-sdk/client-elastic-load-balancing';
import { invalidConfigurationRequest, loadBalancerAttributeNotFound } from '../errors';
import type { Attributes } from '../records/attributes';
import type { Op } from '../state';

const DESYNC_MODE = 'elb.http.desyncmitigationmode';

export const DescribeLoadBalancerAttributes: Op<'DescribeLoadBalancerAttributes'> = (
  elb,
  { LoadBalancerName },
) => ({ LoadBalancerAttributes: describe(elb.loadBalancer(LoadBalancerName).attributes) });

export const ModifyLoadBalancerAttributes: Op<'ModifyLoadBalancerAttributes'> = (
  elb,
  { LoadBalancerName, LoadBalancerAttributes: given = {} },
) => {
  const { name, attributes } = elb.loadBalancer(LoadBalancerName);
  check(given);
  const { CrossZoneLoadBalancing, AccessLog, ConnectionDraining, ConnectionSettings } = given;
  if (CrossZoneLoadBalancing) attributes.crossZone = CrossZoneLoadBalancing.Enabled ?? false;
  if (AccessLog) attributes.accessLog = { ...AccessLog, Enabled: AccessLog.Enabled ?? false };
  if (ConnectionDraining)
    attributes.draining = {
      enabled: ConnectionDraining.Enabled ?? false,
      timeoutSeconds: ConnectionDraining.Timeout ?? attributes.draining.timeoutSeconds,
    };
  if (ConnectionSettings?.IdleTimeout !== undefined)
    attributes.idleTimeoutSeconds = ConnectionSettings.IdleTimeout;
  for (const { Value = '' } of given.AdditionalAttributes ?? []) attributes.desyncMode = Value;
  return { LoadBalancerName: name, LoadBalancerAttributes: describe(attributes) };
};

/** @throws AwsError InvalidConfigurationRequest, LoadBalancerAttributeNotFound */
function check({ AccessLog, ConnectionDraining, AdditionalAttributes = [] }: LoadBalancerAttributes): void {
  const timeout = ConnectionDraining?.Timeout;
  if (timeout !== undefined && (timeout < 1 || timeout > 3600))
    throw invalidConfigurationRequest('ConnectionDraining timeout must be in the range 1-3600 seconds');
  if (AccessLog?.Enabled && !AccessLog.S3BucketName)
    throw invalidConfigurationRequest('AccessLog needs an S3BucketName where it is enabled');
  if (AccessLog?.EmitInterval !== undefined && ![5, 60].includes(AccessLog.EmitInterval))
    throw invalidConfigurationRequest('AccessLog EmitInterval must be 5 or 60 minutes');
  AdditionalAttributes.forEach(checkAdditional);
}

function checkAdditional({ Key = '', Value = '' }: AdditionalAttribute): void {
  if (Key !== DESYNC_MODE)
    throw loadBalancerAttributeNotFound(`Load balancer attribute '${Key}' is not recognized`);
  if (!['monitor', 'defensive', 'strictest'].includes(Value))
    throw invalidConfigurationRequest(`'${Value}' is no value of '${Key}': monitor, defensive, strictest`);
}

function describe(attributes: Attributes): LoadBalancerAttributes {
  const { enabled, timeoutSeconds } = attributes.draining;
  return {
    CrossZoneLoadBalancing: { Enabled: attributes.crossZone },
    AccessLog: { ...attributes.accessLog },
    ConnectionDraining: { Enabled: enabled, Timeout: timeoutSeconds },
    ConnectionSettings: { IdleTimeout: attributes.idleTimeoutSeconds },
    AdditionalAttributes: [{ Key: DESYNC_MODE, Value: attributes.desyncMode }],
  };
}
