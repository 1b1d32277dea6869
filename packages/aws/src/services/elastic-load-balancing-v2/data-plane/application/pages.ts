import type { Duplex } from 'node:stream';
import type { ClientResponse } from './client-response';

const PHRASES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** The `Server` of answers that are the load balancer's own. */
export const SERVER = 'awselb/2.0';

/** The page that an Application Load Balancer answers with when it is the load balancer itself that answers. */
function pageFor(status: number): string {
  const title = [status, PHRASES[status]].filter(Boolean).join(' ');
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** The page with its headers, for a connection whose request could not even be read. It is closed after that. */
function rawPage(status: number): string {
  const page = pageFor(status);
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? ''}\r\nServer: ${SERVER}\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`;
}

/** Answers a connection that no response belongs to, and closes it. */
export function refuse(client: Duplex, status: number): void {
  // Who never closes its own end is not waited for.
  client.once('finish', () => client.destroy());
  client.end(rawPage(status));
}

/** Answers with the load balancer's own page. */
export function sendPage(
  response: ClientResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendOwn(response, status, pageFor(status), 'text/html', headers);
}

/** Answers as the load balancer itself, not a target. */
export function sendOwn(
  response: ClientResponse,
  status: number,
  body: string,
  contentType: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.hasBegun) {
    // What is there as a whole still goes to a client that takes it slowly.
    if (!response.body.writableEnded) response.breakOff();
    return;
  }
  const own = {
    ...response.ownHeaders,
    ...(contentType && { 'Content-Type': contentType }),
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  };
  response.send(status, PHRASES[status], own, body);
}
