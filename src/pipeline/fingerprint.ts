import { createHash } from 'node:crypto';
import { type Pipeline, secretsOf } from './pipeline';

/** What a fingerprint is made of, beside the pipeline. */
export interface FingerprintInputs {
  /** The AMI that the base image stands for now. */
  baseImageId: string;
  /** The resolved values of the parameters. */
  parameters: Record<string, string>;
  /** Which version of it each parameter that names an object of S3 names now. */
  contents?: Record<string, string>;
  /** The instance profile of base instances. */
  instanceProfile?: string;
}

/** How Kiln makes an image of these. Another number makes other images. */
const WAY = 'kiln-image-3';

/** Longer values are told by their hash. Characters. */
const LONGEST_VALUE = 200;

/**
 * All that shapes an image, by what it is in words: values that may be told, or hashes of them. What only says when, where to and how
 * carefully (description, rollout, triggers, how long things may take) is not among it.
 */
export function ingredientsOf(pipeline: Pipeline, inputs: FingerprintInputs): Record<string, string> {
  const { base, healthy, image } = pipeline.definition;
  const { port, path, status, contains, times } = healthy;
  const { test, skipChecks, scan } = image;
  const named = (prefix: string, values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));
  return {
    'base image': inputs.baseImageId,
    'instance type': base.instanceType,
    'root volume': `${base.volumeSize} GiB`,
    'key pair': base.keyName ?? 'none',
    'instance profile': inputs.instanceProfile ?? 'none',
    'user data': hash(pipeline.userDataScript),
    preparation: base.prepare === 'none' ? 'none' : 'agent',
    'prepare.sh': pipeline.prepareScript === undefined ? 'none' : hash(pipeline.prepareScript),
    'health criteria': hash(JSON.stringify([port, path, status, contains ?? null, times])),
    checks: hash(JSON.stringify([test, sorted(skipChecks), scan ? [scan.max, scan.fixAvailable] : null])),
    ...named('test', Object.fromEntries((pipeline.tests ?? []).map((one) => [one.name, hash(one.script)]))),
    ...named('parameter', mapValues(inputs.parameters, shorten)),
    ...named('content of', inputs.contents ?? {}),
    'way of Kiln': WAY,
  };
}

/** The ingredients of an earlier image as they may be told: what was given in the clear before a parameter became secret is not. */
export function hideSecretIngredients(
  pipeline: Pipeline,
  before: Record<string, string>,
): Record<string, string> {
  const hidden = secretsOf(pipeline).map((name) => `parameter ${name}`);
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => [
      name,
      hidden.includes(name) && !value.startsWith('resolve:') ? '(not kept)' : value,
    ]),
  );
}

/**
 * The fingerprint of an image: the same for two builds that would make the same image, else another.
 *
 * @returns SHA-256 in hex
 */
export function fingerprint(pipeline: Pipeline, inputs: FingerprintInputs): string {
  return fingerprintOf(ingredientsOf(pipeline, inputs));
}

/** The same of ingredients. */
export function fingerprintOf(ingredients: Record<string, string>): string {
  return hash(JSON.stringify(sorted(ingredients)));
}

/**
 * What is otherwise of an image than of another, in words: `base image ami-1 -> ami-2`. What is a hash only is said to have changed.
 *
 * @param before the ingredients of the other
 */
export function describeDifference(before: Record<string, string>, now: Record<string, string>): string[] {
  return describeDifferences(findDifferences(before, now));
}

/** The same of differences that are known. */
export function describeDifferences(differences: readonly Difference[]): string[] {
  return differences.map(({ what, before: was, after: is }) => {
    if (was === undefined) return `${what} is new`;
    if (is === undefined) return `${what} is gone`;
    return HASH.test(was) || HASH.test(is) ? `${what} changed` : `${what} ${was} -> ${is}`;
  });
}

const HASH = /^[0-9a-f]{64}$/;

/** Something that shapes an image and is otherwise than of another. */
export interface Difference {
  /** What it is, in words: `base image`. */
  what: string;
  /** Missing where it is new. */
  before?: string;
  /** Missing where it is gone. */
  after?: string;
}

/** What is otherwise of an image than of another. */
export function findDifferences(before: Record<string, string>, now: Record<string, string>): Difference[] {
  return Object.keys({ ...before, ...now }).flatMap((what) => {
    const [was, is] = [before[what], now[what]];
    if (was === is) return [];
    return [{ what, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function shorten(value: string): string {
  return value.length > LONGEST_VALUE ? hash(value) : value;
}

/** As a list: its order is fixed, so that equal inputs are equal text. */
function sorted(mapping: object): [string, unknown][] {
  return Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1));
}

function mapValues(values: Record<string, string>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
