import { validationError } from '../errors';
import type { LoadBalancerKind } from './arns';

const integer = (least: number, most: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
const oneOf =
  (...allowed: string[]) =>
  (value: string) =>
    allowed.includes(value);
const flag = oneOf('true', 'false');
const text = () => true;
const countOrOff = (most: number) => (value: string) => value === 'off' || integer(1, most)(value);

/** An attribute's default and what it may be. */
type Definitions = Readonly<Record<string, readonly [initial: string, accepts: (value: string) => boolean]>>;

const anyLoadBalancer: Definitions = {
  'access_logs.s3.enabled': ['false', flag],
  'access_logs.s3.bucket': ['', text],
  'access_logs.s3.prefix': ['', text],
  'deletion_protection.enabled': ['false', flag],
  'zonal_shift.config.enabled': ['false', flag],
};

/** Elastic Load Balancing API reference, LoadBalancerAttribute. */
export const loadBalancerAttributes: Readonly<Record<LoadBalancerKind, Definitions>> = {
  application: {
    ...anyLoadBalancer,
    'idle_timeout.timeout_seconds': ['60', integer(1, 4000)],
    'client_keep_alive.seconds': ['3600', integer(60, 604_800)],
    'connection_logs.s3.enabled': ['false', flag],
    'connection_logs.s3.bucket': ['', text],
    'connection_logs.s3.prefix': ['', text],
    'load_balancing.cross_zone.enabled': ['true', oneOf('true')],
    'routing.http.desync_mitigation_mode': ['defensive', oneOf('monitor', 'defensive', 'strictest')],
    'routing.http.drop_invalid_header_fields.enabled': ['false', flag],
    'routing.http.preserve_host_header.enabled': ['false', flag],
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': ['false', flag],
    'routing.http.xff_client_port.enabled': ['false', flag],
    'routing.http.xff_header_processing.mode': ['append', oneOf('append', 'preserve', 'remove')],
    'routing.http2.enabled': ['true', flag],
    'waf.fail_open.enabled': ['false', flag],
  },
  network: {
    ...anyLoadBalancer,
    'dns_record.client_routing_policy': [
      'any_availability_zone',
      oneOf('any_availability_zone', 'availability_zone_affinity', 'partial_availability_zone_affinity'),
    ],
    'ipv6.deny_all_igw_traffic': ['false', flag],
    'load_balancing.cross_zone.enabled': ['false', flag],
    'secondary_ips.auto_assigned.per_subnet': ['0', integer(0, 7)],
  },
  gateway: {
    'deletion_protection.enabled': ['false', flag],
    'load_balancing.cross_zone.enabled': ['false', flag],
  },
};

const anyTargetGroup: Definitions = {
  'deregistration_delay.timeout_seconds': ['300', integer(0, 3600)],
  'load_balancing.cross_zone.enabled': [
    'use_load_balancer_configuration',
    oneOf('true', 'false', 'use_load_balancer_configuration'),
  ],
  'stickiness.enabled': ['false', flag],
  'target_group_health.dns_failover.minimum_healthy_targets.count': ['1', countOrOff(1000)],
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': ['off', countOrOff(100)],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': ['1', integer(1, 1000)],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': ['off', countOrOff(100)],
};

/** Whether a Network Load Balancer ends the connections to a target that turns unhealthy. */
export const TERMINATION = 'target_health_state.unhealthy.connection_termination.enabled';
/** For how many seconds it keeps them otherwise, before the target counts as unhealthy for good. */
export const DRAINING_INTERVAL = 'target_health_state.unhealthy.draining_interval_seconds';

/** Elastic Load Balancing API reference, TargetGroupAttribute. */
export const targetGroupAttributes: Readonly<Record<LoadBalancerKind, Definitions>> = {
  application: {
    ...anyTargetGroup,
    'load_balancing.algorithm.anomaly_mitigation': ['off', oneOf('off')],
    'load_balancing.algorithm.type': [
      'round_robin',
      oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
    ],
    'slow_start.duration_seconds': ['0', (value) => value === '0' || integer(30, 900)(value)],
    'stickiness.type': ['lb_cookie', oneOf('lb_cookie', 'app_cookie')],
    'stickiness.lb_cookie.duration_seconds': ['86400', integer(1, 604_800)],
    'stickiness.app_cookie.cookie_name': ['', (value) => /^(?!AWSALB)[^\s;,="]*$/.test(value)],
    'stickiness.app_cookie.duration_seconds': ['86400', integer(1, 604_800)],
  },
  network: {
    ...anyTargetGroup,
    'deregistration_delay.connection_termination.enabled': ['false', flag],
    'preserve_client_ip.enabled': ['true', flag],
    'proxy_protocol_v2.enabled': ['false', oneOf('false')],
    'stickiness.type': ['source_ip', oneOf('source_ip')],
    [TERMINATION]: ['true', flag],
    [DRAINING_INTERVAL]: ['0', integer(0, 360_000)],
  },
  gateway: {
    'deregistration_delay.timeout_seconds': ['300', integer(0, 3600)],
    'stickiness.enabled': ['false', flag],
    'stickiness.type': ['source_ip_dest_ip_proto', oneOf('source_ip_dest_ip_proto', 'source_ip_dest_ip')],
    'target_failover.on_deregistration': ['no_rebalance', oneOf('no_rebalance', 'rebalance')],
    'target_failover.on_unhealthy': ['no_rebalance', oneOf('no_rebalance', 'rebalance')],
  },
};

const responseHeaders = [
  'strict_transport_security',
  'access_control_allow_origin',
  'access_control_allow_methods',
  'access_control_allow_headers',
  'access_control_allow_credentials',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'x_content_type_options',
  'x_frame_options',
];

/** The attributes of a listener that say which response headers it sets: `routing.http.response.<name>.header_value`. */
export const responseHeaderAttributes: readonly { readonly key: string; readonly header: string }[] =
  responseHeaders.map((name) => ({
    key: `routing.http.response.${name}.header_value`,
    header: name.replaceAll('_', '-').replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  }));

/** Elastic Load Balancing API reference, ListenerAttribute. */
export const listenerAttributes: Readonly<Record<LoadBalancerKind, Definitions>> = {
  application: {
    'routing.http.response.server.enabled': ['true', flag],
    ...Object.fromEntries(responseHeaderAttributes.map(({ key }) => [key, ['', text] as const])),
  },
  network: { 'tcp.idle_timeout.seconds': ['350', integer(60, 6000)] },
  gateway: { 'tcp.idle_timeout.seconds': ['350', integer(60, 6000)] },
};

interface Attribute {
  Key?: string;
  Value?: string;
}

/** The attributes of one resource, checked against what AWS knows for its kind. */
export class Attributes {
  private readonly values: Map<string, string>;

  constructor(
    private readonly resource: 'Load balancer' | 'Target group' | 'Listener',
    private readonly definitions: Definitions,
    overrides: Readonly<Record<string, string>> = {},
  ) {
    this.values = new Map(
      Object.entries(definitions).map(([key, [initial]]) => [key, overrides[key] ?? initial]),
    );
  }

  get(key: string): string {
    return this.values.get(key) ?? '';
  }

  isOn(key: string): boolean {
    return this.get(key) === 'true';
  }

  /** A number of the attribute's unit; 0 for what is no number. */
  number(key: string): number {
    return Number(this.get(key)) || 0;
  }

  /** Sets all of them, or none when AWS refuses one. */
  modify(changes: readonly Attribute[]): void {
    for (const { Key = '', Value = '' } of changes) {
      const definition = Object.hasOwn(this.definitions, Key) ? this.definitions[Key] : undefined;
      if (!definition) throw validationError(`${this.resource} attribute key '${Key}' is not recognized`);
      if (!definition[1](Value))
        throw validationError(
          `${this.resource} attribute value '${Value}' for attribute key '${Key}' is not valid`,
        );
    }
    for (const { Key = '', Value = '' } of changes) this.values.set(Key, Value);
  }

  list(): { Key: string; Value: string }[] {
    return [...this.values].map(([Key, Value]) => ({ Key, Value }));
  }
}
