import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** A client whose headers come byte by byte is never idle: it has so many times the patience for a whole request line and headers. */
const HEADERS_TIMES = 2;
/**
 * Real milliseconds at most for which a connection that was used before stays when its time is over: clients are told that time, and some use
 * one until its very end. What they send just then would be lost.
 */
const GRACE_MILLISECONDS = 5000;

/**
 * Closes the connections of an HTTP server whose clients leave them hanging: that send nothing, or not the rest of a request, for so
 * long, or take nothing of an answer that waits for them. Who has asked may wait for the answer for as long as that takes. Node's own
 * timeouts are not enough: they look after servers that listen themselves, and not after answers that nobody takes.
 *
 * @param milliseconds real ones: no client's bytes go faster with AWS's clock
 */
export function endHanging(server: Server, milliseconds: number): void {
  const asked = new WeakMap<Socket, IncomingMessage>();
  const isInGrace = new WeakSet<Socket>();
  const wasUsed = new WeakSet<Socket>();
  const deadlines = new WeakMap<Socket, NodeJS.Timeout>();
  /** @param idle how long nothing at all may come before */
  const awaitRequest = (socket: Socket, idle: number) => {
    clearTimeout(deadlines.get(socket));
    if (socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), idle + HEADERS_TIMES * milliseconds);
    deadlines.set(socket, timer.unref());
  };
  server.timeout = milliseconds;
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    awaitRequest(socket, 0);
    socket.once('close', () => clearTimeout(deadlines.get(socket)));
  });
  server.prependListener('request', (incoming: IncomingMessage, response: ServerResponse) => {
    const { socket } = incoming;
    clearTimeout(deadlines.get(socket));
    asked.set(socket, incoming);
    isInGrace.delete(socket);
    // One more than whoever answers it may have.
    response.setMaxListeners(response.getMaxListeners() + 1);
    response.once('close', () => {
      asked.delete(socket);
      wasUsed.add(socket);
      awaitRequest(socket, server.keepAliveTimeout);
    });
  });
  for (const event of ['upgrade', 'connect'] as const)
    server.prependListener(event, ({ socket }: IncomingMessage) => clearTimeout(deadlines.get(socket)));
  server.on('timeout', (socket: Socket) => {
    const incoming = asked.get(socket);
    if (!incoming && wasUsed.has(socket) && !isInGrace.has(socket)) {
      isInGrace.add(socket);
      socket.setTimeout(Math.min(GRACE_MILLISECONDS, milliseconds));
      return;
    }
    if (!incoming?.complete || socket.writableLength > 0) socket.destroy();
  });
}
