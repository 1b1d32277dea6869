import type { RawRequest } from '../caller';
import type { Random } from './random';

/** Page tokens as other operations of the embedded AWS, and of AWS, give them. */
const FOREIGN_TOKENS = [
  Buffer.from(JSON.stringify(['abcdefghijkl', 'vpc-1', 1])).toString('base64'),
  Buffer.from(JSON.stringify({ from: 1 })).toString('base64'),
  'eyJ2IjoyLCJjIjoiMSJ9',
  '==',
];

const nested = (depth: number): unknown => (depth === 0 ? 'a' : { a: [nested(depth - 1)] });

/** Values that stand where others are expected. */
const ODD: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => '',
  () => ' ',
  () => 'a\u0000b\u0001\u001b',
  () => '\ud800',
  () => '💥\u202e',
  () => 'a'.repeat(10_000),
  () => '*',
  () => '../../etc/passwd',
  () => '%00%zz',
  () => '<a>&]]>',
  () => '{{7*7}}',
  () => 'arn:aws:ec2:us-east-1:000000000000:vpc/vpc-00000000000000000',
  () => 'i-00000000000000000',
  () => '__proto__',
  () => 'constructor',
  () => -1,
  () => 0,
  () => 1.5,
  () => 2 ** 31,
  () => 1e308,
  () => Number.NaN,
  () => true,
  () => [],
  () => [null],
  () => ['a', 1, {}],
  () => ({}),
  () => ({ toString: 'a', constructor: 'a' }),
  () => JSON.parse('{"__proto__":{"a":"a"}}'),
  () => nested(20),
  () => new Date(8.64e15),
  () => new Date(0),
  () => Array.from({ length: 1100 }, () => 'a'),
  (random) => random.pick(FOREIGN_TOKENS),
];

const TOKEN = /^(NextToken|nextToken|Marker|marker|ContinuationToken|PageToken|StartingToken)$/;

/** An input with one thing wrong in it. The one that is given stays as it is. */
export function mutate(input: Record<string, unknown>, random: Random): Record<string, unknown> {
  const places = [...placesIn(input, [])];
  const path = places.length > 0 && !random.chance(0.1) ? random.pick(places) : [];
  if (path.length === 0) return { ...input, [random.pick(EXTRA)]: random.pick(ODD)(random) };
  if (random.chance(0.2)) return replaced(input, path, undefined) as Record<string, unknown>;
  const value = TOKEN.test(String(path.at(-1))) ? random.pick(FOREIGN_TOKENS) : random.pick(ODD)(random);
  return replaced(input, path, value) as Record<string, unknown>;
}

/** Members that many inputs have, and that are not often given. */
const EXTRA = [
  'NextToken',
  'nextToken',
  'Marker',
  'MaxResults',
  'MaxItems',
  'Filters',
  'DryRun',
  'Limit',
  'Tags',
];

type Path = readonly (string | number)[];

function* placesIn(value: unknown, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* placesIn(item, [...path, i]);
  else if (isPlain(value))
    for (const [key, item] of Object.entries(value)) yield* placesIn(item, [...path, key]);
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? replaced(item, rest, by) : item));
  const members = value as Record<string, unknown>;
  return { ...members, [key]: replaced(members[key], rest, by) };
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Bodies that no protocol expects. */
export const ODD_BODIES: readonly (readonly [string, Buffer])[] = [
  ['null', Buffer.from('null')],
  ['a number', Buffer.from('1')],
  ['a list', Buffer.from('[]')],
  ['a text', Buffer.from('"x"')],
  ['half an object', Buffer.from('{')],
  ['nothing', Buffer.alloc(0)],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xff])],
  ['deep nesting', Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)],
  ['deep lists', Buffer.from('['.repeat(50_000))],
  ['a huge key', Buffer.from(JSON.stringify({ ['a'.repeat(200_000)]: 'a' }))],
  ['__proto__', Buffer.from('{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}')],
  ['XML', Buffer.from('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;<a></a>')],
  ['deep XML', Buffer.from('<a>'.repeat(5_000))],
  ['a form with odd keys', Buffer.from('Action=&Version=&.=&..=&A.0.=1&A.1=1&A.1.B=2&__proto__.a=1&=&%=%')],
];

const replaceBody =
  (make: (body: Buffer, random: Random) => Buffer) =>
  (request: RawRequest, random: Random): RawRequest => ({ ...request, body: make(request.body, random) });

const MANGLES: readonly ((request: RawRequest, random: Random) => RawRequest)[] = [
  replaceBody((_body, random) => random.pick(ODD_BODIES)[1]),
  replaceBody((body, random) => body.subarray(0, random.int(0, body.length))),
  replaceBody((body) => Buffer.concat([body, body])),
  replaceBody((body, random) => spoil(body, random)),
  replaceBody((body, random) => spoil(spoil(spoil(body, random), random), random)),
  replaceBody((body) => Buffer.from(body.toString().replaceAll(/=[^&]+/g, '=%00'))),
  replaceBody((body) => Buffer.from(`${body}&A.member.0=1&A.member.999999999=1&Filter.1.Value.x=1`)),
  replaceBody((body) => Buffer.from(body.toString().replaceAll(/"[^"]*"(?=[,}\]])/g, 'null'))),
  replaceBody((body) => Buffer.from(body.toString().replaceAll(/"[^"]*"(?=[,}\]])/g, '{"a":[]}'))),
  (request, random) =>
    withHeader(
      request,
      'content-type',
      random.pick(['text/plain', '', 'a/b', 'application/json; charset=utf-16']),
    ),
  (request) => withHeader(request, 'content-encoding', 'gzip'),
  (request, random) => withHeader(request, 'x-amz-target', random.pick(['', '.', 'Unknown.Unknown', 'a'])),
  (request) => withHeader(request, 'smithy-protocol', 'rpc-v2-cbor'),
  (request, random) => ({
    ...request,
    method: random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'POST']),
  }),
  (request, random) => ({
    ...request,
    path: `${request.path}${random.pick(['%', '//', '/../..', '?', '?a', '?Action=a', '%00', '/%2e%2e/'])}`,
  }),
  (request) => ({ ...request, path: request.path.replaceAll(/[a-z]/g, '%C0') }),
];

/** A request that the SDK has made, spoilt by hand. */
export function mangle(request: RawRequest, random: Random): RawRequest {
  return random.pick(MANGLES)(request, random);
}

function withHeader(request: RawRequest, name: string, value: string): RawRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

function spoil(body: Buffer, random: Random): Buffer {
  const copy = Buffer.from(body);
  if (copy.length > 0) copy[random.int(0, copy.length - 1)] = random.int(0, 255);
  return copy;
}
