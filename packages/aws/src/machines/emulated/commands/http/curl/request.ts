import { classifyNetworkError } from '../../../network/network-errors';
import type { Guest } from '../../../system/guest';
import { type ProgramCall, resolvePath } from '../../program';
import { startPatience } from '../patience';
import { CurlError } from './curl-error';
import type { Options } from './options';

const MAX_REDIRECTS = 50;

/** The last answer of a request, and how it was reached. */
export interface Answer {
  response: Response;
  url: URL;
  redirects: number;
}

/** Sends a request and follows its redirects. @throws CurlError for what the network does not give */
export async function request(
  guest: Guest,
  first: URL,
  options: Options,
  call: ProgramCall,
): Promise<Answer> {
  const patience = options.maxSeconds ?? options.connectSeconds;
  const outer = call.context.signal ? [call.context.signal] : [];
  const waiting = startPatience(guest, first.href, patience);
  try {
    return await follow(guest, first, options, call, AbortSignal.any([waiting.signal, ...outer]));
  } catch (error) {
    if (error instanceof CurlError) throw error;
    throw toCurlError(error, first, patience, guest);
  } finally {
    waiting.end();
  }
}

async function follow(
  guest: Guest,
  first: URL,
  options: Options,
  call: ProgramCall,
  signal: AbortSignal,
): Promise<Answer> {
  let url = first;
  let method = chooseMethod(options);
  let body = method === 'GET' || method === 'HEAD' ? undefined : readBody(options, call);
  for (let redirects = 0; ; redirects += 1) {
    const headers = makeHeaders(options, body !== undefined);
    const response = await guest.network.fetch(url.href, {
      method,
      headers,
      redirect: 'manual',
      trustsAny: options.insecure,
      signal,
      ...(body && { body }),
    });
    const location = response.headers.get('location');
    if (!options.follow || location === null || response.status < 300 || response.status > 399)
      return { response, url, redirects };
    if (redirects >= MAX_REDIRECTS) throw new CurlError(47, `Maximum (${MAX_REDIRECTS}) redirects followed`);
    await response.arrayBuffer();
    url = new URL(location, url);
    if (response.status <= 303 && method !== 'HEAD') {
      method = 'GET';
      body = undefined;
    }
  }
}

function chooseMethod({ method, head, upload, data, query }: Options): string {
  if (method !== undefined) return method;
  if (head) return 'HEAD';
  if (upload) return 'PUT';
  return data.length > 0 && !query ? 'POST' : 'GET';
}

function makeHeaders(options: Options, hasBody: boolean): Headers {
  const headers = new Headers([['user-agent', 'curl/8.11.1'], ['accept', '*/*'], ...options.headers]);
  if (hasBody && options.data.length > 0 && !headers.has('content-type'))
    headers.set('content-type', 'application/x-www-form-urlencoded');
  return headers;
}

function toCurlError(
  error: unknown,
  { hostname, port, protocol }: URL,
  seconds: number,
  guest: Guest,
): Error {
  if (guest.power.aborted) return error instanceof Error ? error : new Error(String(error));
  const shownPort = port || (protocol === 'https:' ? '443' : '80');
  switch (classifyNetworkError(error)) {
    case 'resolve':
      return new CurlError(6, `Could not resolve host: ${hostname}`);
    case 'certificate':
      return new CurlError(
        60,
        'SSL certificate problem: self-signed certificate\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.',
      );
    case 'refused':
      return new CurlError(
        7,
        `Failed to connect to ${hostname} port ${shownPort} after 0 ms: Could not connect to server`,
      );
    case 'timeout':
    case 'aborted':
      return new CurlError(
        28,
        `Failed to connect to ${hostname} port ${shownPort} after ${Math.round(seconds * 1000)} ms: Timeout was reached`,
      );
    default:
      return new CurlError(56, `Recv failure: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The URL that a word means. @throws CurlError for what is none, or no HTTP */
export function normalizeUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw new CurlError(3, 'URL rejected: Malformed input to a URL function');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlError(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`);
  return url;
}

function readBody(options: Options, call: ProgramCall): Uint8Array<ArrayBuffer> | undefined {
  if (options.upload !== undefined)
    return Uint8Array.from(call.guest.disk.read(resolvePath(call, options.upload)));
  if (options.data.length === 0) return undefined;
  return Uint8Array.from(Buffer.from(options.data.join('&'), 'latin1'));
}
