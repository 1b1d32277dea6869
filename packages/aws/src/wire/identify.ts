import { AwsError } from '../core/aws-error';
import type { ServiceDefinition, WireRequest } from '../core/service';

/** Who a request is for, as far as the request itself says. */
export interface Addressee {
  /** The folder's name of the service; `execute-api` is a call to a deployed HTTP API. */
  readonly service: string;
  readonly region: string;
}

/** The asymmetric signature, SigV4A, leaves the region out. */
const CREDENTIAL = /Credential=[^/,\s]+\/\d{8}\/(?:([^/,\s]*)\/)?([^/,\s]+)\/aws4_request/;
const SCOPE = /^[^/]+\/\d{8}\/(?:([^/]*)\/)?([^/]+)\/aws4_request$/;
const DEFAULT_REGION = 'us-east-1';

/**
 * Tells service and region of a request from its SigV4 credential scope (header or presigned query), or, when it is
 * unsigned, from its target header, its host or the API version of its form. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @throws AwsError for a service that the embedded AWS does not have
 */
export function identify(
  request: WireRequest,
  definitions: Readonly<Record<string, ServiceDefinition>>,
): Addressee {
  const services = Object.entries(definitions);
  const signed =
    CREDENTIAL.exec(request.headers.authorization ?? '') ??
    SCOPE.exec(request.query.get('X-Amz-Credential') ?? '');
  if (signed) {
    const [, region, signingName = ''] = signed;
    return {
      service: bySigningName(signingName, services, namedVersion(request)),
      region: region || firstOfRegionSet(request) || DEFAULT_REGION,
    };
  }
  const fromHost = /^([a-z0-9-]+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(request.host);
  const target = request.headers['x-amz-target']?.split('.')[0];
  const version = namedVersion(request);
  const [service] =
    services.find(([, { target: prefix }]) => target !== undefined && prefix === target) ??
    withSigningName(fromHost?.[1], services, version) ??
    services.find(([, definition]) => version !== undefined && definition.version === version) ??
    [];
  return { service: service ?? 's3', region: fromHost?.[2] ?? DEFAULT_REGION };
}

/** The first region that an asymmetric signature names, `*` being any. */
function firstOfRegionSet({ headers, query }: WireRequest): string | undefined {
  const set = headers['x-amz-region-set'] ?? query.get('X-Amz-Region-Set') ?? '';
  return set
    .split(',')
    .map((one) => one.trim())
    .find((one) => one !== '' && !one.includes('*'));
}

/** A form of the query protocols (`Action=…&Version=…`) names its service by the version of the API alone. */
function namedVersion(request: WireRequest): string | undefined {
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? new URLSearchParams(request.body.toString())
    : request.query;
  return form.has('Action') ? (form.get('Version') ?? undefined) : undefined;
}

/** Parts of a service that sign under names of their own. */
const OTHER_NAMES: Readonly<Record<string, string>> = { 's3-object-lambda': 's3' };

function bySigningName(
  signed: string,
  services: readonly [string, ServiceDefinition][],
  version: string | undefined,
): string {
  if (signed === 'execute-api') return signed;
  const signingName = Object.hasOwn(OTHER_NAMES, signed) ? OTHER_NAMES[signed] : signed;
  const [found] = withSigningName(signingName, services, version) ?? [];
  if (found) return found;
  // As a service that the account may not use: clients that can do without it (`serverless remove` and ECR) go on.
  throw new AwsError(
    'AccessDeniedException',
    `the embedded AWS does not have the service '${signingName}'; it has ${services.map(([, definition]) => definition.signingName).join(', ')}`,
    403,
  );
}

/** Two services may sign alike: the version tells Classic Load Balancers (2012-06-01) from the others. Without one the newest is meant. */
function withSigningName(
  signingName: string | undefined,
  services: readonly [string, ServiceDefinition][],
  version: string | undefined,
): [string, ServiceDefinition] | undefined {
  const named = services.filter(([, definition]) => definition.signingName === signingName);
  return named.find(([, definition]) => definition.version === version) ?? named.at(-1);
}
