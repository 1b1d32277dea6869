import type { Server as PlainServer, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { answerHalfClosed } from '../../../network/half-closed-clients';

/** How long a closing server lets a slow client read its answer, in real milliseconds. */
const PATIENCE_MILLISECONDS = 5000;
/** How long a client may send nothing of its request, or take nothing of its answer: `Timeout` of Apache, `send_timeout` of nginx. Real milliseconds. */
const IDLE_MILLISECONDS = 60_000;

type HttpServer = PlainServer | SecureServer;

/** A port that another program of the machine has. */
export class AddressInUse extends Error {
  override readonly name = 'AddressInUse';

  constructor(readonly port: number) {
    super(`Address already in use: ${port}`);
  }
}

interface Listener {
  readonly server: HttpServer;
  loopbackPort: number;
  /** Answers that are under way. */
  readonly answering: Set<ServerResponse>;
  /** Also those that were upgraded to another protocol, which Node's server no longer counts as its own. */
  readonly sockets: Set<Socket>;
}

/** The machine's TCP ports, each really served by a Node server on a free port of 127.0.0.1. */
export class Ports {
  private readonly listeners = new Map<number, Listener>();

  /** @param idleMilliseconds real ones for which a client may leave a connection hanging */
  constructor(
    private readonly onListen: (port: number, loopbackPort: number) => void,
    private readonly onClose: (port: number) => void,
    private readonly idleMilliseconds = IDLE_MILLISECONDS,
  ) {}

  /** Port of the machine to the port of 127.0.0.1 that serves it. */
  get listening(): ReadonlyMap<number, number> {
    return new Map(
      [...this.listeners]
        .filter(([, { loopbackPort }]) => loopbackPort > 0)
        .map(([port, { loopbackPort }]) => [port, loopbackPort]),
    );
  }

  isTaken(port: number): boolean {
    return this.listeners.has(port);
  }

  /** @throws AddressInUse when a program of this machine listens there */
  async listen(port: number, server: HttpServer): Promise<void> {
    if (this.listeners.has(port)) throw new AddressInUse(port);
    const answering = new Set<ServerResponse>();
    const sockets = new Set<Socket>();
    const listener: Listener = { server, loopbackPort: 0, answering, sockets };
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.prependListener('request', (_: unknown, response: ServerResponse) => {
      answering.add(response);
      response.once('close', () => answering.delete(response));
    });
    answerHalfClosed(server);
    server.timeout = this.idleMilliseconds;
    server.on('timeout', (socket: Socket) => {
      const answer = [...answering].find((one) => one.socket === socket);
      if (!answer?.req.complete || socket.writableLength > 0) socket.destroy();
    });
    this.listeners.set(port, listener);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      this.listeners.delete(port);
      throw error;
    }
    listener.loopbackPort = (server.address() as AddressInfo).port;
    // A machine that was terminated meanwhile has closed all it knew of.
    if (this.listeners.get(port) !== listener) {
      await closeAtOnce(listener);
      return;
    }
    this.onListen(port, listener.loopbackPort);
  }

  /** Accepts no more, lets requests in flight finish (a client that is too slow loses its connection), then resolves. */
  async close(port: number): Promise<void> {
    const listener = this.take(port);
    if (listener === undefined) return;
    await closeInOrder(listener);
  }

  /** Breaks every connection of every port. */
  async closeAllAtOnce(): Promise<void> {
    await Promise.all(
      [...this.listeners.keys()].map(async (port) => {
        const listener = this.take(port);
        if (listener) await closeAtOnce(listener);
      }),
    );
  }

  private take(port: number): Listener | undefined {
    const listener = this.listeners.get(port);
    if (listener === undefined) return undefined;
    this.listeners.delete(port);
    if (listener.loopbackPort > 0) this.onClose(port);
    return listener;
  }
}

/** Node's own `close` breaks a connection as soon as its answer was handed over, before it is all sent. */
async function closeInOrder(listener: Listener): Promise<void> {
  const sent = [...listener.answering].map(
    (response) => new Promise((resolve) => response.once('close', resolve)),
  );
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MILLISECONDS);
  });
  await Promise.race([Promise.all(sent), patience]);
  clearTimeout(timer);
  await closeAtOnce(listener);
}

async function closeAtOnce({ server, sockets }: Listener): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
}
