import { createHash } from 'node:crypto';
import type { WireRequest } from '../core/service';
import type { Signature } from './signature';

/** SHA-256 of nothing, hexadecimal. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export function sha256(data: Buffer | string): string {
  if (data.length === 0) return EMPTY_HASH;
  // What came over HTTP is there one character a byte.
  return (
    typeof data === 'string' ? createHash('sha256').update(data, 'latin1') : createHash('sha256').update(data)
  ).digest('hex');
}

/**
 * The canonical form of a request, over which its signature goes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @param payloadHash what the signature says of the body
 * @param isS3 S3 alone takes paths as they are
 */
export function canonicalRequest(
  request: Pick<WireRequest, 'method' | 'path' | 'rawQuery' | 'headers'>,
  { signedHeaders }: Pick<Signature, 'signedHeaders'>,
  payloadHash: string,
  isS3: boolean,
): string {
  const names = [...signedHeaders].sort();
  const headers = names.map((name) => `${name}:${oneLine(request.headers[name] ?? '')}\n`);
  return [
    request.method,
    isS3 ? encodeText(decodePercent(request.path), true) : encodeText(normalize(request.path), true),
    canonicalQuery(request.rawQuery),
    headers.join(''),
    names.join(';'),
    payloadHash,
  ].join('\n');
}

export function stringToSign(
  { algorithm, signedAt, scope }: Pick<Signature, 'algorithm' | 'signedAt' | 'scope'>,
  canonical: string,
): string {
  return [algorithm, signedAt, scope, sha256(canonical)].join('\n');
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  const pairs = rawQuery
    .split('&')
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('=');
      const [name, value] = at < 0 ? [one, ''] : [one.slice(0, at), one.slice(at + 1)];
      return [recode(name), recode(value)] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature');
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const oneLine = (value: string) => value.trim().replace(/ {2,}/g, ' ');
const recode = (text: string) => encodeText(decodePercent(text.replaceAll('+', ' ')), false);

/** Bytes, one a character, of a text that is percent-encoded. */
function decodePercent(text: string): string {
  return text.includes('%')
    ? text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

const RESERVED = /[^A-Za-z0-9\-._~]/g;
const RESERVED_IN_PATH = /[^A-Za-z0-9\-._~/]/g;

/** @param text one character a byte */
function encodeText(text: string, isPath: boolean): string {
  return text.replace(
    isPath ? RESERVED_IN_PATH : RESERVED,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** A path without empty and relative segments. https://datatracker.ietf.org/doc/html/rfc3986#section-6 */
function normalize(path: string): string {
  if (!/\/\/|\/\.\.?(\/|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const end = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${end}`;
}
