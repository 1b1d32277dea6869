import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GuestRequest } from '../network/guest-network';

/** Headers that belong to one connection, and those that Node makes itself. */
const OF_CONNECTION = new Set(
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length expect content-encoding'.split(
    ' ',
  ),
);

/** HTTP as the web server's machine sees it. */
export type FetchFromMachine = (url: string, init: GuestRequest) => Promise<Response>;

/** An answer of the server behind. */
export interface ProxiedAnswer {
  status: number;
  headers: [string, string][];
  body: Buffer;
}

/**
 * Sends a request on to a server behind this one.
 * @param headers set in place of the client's own
 * @throws what the network throws
 */
export async function fetchBehind(
  fetch: FetchFromMachine,
  url: string,
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): Promise<ProxiedAnswer> {
  const method = request.method ?? 'GET';
  const sent = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct))
    if (!OF_CONNECTION.has(name) && name !== 'host' && name !== 'accept-encoding')
      for (const value of values ?? []) sent.append(name, value);
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const hasBody = method !== 'GET' && method !== 'HEAD' && chunks.length > 0;
  const answer = await fetch(url, {
    method,
    headers: sent,
    redirect: 'manual',
    trustsAny: true,
    ...(hasBody && { body: Uint8Array.from(Buffer.concat(chunks)) }),
  });
  const received = [...answer.headers].filter(([name]) => !OF_CONNECTION.has(name));
  return { status: answer.status, headers: received, body: Buffer.from(await answer.arrayBuffer()) };
}

/** What a proxy appends its client's address to. */
export function forwardedFor(request: IncomingMessage): string {
  const before = request.headers['x-forwarded-for'];
  const client = request.socket.remoteAddress ?? '127.0.0.1';
  return before === undefined ? client : `${String(before)}, ${client}`;
}

/** Hands the answer of the server behind to the client. */
export function sendProxied(request: IncomingMessage, response: ServerResponse, answer: ProxiedAnswer): void {
  const seen = new Set<string>();
  for (const [name, value] of answer.headers) {
    if (seen.has(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
    seen.add(name);
  }
  const isEmpty = request.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  if (!isEmpty) response.setHeader('Content-Length', answer.body.length);
  response.writeHead(answer.status);
  response.end(isEmpty ? undefined : answer.body);
}
