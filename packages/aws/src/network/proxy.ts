import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { answerHalfClosed } from './half-closed-clients';
import { forwardedHeaders, requestHeaders } from './headers';
import type { Network, Source } from './index';

/** An HTTP proxy into the network, for programs that cannot call `connect`: people's curl and the functions of a VPC. */
export class NetworkProxy {
  constructor(private readonly network: Network) {}

  /**
   * Answers a request whose target is an absolute URL (`GET http://10.0.1.5/ HTTP/1.1`). What the network does not answer is
   * 504 for a connection that timed out and 502 for the rest, with a line that says why.
   */
  async forward(source: Source, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = parseTarget(incoming.url);
    if (!url) return answer(outgoing, 400, `not an absolute http:// URL: ${incoming.url}`);
    const port = Number(url.port || 80);
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    try {
      const socket = await this.network.connect(source, url.hostname, port, gone.signal);
      await relay(socket, url, incoming, outgoing);
    } catch (error) {
      if (gone.signal.aborted) return;
      const { status, reason } = explain(error, url.hostname, port);
      answer(outgoing, status, reason);
    }
  }

  /** Answers `CONNECT host:port` with a tunnel, or with the same errors as `forward`. */
  async tunnel(source: Source, incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(incoming.url ?? '') ?? [];
    const gone = new AbortController();
    const onGone = () => gone.abort();
    // First of all: the server has let go of the connection, and an error that nobody hears ends the process.
    client.once('close', onGone);
    client.on('error', onGone);
    if (!host || !port || Number(port) > 65_535)
      return refuse(client, 400, `not a host and port: ${incoming.url}`);
    try {
      const socket = await this.network.connect(source, host, Number(port), {
        signal: gone.signal,
        allowHalfOpen: true,
      });
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) socket.write(head);
      join(client, socket);
    } catch (error) {
      if (gone.signal.aborted) return;
      const { status, reason } = explain(error, host, Number(port));
      refuse(client, status, reason);
    }
  }

  /**
   * Starts a proxy of its own on the loopback address whose requests all come from the source.
   * @returns its port and how to end it, with all that is under way
   */
  async startProxy(source: Source): Promise<{ port: number; close: () => Promise<void> }> {
    const tunnels = new Set<Duplex>();
    const server = createServer((incoming, outgoing) => void this.forward(source, incoming, outgoing));
    answerHalfClosed(server);
    server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
      tunnels.add(client);
      client.once('close', () => tunnels.delete(client));
      void this.tunnel(source, incoming, client, head);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const client of tunnels) client.destroy();
      });
    return { port, close };
  }
}

function parseTarget(target: string | undefined): URL | undefined {
  const url = target?.startsWith('http://') && URL.canParse(target) ? new URL(target) : undefined;
  return url?.hostname ? url : undefined;
}

/** Sends the request over the socket and its answer back. Rejects only while no answer has begun. */
function relay(socket: Socket, url: URL, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const onward = request({
      createConnection: () => socket,
      method: incoming.method,
      path: `${url.pathname}${url.search}`,
      headers: requestHeaders(incoming, { Host: url.host }),
      setHost: false,
    });
    onward.once('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, forwardedHeaders(response));
      pipeline(response, outgoing, () => {
        socket.destroy();
        resolve();
      });
    });
    onward.once('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else reject(error);
    });
    outgoing.once('close', () => {
      onward.destroy();
      resolve();
    });
    incoming.pipe(onward);
  });
}

/**
 * Joins two connections: bytes go both ways, and so does the word of one side that it has no more to send. The other side
 * may still have; that takes connections that stay half open. An error or the close of one ends the other.
 */
export function join(left: Duplex, right: Duplex): void {
  const closeBoth = () => {
    left.destroy();
    right.destroy();
  };
  left.on('error', closeBoth).once('close', () => closeAfter(right));
  right.on('error', closeBoth).once('close', () => closeAfter(left));
  left.pipe(right);
  right.pipe(left);
}

/** Closes a connection whose other side has closed, when it has sent on what came before. */
function closeAfter(end: Duplex): void {
  end.end(() => end.destroy());
}

function explain(error: unknown, host: string, port: number): { status: number; reason: string } {
  const place = `${host}:${port}`;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ETIMEDOUT':
      return { status: 504, reason: `no answer from ${place}: connection timed out` };
    case 'ECONNREFUSED':
      return { status: 502, reason: `${place} refused the connection` };
    case 'ENOTFOUND':
      return { status: 502, reason: `could not resolve host: ${host}` };
    case 'ENETUNREACH':
      return { status: 502, reason: `no route to ${place}` };
    default:
      return { status: 502, reason: `the connection to ${place} broke: ${message}` };
  }
}

function answer(outgoing: ServerResponse, status: number, reason: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  outgoing.end(`${reason}\n`);
}

function refuse(client: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  const phrase = { 400: 'Bad Request', 502: 'Bad Gateway', 504: 'Gateway Timeout' }[status] ?? 'Error';
  // Who never closes its own end is not waited for.
  client.once('finish', () => client.destroy());
  client.end(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
