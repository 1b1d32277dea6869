import { compileWildcard } from 'aws-languages/wildcard';
import { env } from '../env';
import { imageParametersOf, type Pipeline } from './pipeline';
import { parseSecret } from './secret';

/** The stage whose names have no stage in them. */
const FIRST_STAGE = 'prod';

/**
 * The root of the names of the SSM parameters of a deployment: `/kiln`, and `/kiln-<stage>` for any stage but prod, so that two stages
 * stand side by side. `serverless.yml` says the same.
 */
export function parameterRoot(stage: string): string {
  return stage === FIRST_STAGE ? '/kiln' : `/kiln-${stage}`;
}

/**
 * What pipelines may name: the roles of the service are narrowed to that, so that they neither grow with the pipelines nor change with a
 * version that is pushed. What a deployed pipeline names beside it, they may use by its whole name. Auto Scaling groups and launch templates are not in it: their tags say what Kiln may.
 */
export interface Reach {
  /** Names of SSM parameters and of secrets, without a slash at their beginning, and ARNs of secrets, with the wildcards of IAM. */
  readonly names: readonly string[];
  /** Buckets, with wildcards in their names, and what the keys begin with. */
  readonly buckets: readonly { readonly bucket: string; readonly prefix: string }[];
  /** Names of EC2 key pairs, with wildcards. */
  readonly keyPairs: readonly string[];
}

/** The same as it is written, separated by commas, or `none`: parameters of the deployment, and variables of the environment of functions. */
export type WrittenReach = Readonly<Record<keyof Reach, string>>;

/** Reads what pipelines may name. */
export function readReach({ names, buckets, keyPairs }: WrittenReach): Reach {
  return {
    names: split(names).map(withoutSlash),
    buckets: split(buckets).map(parsePlace),
    keyPairs: split(keyPairs),
  };
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, '');
}

/** What pipelines may name in the deployment of this function. */
export function ownReach(): Reach {
  return readReach({
    names: env('KILN_NAMES'),
    buckets: env('KILN_BUCKETS'),
    keyPairs: env('KILN_KEY_PAIRS'),
  });
}

const NONE = 'none';

function split(text: string): string[] {
  const all = text.split(',').map((one) => one.trim());
  return [...new Set(all)].filter((one) => one !== '' && one !== NONE);
}

/** `bucket`, or `bucket/what/keys/begin/with` */
export function parsePlace(place: string): { bucket: string; prefix: string } {
  const [, bucket = '', prefix = ''] = /^([^/]*)\/?(.*)$/s.exec(place) ?? [];
  return { bucket, prefix };
}

/**
 * What a pipeline names that no role of the service may use.
 *
 * @returns a sentence each, with the path in the file and what to do; none where all may be used
 */
export function findOutOfReach(pipeline: Pipeline, reach: Reach): string[] {
  return listBeyond(pipeline, reach).map(
    ({ path, what, kind, name }) =>
      `${path}: no role of the service may use ${what}. ${describe(kind, reach)} Deploy the service with --param="${kind}=${suggest(kind, name, reach)}", or with a pipeline that names it.`,
  );
}

/** What roles do with what pipelines name. */
export type Use = 'reference' | 'image' | 'secretParameter' | 'secret' | 'bucket' | 'keyPair';

/** Something in AWS that a pipeline names. */
export interface Named {
  /** Where it stands in the file of the pipeline. */
  path: string;
  /** What it is, in words, and its name. */
  what: string;
  use: Use;
  kind: keyof Reach;
  name: string;
}

/** What a pipeline names that is beyond what pipelines may name. */
export function listBeyond(pipeline: Pipeline, reach: Reach): Named[] {
  return listNamed(pipeline).filter(({ kind, name }) => !MATCHES[kind](name, reach));
}

/** What functions read in their environment, with what is beyond it and may be named all the same. */
export function writeReach(reach: Reach, beyond: readonly Named[]): WrittenReach {
  const all = (kind: keyof Reach) => {
    const more = beyond.filter((one) => one.kind === kind).map(({ name }) => name);
    return [...new Set([...write(kind, reach), ...more])].join(',') || NONE;
  };
  return { names: all('names'), buckets: all('buckets'), keyPairs: all('keyPairs') };
}

const MATCHES: Record<keyof Reach, (name: string, reach: Reach) => boolean> = {
  names: (name, { names }) =>
    names.some((one) => isOneOf(one.startsWith('arn:') ? name : nameOfSecret(name), [one])),
  keyPairs: (name, { keyPairs }) => isOneOf(name, keyPairs),
  buckets(place, { buckets }) {
    const { bucket, prefix } = parsePlace(place);
    return buckets.some((one) => isOneOf(bucket, [one.bucket]) && prefix.startsWith(one.prefix));
  },
};

function isOneOf(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => compileWildcard(pattern).test(name));
}

const THINGS: Record<keyof Reach, string> = {
  names: 'SSM parameters and secrets',
  keyPairs: 'key pairs',
  buckets: 'buckets',
};

function describe(kind: keyof Reach, reach: Reach): string {
  return `The ${THINGS[kind]} that pipelines may name are ${write(kind, reach).join(', ') || 'none'}.`;
}

function write(kind: keyof Reach, reach: Reach): string[] {
  return kind === 'buckets'
    ? reach.buckets.map(({ bucket, prefix }) => (prefix ? `${bucket}/${prefix}` : bucket))
    : [...reach[kind]];
}

function suggest(kind: keyof Reach, name: string, reach: Reach): string {
  return [...write(kind, reach), withoutSlash(name)].join(',');
}

function listNamed({ definition }: Pipeline): Named[] {
  const { base, parameters } = definition;
  return [
    ...(base.keyName
      ? [
          {
            path: 'base.keyName',
            what: `the key pair ${base.keyName}`,
            use: 'keyPair' as const,
            kind: 'keyPairs' as const,
            name: base.keyName,
          },
        ]
      : []),
    ...(base.buckets ?? []).map((bucket, at) => ({
      path: `base.buckets[${at}]`,
      what: `the bucket ${bucket}`,
      use: 'bucket' as const,
      kind: 'buckets' as const,
      name: bucket,
    })),
    ...imageParametersOf(definition).map((name) =>
      parameter('image', name, 'image', `the SSM parameter ${name}, to name images in it`),
    ),
    ...referredTo('base.image', base.image),
    ...Object.entries(parameters).flatMap(([name, { secret, default: value = '' }]) =>
      secret
        ? secretOf(`parameters.${name}.default`, value)
        : referredTo(`parameters.${name}.default`, value),
    ),
  ];
}

function parameter(path: string, name: string, use: Use, what = `the SSM parameter ${name}`): Named {
  return { path, what, use, kind: 'names', name: withoutSlash(name) };
}

/** Amazon's own parameters may be read by all. */
const AMAZON = /^\/?aws\/service\//;

function referredTo(path: string, value: string): Named[] {
  const [, name] = /^resolve:ssm:([^:]+)/.exec(value) ?? [];
  return name && !AMAZON.test(name) ? [parameter(path, name, 'reference')] : [];
}

function secretOf(path: string, value: string): Named[] {
  const { service, id } = parseSecret(value) ?? {};
  if (!id) return [];
  const what = `the secret ${id} of ${service}`;
  if (service === 'ssm') return [parameter(path, id, 'secretParameter', what)];
  return [{ path, what, use: 'secret', kind: 'names', name: id }];
}

/** Of an ARN the name, without the end that Secrets Manager gives it. */
function nameOfSecret(id: string): string {
  return id.startsWith('arn:') ? id.replace(/^.*:secret:/, '').replace(/-\w{6}$/, '') : id;
}
