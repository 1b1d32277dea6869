import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { ServerCertificate } from '../../../network/balancing/certificate';
import { answerHalfClosed } from '../../../network/half-closed-clients';
import { endHanging } from '../../../network/hanging-clients';
import { forwardedHeaders, requestHeaders } from '../../../network/headers';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { reachInstance } from './reach-instance';

/** Real seconds that an instance always has between two parts of its answer: its bytes do not go faster with AWS's clock. */
const LEAST_REAL_IDLE_SECONDS = 10;
/** Real milliseconds that a client's idle connection is kept: the default idle timeout, in the client's own time. */
const CLIENT_IDLE_MILLISECONDS = 60_000;

/**
 * The HTTP side of a listener: a reverse proxy to the instances in service.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-error-message.html
 */
export class HttpListener {
  private readonly server: Server;

  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
    private readonly clientAddressOf: (remotePort: number | undefined) => string,
    certificate: ServerCertificate | undefined,
  ) {
    this.server = certificate ? createTlsServer({ ...certificate, allowHalfOpen: true }) : createServer();
    answerHalfClosed(this.server);
    endHanging(this.server, CLIENT_IDLE_MILLISECONDS);
    this.server.on('request', (incoming, response) => void this.forward(incoming, response));
    this.server.on('connect', (_incoming, socket) => socket.destroy());
  }

  /** Takes over a client's paused connection. */
  serve(socket: Socket): void {
    this.server.emit('connection', socket);
    socket.resume();
  }

  private async forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const registration = this.backends.registrations.choose(this.balancer);
    if (!registration) return sendOwn(response, 503);
    // Whatever is under way when the instance is taken out by force ends with it.
    const end = registration.begin(() => response.destroy());
    response.once('close', end);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const { backends, balancer, listener } = this;
      const socket = await reachInstance(backends, balancer, listener, registration, gone.signal);
      if (response.destroyed) socket.destroy();
      else this.relay(incoming, response, socket);
    } catch (error) {
      sendOwn(response, (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? 504 : 503);
    }
  }

  private relay(incoming: IncomingMessage, response: ServerResponse, socket: Socket): void {
    const onward = request({
      createConnection: () => socket,
      method: incoming.method,
      path: incoming.url,
      headers: this.headersFor(incoming),
      setHost: false,
    });
    const { clock } = this.backends;
    const { idleTimeoutSeconds } = this.balancer.attributes;
    const seconds = Math.max(idleTimeoutSeconds, LEAST_REAL_IDLE_SECONDS * clock.scale);
    const cancel = clock.after(seconds, () => {
      sendOwn(response, 504);
      onward.destroy();
    });
    onward.once('response', (answer) => {
      cancel();
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, forwardedHeaders(answer));
      response.flushHeaders();
      pipeline(answer, response, () => socket.destroy());
    });
    onward.once('error', () => sendOwn(response, 502));
    response.once('close', () => {
      cancel();
      onward.destroy();
    });
    incoming.pipe(onward);
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/x-forwarded-headers.html */
  private headersFor(incoming: IncomingMessage) {
    const before = incoming.headers['x-forwarded-for'];
    const client = this.clientAddressOf(incoming.socket.remotePort);
    return requestHeaders(incoming, {
      Host: incoming.headers.host ?? this.balancer.dnsName,
      'X-Forwarded-For': before ? `${String(before)}, ${client}` : client,
      'X-Forwarded-Port': String(this.listener.port),
      'X-Forwarded-Proto': this.listener.protocol.toLowerCase(),
    });
  }
}

/** An answer of the load balancer's own; after an answer has begun the connection breaks instead. */
function sendOwn(response: ServerResponse, status: 502 | 503 | 504): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Length': 0, Connection: 'keep-alive' }).end();
}
