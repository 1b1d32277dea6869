import type { ClientRequest } from './client-request';

/** Application Load Balancer User Guide, Quotas, HTTP headers: a request line, a single header, all headers. */
const LONGEST_REQUEST_LINE = 16 * 1024;
const LONGEST_HEADER = 16 * 1024;
const LONGEST_HEADERS = 64 * 1024;
const MOST_FORWARDED_ADDRESSES = 30;

/** Bytes that the parser must take so that it is for `refusalOf` to judge. */
export const PARSED_BYTES = 2 * (LONGEST_REQUEST_LINE + LONGEST_HEADERS);
/** A target's answer with more is 502. */
export const LONGEST_RESPONSE_HEADERS = 32 * 1024;

/**
 * The status of a request that the load balancer answers itself, whatever the rules say; undefined for all others.
 * Application Load Balancer User Guide, Troubleshoot.
 */
export function refusalOf(incoming: ClientRequest): number | undefined {
  const { method, url, headers, rawHeaders, httpVersion } = incoming;
  if (method.length + url.length > LONGEST_REQUEST_LINE) return 414;
  // The parser lets other characters pass, `http.request` does not.
  if (!/^[\x21-\x7e]+$/.test(url)) return 400;
  if (headers.host === undefined && httpVersion !== '1.0') return 400;
  let total = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const length = (rawHeaders[index] ?? '').length + (rawHeaders[index + 1] ?? '').length;
    total += length;
    if (length > LONGEST_HEADER || total > LONGEST_HEADERS) return 400;
  }
  if (method === 'TRACE') return 405;
  if (String(headers['x-forwarded-for'] ?? '').split(',').length > MOST_FORWARDED_ADDRESSES) return 463;
  return undefined;
}
