import type { HealthCheck as Shape } from '@aws-sdk/client-elastic-load-balancing';
import { validationError } from '../errors';

/** How a load balancer checks its instances. */
export interface HealthCheck {
  /** As AWS shows it: `HTTP:80/index.html`, `TCP:80`. */
  readonly target: string;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'SSL';
  readonly port: number;
  readonly path?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

/** The check that a new load balancer has. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html */
export function defaultHealthCheck(instancePort: number): HealthCheck {
  return {
    ...readTarget(`TCP:${instancePort}`),
    ...{ intervalSeconds: 30, timeoutSeconds: 5, unhealthyThreshold: 2, healthyThreshold: 10 },
  };
}

/** @throws AwsError ValidationError for what AWS does not take */
export function readHealthCheck(input: Shape | undefined): HealthCheck {
  const {
    Target = '',
    Interval = 0,
    Timeout = 0,
    UnhealthyThreshold = 0,
    HealthyThreshold = 0,
  } = input ?? {};
  if (Timeout >= Interval) throw validationError('HealthCheck timeout must be less than interval');
  return {
    ...readTarget(Target),
    intervalSeconds: Interval,
    timeoutSeconds: Timeout,
    unhealthyThreshold: UnhealthyThreshold,
    healthyThreshold: HealthyThreshold,
  };
}

export function describeHealthCheck(check: HealthCheck): Shape {
  return {
    Target: check.target,
    Interval: check.intervalSeconds,
    Timeout: check.timeoutSeconds,
    UnhealthyThreshold: check.unhealthyThreshold,
    HealthyThreshold: check.healthyThreshold,
  };
}

/** `HTTP:80/path`: HTTP and HTTPS have a path, TCP and SSL none. */
function readTarget(target: string): Pick<HealthCheck, 'target' | 'protocol' | 'port' | 'path'> {
  const [, named = '', port = '', path = ''] = /^(\w+):(\d{1,5})(\/.*)?$/s.exec(target) ?? [];
  const protocol = named.toUpperCase();
  const number = Number(port);
  if (!isProtocol(protocol))
    throw validationError('HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL');
  if (number < 1 || number > 65_535)
    throw validationError('HealthCheck Target must specify a port in the range 1-65535');
  const asksForPath = protocol === 'HTTP' || protocol === 'HTTPS';
  if (asksForPath && path === '')
    throw validationError(
      `HealthCheck ${protocol} Target must specify a port followed by a path that begins with '/'. e.g. ${protocol}:80/index.html`,
    );
  if (!asksForPath && path !== '')
    throw validationError(
      `HealthCheck ${protocol} Target must specify a port and no path. e.g. ${protocol}:80`,
    );
  if (path.length > 1024) throw validationError('HealthCheck Target path must have at most 1024 characters');
  return { target: `${protocol}:${number}${path}`, protocol, port: number, ...(asksForPath && { path }) };
}

function isProtocol(text: string): text is HealthCheck['protocol'] {
  return ['HTTP', 'HTTPS', 'TCP', 'SSL'].includes(text);
}
