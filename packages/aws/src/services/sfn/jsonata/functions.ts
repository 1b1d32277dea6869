import { createHash } from 'node:crypto';
import jsonata, { type Expression } from 'jsonata';
import { randomFraction, uuid } from '../../../core/ids';
import type { Json } from '../language/definition';
import { javaRandom } from './java-random';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The longest list that $range makes. */
const MOST_ITEMS = 360_145;

/** What AWS says of an expression that needs too much memory. */
export const MEMORY_LIMIT = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

/**
 * Gives an expression the functions that Step Functions adds to JSONata, and takes `$eval` away; `$now` and `$millis` tell AWS's time.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 *
 * @param now AWS's time, in milliseconds
 */
export function addFunctions(expression: Expression, now: () => number): void {
  expression.assign('eval', undefined);
  expression.registerFunction('partition', partition, '<an:a<a>>');
  expression.registerFunction('range', range, '<nnn:x>');
  expression.registerFunction('hash', hash, '<ss:s>');
  expression.registerFunction('random', (seed?: number) => random(seed), '<n?:n>');
  expression.registerFunction('uuid', () => uuid(), '<:s>');
  expression.registerFunction('parse', (text: string): Json => JSON.parse(text), '<s:x>');
  expression.registerFunction('millis', () => now(), '<:n>');
  expression.registerFunction('now', (...format: string[]) => writeTime(now(), format), '<s?s?:s>');
}

function partition(items: readonly Json[], size: number): Json[][] {
  const length = Math.floor(size);
  if (length < 1) throw new Error('The chunk size must be a positive integer');
  const count = Math.ceil(items.length / length);
  return Array.from({ length: count }, (_, i) => items.slice(i * length, (i + 1) * length));
}

/** A sequence, as JSONata has it: one of a single number is that number. */
function range(first: number, last: number, step: number): number[] {
  const [start, end, delta] = [Math.floor(first), Math.floor(last), Math.floor(step)];
  if (delta === 0) throw new Error('The step must not be 0');
  const length = Math.max(0, Math.floor((end - start) / delta) + 1);
  if (length > MOST_ITEMS) throw new Error(MEMORY_LIMIT);
  const numbers = Array.from({ length }, (_, i) => start + i * delta);
  return length === 1 ? Object.defineProperty(numbers, 'sequence', { value: true }) : numbers;
}

function hash(text: string, name: string): string {
  const algorithm = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (!algorithm) throw new Error(`The algorithm must be one of ${Object.keys(HASHES).join(', ')}`);
  return createHash(algorithm).update(text).digest('hex');
}

function random(seed: number | undefined): number {
  return seed === undefined ? randomFraction() : javaRandom(seed);
}

/** As JSONata's own $now writes it, with a picture and a time zone where they are given. */
function writeTime(millis: number, [picture, timezone]: readonly (string | undefined)[]): Promise<unknown> {
  return jsonata('$fromMillis($millis, $picture, $timezone)').evaluate(undefined, {
    millis,
    picture,
    timezone,
  });
}
