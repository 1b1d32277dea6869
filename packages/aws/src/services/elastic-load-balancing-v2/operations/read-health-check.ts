import type {
  CreateTargetGroupInput,
  Matcher,
  ModifyTargetGroupInput,
  ProtocolEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { validationError } from '../errors';
import type { LoadBalancerKind } from '../records/arns';

/** How a target group's targets are checked. */
export interface HealthCheckSettings {
  readonly protocol: ProtocolEnum;
  /** A port number, or `traffic-port`. */
  readonly port: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Both only with HTTP and HTTPS. */
  readonly path?: string;
  readonly matcher?: Matcher;
}

/** The kind of load balancer that a target group's protocol is for. */
export function kindOfProtocol(protocol: string): LoadBalancerKind {
  if (protocol === 'GENEVE') return 'gateway';
  return protocol === 'HTTP' || protocol === 'HTTPS' ? 'application' : 'network';
}

/**
 * The health check settings of a new target group, with AWS's defaults. Elastic Load Balancing API reference, CreateTargetGroup.
 * @throws AwsError ValidationError for what is out of range or does not fit together
 */
export function newHealthCheck(input: CreateTargetGroupInput, protocol: ProtocolEnum): HealthCheckSettings {
  const kind = kindOfProtocol(protocol);
  const application = kind === 'application';
  const checkProtocol = input.HealthCheckProtocol ?? (application ? 'HTTP' : 'TCP');
  const http = checkProtocol !== 'TCP';
  return validated(input, application, {
    protocol: checkProtocol,
    port: input.HealthCheckPort ?? (kind === 'gateway' ? '80' : 'traffic-port'),
    intervalSeconds: input.HealthCheckIntervalSeconds ?? (kind === 'gateway' ? 10 : 30),
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? defaultTimeout(kind, checkProtocol),
    healthyThreshold: input.HealthyThresholdCount ?? 5,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? 2,
    ...(http && {
      path: input.HealthCheckPath ?? '/',
      matcher: input.Matcher ?? { HttpCode: application ? '200' : '200-399' },
    }),
  });
}

/** The settings after ModifyTargetGroup. @throws AwsError as `newHealthCheck` */
export function changedHealthCheck(
  current: HealthCheckSettings,
  input: ModifyTargetGroupInput,
  protocol: ProtocolEnum,
): HealthCheckSettings {
  const application = kindOfProtocol(protocol) === 'application';
  const checkProtocol = input.HealthCheckProtocol ?? current.protocol;
  const http = checkProtocol !== 'TCP';
  return validated(input, application, {
    protocol: checkProtocol,
    port: input.HealthCheckPort ?? current.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? current.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? current.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? current.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? current.unhealthyThreshold,
    ...(http && {
      path: input.HealthCheckPath ?? current.path ?? '/',
      matcher: input.Matcher ?? current.matcher ?? { HttpCode: application ? '200' : '200-399' },
    }),
  });
}

/** Whether an HTTP status is one that the matcher asks for: `200`, `200,202` or `200-299`. */
export function matchesStatus(matcher: Matcher | undefined, status: number): boolean {
  return (matcher?.HttpCode ?? '200').split(',').some((part) => {
    const [low, high] = part.split('-').map(Number);
    return low !== undefined && status >= low && status <= (high ?? low);
  });
}

function defaultTimeout(kind: LoadBalancerKind, checkProtocol: string): number {
  if (kind !== 'network') return 5;
  return checkProtocol === 'HTTP' ? 6 : 10;
}

function validated(
  input: ModifyTargetGroupInput | CreateTargetGroupInput,
  application: boolean,
  settings: HealthCheckSettings,
): HealthCheckSettings {
  if (!['HTTP', 'HTTPS', 'TCP'].includes(settings.protocol))
    throw validationError(`Health check protocol '${settings.protocol}' must be one of 'HTTPS, HTTP, TCP'`);
  if (application && settings.protocol === 'TCP')
    throw validationError("Health check protocol 'TCP' must be one of 'HTTPS, HTTP'");
  if (settings.timeoutSeconds > settings.intervalSeconds)
    throw validationError(
      `Health check timeout '${settings.timeoutSeconds}' must be smaller than or equal to the interval '${settings.intervalSeconds}'`,
    );
  checkPort(settings.port);
  checkHttpSettings(input, application, settings);
  return settings;
}

function checkPort(port: string): void {
  const valid =
    port === 'traffic-port' || (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
  if (!valid)
    throw validationError(`Health check port '${port}' must be a valid port number, or 'traffic-port'`);
}

function checkHttpSettings(
  { HealthCheckPath, Matcher }: ModifyTargetGroupInput | CreateTargetGroupInput,
  application: boolean,
  settings: HealthCheckSettings,
): void {
  if (settings.protocol === 'TCP') {
    if (HealthCheckPath !== undefined || Matcher !== undefined)
      throw validationError(
        `Health check ${HealthCheckPath === undefined ? 'matcher' : 'path'} is not supported for health checks with protocol TCP`,
      );
    return;
  }
  if (!settings.path?.startsWith('/') || settings.path.length > 1024)
    throw validationError(`Health check path '${settings.path}' must begin with '/'`);
  if (Matcher?.GrpcCode !== undefined)
    throw validationError('A gRPC matcher needs the protocol version GRPC');
  const most = application ? 499 : 599;
  const parts = (settings.matcher?.HttpCode ?? '').split(',');
  for (const part of parts) {
    const [, low, high] = /^(\d{3})(?:-(\d{3}))?$/.exec(part) ?? [];
    const from = Number(low);
    const to = Number(high ?? low);
    if (!(from >= 200 && to <= most && from <= to))
      throw validationError(
        `Health check matcher HTTP code '${settings.matcher?.HttpCode}' must be within '200-${most}' inclusive`,
      );
  }
}
