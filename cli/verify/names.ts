import { randomInt } from 'node:crypto';
import { parameterRoot } from '../../src/pipeline/reach';

/** What a verification makes, by name: nothing else in the account begins so. */
export interface Names {
  /** Of the verification, and of the stack with the service: `kiln-verify-x3f9qk`. */
  readonly name: string;
  readonly region: string;
  /** The stage of the service. */
  readonly stage: string;
  /** The stack with the fleet, and what its names begin with. */
  readonly fleet: string;
  readonly group: string;
  /** The HTTP API, as Serverless names it. */
  readonly api: string;
  /** The root of the names of the SSM parameters. */
  readonly root: string;
  readonly network: string;
  /** The value of the tag `kiln:service`. */
  readonly service: string;
}

export const PIPELINE = 'web';

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 6;
const NAME = /^kiln-verify-[a-z0-9]{1,6}$/;

/** A name that no other verification has, in all likelihood. */
export function newName(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]);
  return `kiln-verify-${letters.join('')}`;
}

/**
 * All names of a verification.
 *
 * @throws Error where the name is none: what is removed by name must not be able to be a deployment of somebody's
 */
export function namesOf(name: string, region: string): Names {
  if (!NAME.test(name))
    throw new Error(
      `--name: expected kiln-verify- and one to six lower-case letters and digits, not '${name}': a verification removes all that is named so`,
    );
  const stage = name.slice('kiln-'.length);
  const fleet = `${name}-fleet`;
  const root = parameterRoot(stage);
  return {
    name,
    region,
    stage,
    fleet,
    group: `${fleet}-${PIPELINE}`,
    api: `${stage}-kiln`,
    root,
    network: `${root}/network`,
    service: `${name}@${region}`,
  };
}

/** The command that removes all that carries the name, however far the verification came. */
export function removalCommand({ name, region }: Names): string {
  return `npm run verify -- --region ${region} --remove ${name}`;
}
