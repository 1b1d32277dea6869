import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock';
import { secureSocket } from '../fetch';
import type { Network, Source } from '../index';

/**
 * Real seconds that a target always has for its answer. Its server and its bytes are real and do not go faster when AWS's
 * clock does; packets that the network drops time out by AWS's clock alone.
 */
const LEAST_REAL_SECONDS = 2;

/** How a load balancer asks a target for its health. */
export interface Probe {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'SSL';
  readonly port: number;
  /** With HTTP and HTTPS. */
  readonly path?: string;
  readonly timeoutSeconds: number;
  readonly userAgent: string;
}

/** What became of a probe: the port is open (TCP, SSL), an HTTP status, or neither. */
export type ProbeResult =
  | { readonly kind: 'open' | 'timeout' | 'failed' }
  | { readonly kind: 'answered'; readonly status: number };

/** Asks a target once, from a load balancer's node. */
export async function probe(
  { network, clock }: { network: Network; clock: Clock },
  node: Source,
  address: string,
  { protocol, port, path = '/', timeoutSeconds, userAgent }: Probe,
  signal: AbortSignal,
): Promise<ProbeResult> {
  let socket: Socket;
  try {
    socket = await network.connect(node, address, port, { signal, patience: timeoutSeconds });
  } catch (error) {
    return { kind: (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? 'timeout' : 'failed' };
  }
  if (protocol === 'TCP') {
    socket.destroy();
    return { kind: 'open' };
  }
  const deadline = new AbortController();
  const seconds = Math.max(timeoutSeconds, LEAST_REAL_SECONDS * clock.scale);
  const cancel = clock.after(seconds, () => {
    deadline.abort();
    socket.destroy();
  });
  try {
    const channel = protocol === 'HTTP' ? socket : await secureSocket(socket, address);
    if (protocol === 'SSL') return { kind: 'open' };
    const headers = { host: port === 80 ? address : `${address}:${port}`, 'user-agent': userAgent };
    const status = await askForStatus(channel, path, headers, AbortSignal.any([signal, deadline.signal]));
    return { kind: 'answered', status };
  } catch {
    return { kind: deadline.signal.aborted ? 'timeout' : 'failed' };
  } finally {
    cancel();
    socket.destroy();
  }
}

function askForStatus(
  socket: Socket,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({
      createConnection: () => socket,
      path,
      headers: { ...headers, 'accept-encoding': 'gzip, compressed' },
      signal,
    });
    asking.once('error', reject);
    asking.once('response', (response) => {
      response.once('error', reject);
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.end();
  });
}
