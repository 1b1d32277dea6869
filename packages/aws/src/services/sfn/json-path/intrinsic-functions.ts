import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { randomInt, uuid } from '../../../core/ids';
import type { Json } from '../language/definition';

/** A function of the Amazon States Language: how many arguments it takes, and what it makes of them. */
interface IntrinsicFunction {
  readonly arity: readonly [least: number, most: number];
  /** Throws an Error that says what is wrong with the arguments. */
  readonly run: (...args: Json[]) => Json;
}

/** Items that ArrayRange makes at most, and characters that are encoded, decoded or hashed at most. */
const MOST_ITEMS = 1000;
const MOST_CHARACTERS = 10_000;
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** By name; States.Format is with the evaluator, because its template reads backslashes of its own. */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  'States.StringToJson': { arity: [1, 1], run: (text) => JSON.parse(readText(text)) },
  'States.JsonToString': { arity: [1, 1], run: (value) => JSON.stringify(value) },
  'States.Array': { arity: [0, Number.POSITIVE_INFINITY], run: (...items) => items },
  'States.ArrayPartition': {
    arity: [2, 2],
    run: (value, size) => {
      const items = readArray(value);
      const length = readInteger(size);
      if (length < 1) throw new Error('The chunk size must be a positive integer');
      const count = Math.ceil(items.length / length);
      return Array.from({ length: count }, (_, i) => items.slice(i * length, (i + 1) * length));
    },
  },
  'States.ArrayContains': {
    arity: [2, 2],
    run: (value, wanted) => readArray(value).some((item) => isDeepStrictEqual(item, wanted)),
  },
  'States.ArrayRange': { arity: [3, 3], run: (...bounds) => makeRange(bounds.map(readInteger)) },
  'States.ArrayGetItem': {
    arity: [2, 2],
    run: (value, index) => {
      const item = readArray(value)[readInteger(index)];
      if (item === undefined) throw new Error(`Index ${index} is out of bounds`);
      return item;
    },
  },
  'States.ArrayLength': { arity: [1, 1], run: (value) => readArray(value).length },
  'States.ArrayUnique': {
    arity: [1, 1],
    run: (value) =>
      readArray(value).filter(
        (item, i, all) => all.findIndex((other) => isDeepStrictEqual(other, item)) === i,
      ),
  },
  'States.Base64Encode': {
    arity: [1, 1],
    run: (text) => Buffer.from(readShortText(text)).toString('base64'),
  },
  'States.Base64Decode': {
    arity: [1, 1],
    run: (value) => {
      const text = readShortText(value);
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('The text is not Base64');
      return Buffer.from(text, 'base64').toString();
    },
  },
  'States.Hash': {
    arity: [2, 2],
    run: (value, name) => {
      const algorithm = HASHES[readText(name)];
      if (!algorithm) throw new Error(`The algorithm must be one of ${Object.keys(HASHES).join(', ')}`);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return createHash(algorithm).update(readShortText(text)).digest('hex');
    },
  },
  'States.JsonMerge': {
    arity: [3, 3],
    run: (first, second, isDeep) => {
      if (isDeep !== false) throw new Error('Only the shallow merging mode is supported: false');
      return { ...readObject(first), ...readObject(second) };
    },
  },
  'States.MathRandom': {
    arity: [2, 3],
    run: (from, to, seed) => {
      const [least, end] = [readInteger(from), readInteger(to)];
      if (least >= end) throw new Error('The start must be less than the end');
      if (seed === undefined) return randomInt(least, end);
      // The same seed gives the same number.
      const digest = createHash('sha256')
        .update(String(readInteger(seed)))
        .digest();
      return least + (digest.readUIntBE(0, 6) % (end - least));
    },
  },
  'States.MathAdd': { arity: [2, 2], run: (a, b) => readInteger(a) + readInteger(b) },
  'States.StringSplit': {
    arity: [2, 2],
    run: (text, delimiters) => {
      const marks = new Set(readText(delimiters));
      const parts = [''];
      for (const character of readText(text))
        if (marks.has(character)) parts.push('');
        else parts[parts.length - 1] += character;
      return parts.filter((part) => part !== '');
    },
  },
  'States.UUID': { arity: [0, 0], run: () => uuid() },
};

function makeRange([first = 0, last = 0, step = 0]: readonly number[]): number[] {
  if (step === 0) throw new Error('The step must not be 0');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > MOST_ITEMS) throw new Error(`The array has more than ${MOST_ITEMS} items`);
  return Array.from({ length }, (_, i) => first + i * step);
}

function readText(value: Json): string {
  if (typeof value === 'string') return value;
  throw new Error(`A string was expected, not ${JSON.stringify(value)}`);
}

function readShortText(value: Json): string {
  const text = readText(value);
  if (text.length > MOST_CHARACTERS)
    throw new Error(`The string is longer than ${MOST_CHARACTERS} characters`);
  return text;
}

function readArray(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  throw new Error(`An array was expected, not ${JSON.stringify(value)}`);
}

function readObject(value: Json): { [key: string]: Json } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error(`A JSON object was expected, not ${JSON.stringify(value)}`);
}

/** Numbers with a fraction are rounded. */
function readInteger(value: Json): number {
  if (typeof value === 'number') return Math.round(value);
  throw new Error(`A number was expected, not ${JSON.stringify(value)}`);
}
