import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

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
 * The headers that a proxy passes on: all but those for this hop alone (RFC 9110, 7.6.1), also those that `Connection` names.
 * @param headers as `IncomingMessage.headers` or `headersDistinct` give them, names in lower case
 */
export function forwardedHeaders(headers: IncomingHttpHeaders | NodeJS.Dict<string[]>): OutgoingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !HOP_BY_HOP.has(name) && !named.includes(name),
  );
  // `http.request` takes a list for headers that may be repeated, and insists on plain text for `host`.
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) && value.length === 1 ? value[0] : value]),
  );
}
