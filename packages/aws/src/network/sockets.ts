import { connect, type Socket } from 'node:net';
import type { Attachment } from './attachments';
import { ConnectionError } from './connection-error';
import type { OpenVerdict } from './traffic-rules';

/** Settings of one connection. */
export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** AWS seconds after which a dropped packet is given up. */
  readonly patience?: number;
  /** The address that the target's security groups see, if it is not the source's own (a load balancer that preserves it). */
  readonly onBehalfOf?: string;
  /** Whether the connection stays open for sending when the other end has no more to send, as with any TCP program. */
  readonly allowHalfOpen?: boolean;
}

/** Where an accepted connection came from. */
export interface Arrival {
  readonly address: string;
  /** The interface that the source dialled. */
  readonly interfaceId: string;
}

/** The real TCP connections of the network, on the loopback address, and where each came from. */
export class Sockets {
  /** By the loopback port that is dialled. */
  private readonly dialling = new Map<number, Set<Promise<void>>>();
  /** By both loopback ports of the connection. */
  private readonly arrivals = new Map<string, Arrival>();

  /**
   * Opens the connection of a verdict.
   * @param from the interface that it begins at; undefined for the internet
   * @throws ConnectionError `ECONNREFUSED`, `ECONNRESET`; the signal's reason when that aborts
   */
  dial(
    from: Attachment | undefined,
    verdict: OpenVerdict,
    address: string,
    port: number,
    { signal, allowHalfOpen }: ConnectOptions,
  ): Promise<Socket> {
    const { target, loopbackPort, seen } = verdict;
    const socket = connect({ host: '127.0.0.1', port: loopbackPort, allowHalfOpen });
    const dialled = new Promise<Socket>((resolve, reject) => {
      const onAbort = () => {
        socket.destroy();
        reject(signal?.reason);
      };
      const onError = () => {
        settle();
        reject(new ConnectionError('ECONNREFUSED', address, port));
      };
      const settle = () => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      socket.once('connect', () => {
        settle();
        const key = `${socket.localPort}>${loopbackPort}`;
        this.arrivals.set(key, { address: seen.address, interfaceId: target.nic.id });
        socket.once('close', () => this.arrivals.delete(key));
        socket.off('error', onError);
        resolve(socket);
      });
      socket.once('error', onError);
      socket.once('close', () => {
        settle();
        reject(new ConnectionError('ECONNRESET', address, port));
      });
      for (const end of [target, from]) {
        end?.sockets.add(socket);
        socket.once('close', () => end?.sockets.delete(socket));
      }
    });
    this.note(loopbackPort, dialled);
    return dialled;
  }

  /**
   * Where a connection that a server accepted on the loopback address came from. Undefined when it did not come through the
   * network: somebody opened the loopback port itself.
   */
  async arrivalOf(socket: Socket): Promise<Arrival | undefined> {
    const { localPort, remotePort } = socket;
    if (localPort === undefined || remotePort === undefined) return undefined;
    const key = `${remotePort}>${localPort}`;
    if (!this.arrivals.has(key)) await Promise.all(this.dialling.get(localPort) ?? []);
    return this.arrivals.get(key);
  }

  private note(loopbackPort: number, dialled: Promise<Socket>): void {
    const pending = this.dialling.get(loopbackPort) ?? new Set();
    this.dialling.set(loopbackPort, pending);
    const over = dialled.then(
      () => undefined,
      () => undefined,
    );
    pending.add(over);
    void over.then(() => {
      pending.delete(over);
      if (pending.size === 0) this.dialling.delete(loopbackPort);
    });
  }
}
