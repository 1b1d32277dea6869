import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers of a request that a proxy sends on: as `forwardedHeaders`, and a body of unknown length stays one, whatever the
 * method: Node.js would give it to some methods only.
 */
export function requestHeaders(
  request: Pick<IncomingMessage, 'headers' | 'headersDistinct' | 'rawHeaders'>,
  own: OutgoingHttpHeaders = {},
): OutgoingHttpHeaders {
  const chunked = request.headers['transfer-encoding'] && 'chunked';
  return forwardedHeaders(request, { ...own, 'Transfer-Encoding': chunked });
}

/**
 * The headers that a proxy passes on, spelled as they came: all but those for this hop alone (RFC 9110, 7.6.1), also those
 * that `Connection` names.
 * @param own headers that take the place of those with the same name; an undefined one takes it away
 */
export function forwardedHeaders(
  message: Pick<IncomingMessage, 'headersDistinct' | 'rawHeaders'>,
  own: OutgoingHttpHeaders = {},
): OutgoingHttpHeaders {
  const { headersDistinct, rawHeaders } = message;
  const dropped = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  for (const name of String(headersDistinct.connection ?? '').split(','))
    dropped.add(name.trim().toLowerCase());
  const spelling = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    spelling.set(name.toLowerCase(), name);
  }
  const kept: OutgoingHttpHeaders = {};
  for (const [name, values] of Object.entries(headersDistinct)) {
    if (!values || HOP_BY_HOP.has(name) || dropped.has(name)) continue;
    // `http.request` takes a list for headers that may be repeated, and insists on plain text for `host`.
    kept[spelling.get(name) ?? name] = values.length === 1 ? values[0] : values;
  }
  for (const [name, value] of Object.entries(own)) if (value !== undefined) kept[name] = value;
  return kept;
}
