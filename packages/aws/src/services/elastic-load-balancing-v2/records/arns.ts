import type { Context } from '../../../core/context';
import { randomHex, randomInt } from '../../../core/ids';
import { validationError } from '../errors';

type Place = Pick<Context, 'region' | 'accountId'>;
export type LoadBalancerKind = 'application' | 'network' | 'gateway';

const SHORT = { application: 'app', network: 'net', gateway: 'gwy' } as const;

function arn({ region, accountId }: Place, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${accountId}:${resource}`;
}

export function loadBalancerArn(place: Place, kind: LoadBalancerKind, name: string): string {
  return arn(place, `loadbalancer/${SHORT[kind]}/${name}/${randomHex(16)}`);
}

export function targetGroupArn(place: Place, name: string): string {
  return arn(place, `targetgroup/${name}/${randomHex(16)}`);
}

/** A listener's ARN, made of its load balancer's. */
export function listenerArn(balancerArn: string): string {
  return `${balancerArn.replace(':loadbalancer/', ':listener/')}/${randomHex(16)}`;
}

/** A rule's ARN, made of its listener's. */
export function ruleArn(ofListener: string): string {
  return `${ofListener.replace(':listener/', ':listener-rule/')}/${randomHex(16)}`;
}

const RESOURCE_TYPES = {
  'load balancer': 'loadbalancer',
  'target group': 'targetgroup',
  listener: 'listener',
  'listener rule': 'listener-rule',
} as const;

/** Refuses what cannot be the ARN of such a resource. @throws AwsError ValidationError */
export function checkArn(given: string, what: keyof typeof RESOURCE_TYPES): void {
  if (!given.startsWith('arn:aws:elasticloadbalancing:') || !given.includes(`:${RESOURCE_TYPES[what]}/`))
    throw validationError(`'${given}' is not a valid ${what} ARN`);
}

/** The DNS name of a new load balancer, in the form that each kind has. */
export function dnsName(
  place: Place,
  kind: LoadBalancerKind,
  name: string,
  internal: boolean,
  balancerArn: string,
): string {
  const label = internal && kind === 'application' ? `internal-${name}` : name;
  return kind === 'application'
    ? `${label}-${randomInt(100_000_000, 2_147_483_647)}.${place.region}.elb.amazonaws.com`
    : `${label}-${balancerArn.split('/').at(-1)}.elb.${place.region}.amazonaws.com`;
}

/** Route 53's zones of load balancers by region: application, network. AWS General Reference, Elastic Load Balancing endpoints. */
const HOSTED_ZONES: Record<string, readonly [string, string]> = {
  'us-east-1': ['Z35SXDOTRQ7X7K', 'Z26RNL4JYFTOTI'],
  'us-east-2': ['Z3AADJGX6KTTL2', 'ZLMOA37VPKANP'],
  'us-west-1': ['Z368ELLRRE2KJ0', 'Z24FKFUX50B4VW'],
  'us-west-2': ['Z1H1FL5HABSF5', 'Z18D5FSROUN65G'],
  'eu-west-1': ['Z32O12XQLNTSW2', 'Z2IFOLAFXWLO4F'],
  'eu-central-1': ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90'],
  'eu-north-1': ['Z23TAZ6LKFMNIO', 'Z1UDT6IFJ4EJM'],
};

/** The hosted zone of a load balancer's DNS name; undefined for regions whose zone is not in the table. */
export function hostedZone(region: string, kind: LoadBalancerKind): string | undefined {
  return HOSTED_ZONES[region]?.[kind === 'application' ? 0 : 1];
}

/** As AWS quotes it in its refusal. */
const TARGET_GROUP_NAME = /(?!.*--)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$/;

/** Refuses names that AWS refuses. @param what `load balancer` or `target group` */
export function checkName(what: 'load balancer' | 'target group', name: string): void {
  const refuse = (why: string) => {
    throw validationError(`The ${what} name '${name}' ${why}`);
  };
  if (name.length > 32) refuse("cannot be longer than '32' characters");
  if (!/^[A-Za-z0-9-]+$/.test(name))
    refuse('can only contain characters that are alphanumeric characters and hyphens(-)');
  if (what === 'target group' && !TARGET_GROUP_NAME.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'targetGroup.targetGroupArn.targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${TARGET_GROUP_NAME.source}`,
    );
  if (name.startsWith('-') || name.endsWith('-')) refuse('cannot begin or end with a hyphen(-)');
  if (what === 'load balancer' && name.startsWith('internal-')) refuse("cannot begin with 'internal-'");
}
