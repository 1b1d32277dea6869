/** A request target that no file can answer; `status` is what a web server says to it. */
export class BadRequestPath extends Error {
  override readonly name = 'BadRequestPath';

  constructor(readonly status: 400 | 404) {
    super(`bad request path (${status})`);
  }
}

export interface RequestPath {
  /** Decoded, absolute, without `.`, `..` and doubled slashes; ends with `/` if it was asked so. */
  path: string;
  /** With its `?`; empty when there is none. */
  query: string;
}

/**
 * Decodes and cleans a request target, so that it can never climb out of a document root.
 * @throws BadRequestPath 400 for broken escapes, NUL, or climbing above the root; 404 for an encoded slash, as Apache
 */
export function parseRequestPath(target: string): RequestPath {
  const withoutOrigin = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = withoutOrigin.indexOf('?');
  const raw = mark < 0 ? withoutOrigin : withoutOrigin.slice(0, mark);
  const query = mark < 0 ? '' : withoutOrigin.slice(mark);
  if (!raw.startsWith('/') && raw !== '') throw new BadRequestPath(400);
  if (/%2f/i.test(raw)) throw new BadRequestPath(404);
  const parts: string[] = [];
  const names = decode(raw).split('/');
  for (const name of names) {
    if (name === '' || name === '.') continue;
    if (name !== '..') parts.push(name);
    else if (parts.pop() === undefined) throw new BadRequestPath(400);
  }
  const last = names.at(-1);
  const isDirectory = parts.length > 0 && (last === '' || last === '.' || last === '..');
  return { path: `/${parts.join('/')}${isDirectory ? '/' : ''}`, query };
}

/** Percent-encodes a decoded path for a Location header or a link. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A Location without what cannot stand in a header: a decoded path may hold line ends. */
export function encodeLocation(location: string): string {
  return location.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function decode(raw: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch (error) {
    if (error instanceof URIError) throw new BadRequestPath(400);
    throw error;
  }
  if (decoded.includes('\0')) throw new BadRequestPath(404);
  return decoded;
}
