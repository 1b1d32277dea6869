import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { Agent, fetch, type RequestInit, type Response } from 'undici';

type Connect = (host: string, port: number, signal?: AbortSignal) => Promise<Socket>;

/**
 * `fetch` over connections that the given function opens. Every request has a connection of its own, so that it meets the
 * network as it is now; giving up the request gives up the connection attempt.
 */
export async function fetchOver(connect: Connect, url: string | URL, init: RequestInit): Promise<Response> {
  const attempt = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, attempt.signal]) : attempt.signal;
  const agent = new Agent({
    pipelining: 0,
    connect: ({ hostname, port, protocol, servername }, callback) => {
      const secure = protocol === 'https:';
      connect(hostname, Number(port || (secure ? 443 : 80)), signal)
        .then((socket) => (secure ? secureSocket(socket, servername || hostname) : socket))
        .then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
    },
  });
  try {
    return await fetch(url, { ...init, dispatcher: agent });
  } catch (error) {
    attempt.abort(error);
    throw error;
  }
}

/** Begins TLS on a connection; the certificate is not verified. */
export function secureSocket(socket: Socket, servername: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = startTls({ socket, servername, rejectUnauthorized: false });
    socket.once('error', (error) => secure.destroy(error));
    secure.once('error', reject);
    // Where this side gives the connection up there is no error.
    secure.once('close', () => reject(new Error('the connection was closed before TLS was agreed on')));
    secure.once('secureConnect', () => {
      secure.off('error', reject);
      resolve(secure);
    });
  });
}
