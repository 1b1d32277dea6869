import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type Http2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Clock } from '../../../../core/clock';
import type { ServerCertificate } from '../../../../network/balancing/certificate';
import { answerHalfClosed } from '../../../../network/half-closed-clients';
import { endHanging } from '../../../../network/hanging-clients';
import type { Attributes } from '../../records/attributes';
import { type ClientRequest, ofMessage, ofStream } from './client-request';
import { type ClientResponse, MessageResponse, StreamResponse } from './client-response';
import { refuse } from './pages';
import { PARSED_BYTES } from './request-limits';

/** Real milliseconds for a request line and headers: the default idle timeout. */
const HEADERS_MILLISECONDS = 60_000;
/** Requests at a time on a connection of HTTP/2 (User Guide, Listeners). */
const MOST_STREAMS = 128;
/** Said with a GOAWAY: all requests that are on their way are still taken (RFC 9113, 6.8). */
const LAST_STREAM = 2 ** 31 - 1;

/** What becomes of clients' requests. */
export interface Taker {
  take(request: ClientRequest, response: ClientResponse): void;
  /** The load balancer itself answers, with this status. */
  refused(status: number): void;
  /** A request for another protocol on the connection. */
  takeUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void;
}

/**
 * The side of an Application Load Balancer's listener that clients see: HTTP/1.1, and over TLS also HTTP/2, which they choose in the
 * handshake (User Guide, Listeners, and Edit attributes, HTTP client keepalive duration).
 */
export class Front {
  private readonly http1: Server;
  private readonly http2: Http2Server | undefined;
  private readonly tls: TlsServer | undefined;
  /** Answers under way on a connection: more than one where its client asks without waiting. */
  private readonly underWay = new WeakMap<Duplex, Set<ServerResponse>>();
  /** When connections were opened: AWS's time, milliseconds. */
  private readonly openedAt = new WeakMap<object, number>();

  constructor(
    private readonly clock: Pick<Clock, 'millis'>,
    /** Of the load balancer. */
    private readonly attributes: Attributes,
    private readonly taker: Taker,
    certificate: ServerCertificate | undefined,
  ) {
    this.http1 = this.createHttp1();
    if (!certificate) return;
    this.http2 = this.createHttp2();
    this.tls = this.createTls(certificate);
  }

  /** Takes over a client's paused connection. */
  serve(socket: Socket): void {
    if (this.tls) this.tls.emit('connection', socket);
    else this.openHttp1(socket);
    socket.resume();
  }

  private openHttp1(socket: Socket): void {
    this.noteOpened(socket);
    // Node.js reads both when the connection or the time between two requests begins.
    this.http1.timeout = this.idleMilliseconds;
    this.http1.keepAliveTimeout = this.idleMilliseconds;
    this.http1.emit('connection', socket);
  }

  /** Real milliseconds that a client's idle connection is kept: the idle timeout, in the client's own time. */
  private get idleMilliseconds(): number {
    return this.attributes.number('idle_timeout.timeout_seconds') * 1000;
  }

  private createHttp1(): Server {
    const server = createServer({ maxHeaderSize: PARSED_BYTES, requireHostHeader: false });
    endHanging(server, HEADERS_MILLISECONDS);
    answerHalfClosed(server);
    server.on('request', (incoming, response) => this.takeMessage(incoming, response));
    server.on('upgrade', (incoming, socket, head) => {
      if (incoming.headers.upgrade?.toLowerCase() === 'websocket')
        this.taker.takeUpgrade(incoming, socket, head);
      else this.takeAsPlain(incoming, socket, head);
    });
    server.on('connect', (_incoming, socket: Duplex) => {
      socket.on('error', () => socket.destroy());
      this.refuse(socket, 400);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (!socket.writable || this.underWay.get(socket)?.size) socket.destroy();
      else this.refuse(socket, error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);
    });
    return server;
  }

  private createHttp2(): Http2Server {
    const settings = { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: PARSED_BYTES };
    const server = createHttp2Server({ settings });
    server.on('session', (session) => {
      this.noteOpened(session);
      session.setTimeout(this.idleMilliseconds, () => session.close());
    });
    server.on('stream', (stream, headers) => {
      // A client that gives up its request is no error of ours.
      stream.on('error', () => undefined);
      const { session } = stream;
      if (!session) return;
      if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
      const request = ofStream(stream, headers, session.socket.remotePort);
      stream.once('finish', () => {
        // Who still sends a body that nobody waits for may stop (RFC 9113, 8.1).
        if (!stream.endAfterHeaders && !stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
      });
      this.taker.take(request, new StreamResponse(stream));
      if (this.isOld(session)) sayGoodbye(session);
    });
    return server;
  }

  private createTls(certificate: ServerCertificate): TlsServer {
    const server = createTlsServer({
      ...certificate,
      allowHalfOpen: true,
      ALPNCallback: ({ protocols }) => this.spoken().find((protocol) => protocols.includes(protocol)),
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === 'h2') this.http2?.emit('connection', socket);
      else this.openHttp1(socket);
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }

  private spoken(): string[] {
    return this.attributes.isOn('routing.http2.enabled') ? ['h2', 'http/1.1'] : ['http/1.1'];
  }

  private takeMessage(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const answers = this.answersOn(socket);
    answers.add(response);
    response.once('close', () => answers.delete(response));
    if (this.isOld(socket)) response.shouldKeepAlive = false;
    this.taker.take(ofMessage(incoming), new MessageResponse(response));
  }

  private answersOn(socket: Socket): Set<ServerResponse> {
    const known = this.underWay.get(socket);
    if (known) return known;
    const answers = new Set<ServerResponse>();
    this.underWay.set(socket, answers);
    socket.once('close', () => {
      // Node.js closes the answer whose turn it is. Those that wait for their turn would never be over.
      for (const answer of answers) if (!answer.socket) answer.destroy().emit('close');
    });
    return answers;
  }

  /**
   * A request that offers another protocol, as a client of HTTP/2 does without TLS, gets what it asks for over the one it speaks: only to
   * WebSockets a connection is upgraded (User Guide, Listeners).
   */
  private takeAsPlain(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { method, url, httpVersion, rawHeaders } = incoming;
    let plain = `${method} ${url} HTTP/${httpVersion}\r\n`;
    for (let index = 0; index < rawHeaders.length; index += 2)
      if (rawHeaders[index]?.toLowerCase() !== 'upgrade')
        plain += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
    // The parser has let go of the connection; what it has read comes anew.
    socket.unshift(Buffer.concat([Buffer.from(`${plain}\r\n`, 'latin1'), head]));
    this.http1.emit('connection', socket);
    socket.resume();
  }

  private refuse(socket: Duplex, status: number): void {
    this.taker.refused(status);
    refuse(socket, status);
  }

  private noteOpened(connection: object): void {
    this.openedAt.set(connection, this.clock.millis());
  }

  /** Whether the connection's client keepalive duration is over: it gets this answer and is closed then. */
  private isOld(connection: object): boolean {
    const age = this.clock.millis() - (this.openedAt.get(connection) ?? this.clock.millis());
    return age >= this.attributes.number('client_keep_alive.seconds') * 1000;
  }
}

/** The client opens another connection for its next requests, and closes this one after those under way. */
function sayGoodbye(session: Http2Session): void {
  if (!session.closed && !session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM);
}
