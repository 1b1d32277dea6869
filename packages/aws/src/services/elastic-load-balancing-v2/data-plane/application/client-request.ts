import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders as Http2Headers, ServerHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';

/** A client's request, as HTTP/1.1 has it: also one that came over HTTP/2. */
export interface ClientRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: string[];
  /** The port from which the client's connection came. */
  readonly clientPort: number | undefined;
  readonly body: Readable;
}

/** A request of HTTP/1.1. */
export function ofMessage(incoming: IncomingMessage): ClientRequest {
  const { method = '', url = '', httpVersion, headers, headersDistinct, rawHeaders, socket } = incoming;
  const clientPort = socket.remotePort;
  return { method, url, httpVersion, headers, headersDistinct, rawHeaders, clientPort, body: incoming };
}

/**
 * A request of HTTP/2. Its host is the authority, and a body of unknown length is chunked (RFC 9113, 8.3.1 and 8.1); of its cookies Node.js
 * has made one header again (8.2.3).
 */
export function ofStream(
  stream: ServerHttp2Stream,
  headers: Http2Headers,
  clientPort: number | undefined,
): ClientRequest {
  const { ':method': method = '', ':path': url = '', ':authority': authority, ...rest } = headers;
  const isEndless = !stream.endAfterHeaders && headers['content-length'] === undefined;
  const plain: IncomingHttpHeaders = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(':'))),
    ...(headers.host === undefined && authority !== undefined && { host: authority }),
    ...(isEndless && { 'transfer-encoding': 'chunked' }),
  };
  const headersDistinct = Object.fromEntries(
    Object.entries(plain).map(([name, value = '']) => [name, [value].flat()]),
  );
  const rawHeaders = Object.entries(headersDistinct).flatMap(([name, values]) =>
    values.flatMap((value) => [name, value]),
  );
  return {
    ...{ method, url, httpVersion: '2.0', clientPort, body: stream },
    ...{ headers: plain, headersDistinct, rawHeaders },
  };
}
