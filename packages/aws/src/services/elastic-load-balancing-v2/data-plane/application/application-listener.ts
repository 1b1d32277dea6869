import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Cancel } from '../../../../core/clock';
import type { ServerCertificate } from '../../../../network/balancing/certificate';
import { secureSocket } from '../../../../network/fetch';
import { endHanging } from '../../../../network/hanging-clients';
import { forwardedHeaders } from '../../../../network/headers';
import { join } from '../../../../network/proxy';
import { forwardedGroups, type Listener } from '../../records/listener';
import type { LoadBalancer } from '../../records/load-balancer';
import { type Target, targetKey } from '../../records/target';
import { chooseByWeight, type TargetGroup } from '../../records/target-group';
import type { Backends } from '../backends';
import { meetsCondition } from './conditions';
import { type Exchange, examine, targetHeaders } from './exchange';
import { onIdle } from './idle-timeout';
import { rawPage, SERVER, sendOwn, sendPage } from './pages';
import { redirectLocation } from './redirect';
import { LONGEST_RESPONSE_HEADERS, PARSED_BYTES, refusalOf } from './request-limits';
import { addedHeaders } from './response-headers';
import { Stickiness } from './stickiness';
import { TargetAgent } from './target-agent';

/** AWS seconds until a connection to a target that does not answer is given up (User Guide, Troubleshoot, HTTP 504). */
const CONNECT_PATIENCE = 10;
/** Real seconds that a target always has between two parts of its answer: its bytes do not go faster with AWS's clock. */
const LEAST_REAL_IDLE_SECONDS = 10;
/** Real milliseconds that a client's idle connection is kept: the default idle timeout, in the client's own time. */
const CLIENT_IDLE_MILLISECONDS = 60_000;

/** Where a request goes, and by which action. */
interface Choice {
  readonly action: Action;
  readonly group: TargetGroup;
  readonly target: Target;
}

/** The HTTP side of an Application Load Balancer's listener: rules, and a reverse proxy to the targets. */
export class ApplicationListener {
  private readonly server: Server;
  private readonly stickiness = new Stickiness();
  private readonly agents = new WeakMap<Target, TargetAgent>();
  /** Connections on which an answer is under way. */
  private readonly busy = new WeakSet<Duplex>();

  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
    private readonly clientAddressOf: (remotePort: number | undefined) => string,
    certificate: ServerCertificate | undefined,
  ) {
    const settings = { maxHeaderSize: PARSED_BYTES, requireHostHeader: false };
    this.server = certificate ? createTlsServer({ ...settings, ...certificate }) : createServer(settings);
    this.server.keepAliveTimeout = CLIENT_IDLE_MILLISECONDS;
    endHanging(this.server, CLIENT_IDLE_MILLISECONDS);
    this.server.on('request', (incoming, response) => this.take(incoming, response));
    this.server.on('upgrade', (incoming, socket, head) => this.takeUpgrade(incoming, socket, head));
    this.server.on('connect', (_incoming, socket: Duplex) => {
      socket.on('error', () => socket.destroy());
      refuse(socket, 400);
    });
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (!socket.writable || this.busy.has(socket)) socket.destroy();
      else refuse(socket, error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);
    });
  }

  /** Takes over a client's paused connection. */
  serve(socket: Socket): void {
    this.server.emit('connection', socket);
    socket.resume();
  }

  private take(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    this.busy.add(socket);
    const { attributes } = this.listener;
    if (attributes.isOn('routing.http.response.server.enabled')) response.setHeader('Server', SERVER);
    for (const [name, value] of Object.entries(addedHeaders(attributes))) response.setHeader(name, value);
    response.once('close', () => this.busy.delete(socket));
    const refusal = refusalOf(incoming);
    if (refusal === undefined) this.answer(this.examine(incoming), response);
    else sendPage(response, refusal, { Connection: 'close' });
  }

  /** Also a handshake may be one for the load balancer to answer. */
  private takeUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy());
    const exchange = this.examine(incoming);
    const action = this.actionFor(exchange);
    const choice = action?.Type === 'forward' ? this.choose(exchange, action) : undefined;
    if (refusalOf(incoming) === undefined && choice) void this.upgrade(exchange, choice, client, head);
    else this.take(incoming, answerOn(client, incoming));
  }

  private examine(incoming: IncomingMessage): Exchange {
    return examine(incoming, this.clientAddressOf(incoming.socket.remotePort), this.balancer);
  }

  private actionFor(exchange: Exchange): Action | undefined {
    const rule = this.listener
      .rules()
      .find(({ conditions }) => conditions.every((condition) => meetsCondition(condition, exchange.facts)));
    return rule?.actions[0];
  }

  private answer(exchange: Exchange, response: ServerResponse): void {
    const action = this.actionFor(exchange);
    switch (action?.Type) {
      case 'fixed-response': {
        const { StatusCode, MessageBody = '', ContentType } = action.FixedResponseConfig ?? {};
        sendOwn(response, Number(StatusCode), MessageBody, ContentType ?? 'text/plain; charset=utf-8');
        break;
      }
      case 'redirect':
        this.redirect(exchange, response, action);
        break;
      default:
        this.forward(exchange, response, action);
    }
  }

  private redirect(exchange: Exchange, response: ServerResponse, action: Action): void {
    const config = action.RedirectConfig ?? { StatusCode: 'HTTP_301' };
    const Location = redirectLocation(config, {
      protocol: this.listener.protocol ?? 'HTTP',
      host: exchange.facts.host,
      port: String(this.listener.port),
      path: exchange.facts.path,
      query: exchange.query,
    });
    sendPage(response, config.StatusCode === 'HTTP_302' ? 302 : 301, { Location });
  }

  private choose({ request: incoming }: Exchange, action: Action | undefined): Choice | undefined {
    if (!action) return undefined;
    const { cookie } = incoming.headers;
    const groups = forwardedGroups(action);
    const together = this.stickiness.preferredGroup(action, cookie, this.now());
    const chosen =
      groups.find(({ arn, weight }) => arn === together && weight > 0) ??
      chooseByWeight(
        groups,
        groups.map(({ weight }) => weight),
      );
    const group = chosen && this.backends.targetGroups.get(chosen.arn);
    if (!group) return undefined;
    const session = this.stickiness.preferredTarget(group, cookie, this.now());
    const target = this.backends.targets.choose(group, (candidates) =>
      candidates.find(({ id, port }) => targetKey(id, port) === session),
    );
    return target && { action, group, target };
  }

  private forward(exchange: Exchange, response: ServerResponse, action: Action | undefined): void {
    const choice = this.choose(exchange, action);
    if (!choice) {
      sendPage(response, 503);
      return;
    }
    this.backends.requests.note(choice.group);
    const end = choice.target.begin(() => sendPage(response, 502));
    response.once('close', end);
    const replayable = isReplayable(exchange.request);
    // Only a request that can be sent again goes on a connection that was used before: its server may be closing it just then.
    if (replayable) this.relay(exchange, response, choice, this.agentOf(choice));
    else void this.relayAfresh(exchange, response, choice);
  }

  private async relayAfresh(exchange: Exchange, response: ServerResponse, choice: Choice): Promise<void> {
    try {
      const socket = await this.connect(choice);
      if (response.destroyed) socket.destroy();
      else this.relay(exchange, response, choice, socket);
    } catch (error) {
      sendPage(response, statusOf(error));
    }
  }

  private relay(
    exchange: Exchange,
    response: ServerResponse,
    choice: Choice,
    channel: TargetAgent | Duplex,
  ): void {
    const { request: incoming } = exchange;
    const onward = this.ask(exchange, channel);
    const abandon = () => onward.destroy();
    response.once('close', abandon);
    this.endIfIdle(onward);
    onward.once('response', (answer) => this.passOn(exchange, response, choice, answer));
    onward.once('error', (error) => {
      response.off('close', abandon);
      if (response.destroyed) return;
      if (onward.reusedSocket && !response.headersSent && isReset(error))
        void this.relayAfresh(exchange, response, choice);
      else sendPage(response, statusOf(error));
    });
    if (isReplayable(incoming)) onward.end();
    else incoming.pipe(onward);
  }

  /** Begins the request to the target; its body is to come. */
  private ask(exchange: Exchange, channel: TargetAgent | Duplex, more = {}) {
    return request({
      ...(channel instanceof TargetAgent ? { agent: channel } : { createConnection: () => channel }),
      method: exchange.request.method,
      path: exchange.url,
      headers: { ...targetHeaders(exchange, this.balancer, this.listener, this.now()), ...more },
      setHost: false,
      maxHeaderSize: LONGEST_RESPONSE_HEADERS,
    });
  }

  private passOn(
    { request: incoming }: Exchange,
    response: ServerResponse,
    choice: Choice,
    answer: IncomingMessage,
  ): void {
    const own = answer.headers['set-cookie'] ?? [];
    const cookies = this.stickiness.cookies(choice, incoming.headers.cookie, own, this.now());
    response.removeHeader('Server');
    const headers = forwardedHeaders(answer, {
      ...addedHeaders(this.listener.attributes),
      ...(cookies.length > 0 && { 'Set-Cookie': [...own, ...cookies] }),
    });
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  }

  /** Asks the target for another protocol, and hands the connection through when it agrees. */
  private async upgrade(exchange: Exchange, choice: Choice, client: Duplex, head: Buffer): Promise<void> {
    const { request: incoming } = exchange;
    client.once(
      'close',
      choice.target.begin(() => client.destroy()),
    );
    try {
      const socket = await this.connect(choice);
      const onward = this.ask(exchange, socket, {
        Connection: 'Upgrade',
        Upgrade: incoming.headers.upgrade,
      });
      client.once('close', () => onward.destroy());
      const endWatch = this.endIfIdle(onward);
      onward.once('error', (error) => {
        if (!client.destroyed) refuse(client, statusOf(error));
      });
      onward.once('response', (answer) => this.passOn(exchange, answerOn(client, incoming), choice, answer));
      onward.once('upgrade', (answer, target, first) => {
        endWatch();
        const { rawHeaders, statusCode, statusMessage } = answer;
        const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
        client.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`);
        if (first.length > 0) client.write(first);
        if (head.length > 0) target.write(head);
        join(client, target);
      });
      onward.end();
    } catch (error) {
      refuse(client, statusOf(error));
    }
  }

  private agentOf(choice: Choice): TargetAgent {
    const { target } = choice;
    const existing = this.agents.get(target);
    if (existing) return existing;
    const agent = new TargetAgent(() => this.connect(choice));
    this.agents.set(target, agent);
    target.onRelease(() => agent.destroy());
    return agent;
  }

  private async connect({ group, target }: Pick<Choice, 'group' | 'target'>): Promise<Duplex> {
    const node = this.balancer.nodeFor(target.zone);
    if (!node) throw new Error(`load balancer ${this.balancer.name} has no node`);
    const source = { interfaceId: node.interfaceId };
    const socket = await this.backends.network.connect(source, target.address, target.port, {
      patience: CONNECT_PATIENCE,
    });
    socket.setNoDelay(true);
    return group.protocol === 'HTTPS' ? secureSocket(socket, target.address) : socket;
  }

  private now(): Date {
    return this.backends.clock.now();
  }

  /** Gives a target up that is silent for too long. Returns how to end the watching, which else ends with the request. */
  private endIfIdle(onward: ClientRequest): Cancel {
    const { clock } = this.backends;
    const timeout = this.balancer.attributes.number('idle_timeout.timeout_seconds');
    const seconds = Math.max(timeout, LEAST_REAL_IDLE_SECONDS * clock.scale);
    const cancel = onIdle(clock, onward, seconds, () => onward.destroy(new SlowTarget()));
    onward.once('close', cancel);
    return cancel;
  }
}

class SlowTarget extends Error {}

/** 504 for a target that did not answer in time, 502 for a connection that was refused or broke. */
function statusOf(error: unknown): 502 | 504 {
  return error instanceof SlowTarget || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? 504 : 502;
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** Whether the request may be sent twice: a method that RFC 9110 (9.2.2) calls idempotent, and no body to keep. */
function isReplayable({ method, headers }: IncomingMessage): boolean {
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return empty && ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].includes(method ?? '');
}

/** Answers a connection that no response belongs to, and closes it. */
function refuse(client: Duplex, status: number): void {
  // Who never closes its own end is not waited for.
  client.once('finish', () => client.destroy());
  client.end(rawPage(status));
}

/** An ordinary answer on a connection that was to be upgraded; it is closed after that. */
function answerOn(client: Duplex, incoming: IncomingMessage): ServerResponse {
  const response = new ServerResponse(incoming);
  response.shouldKeepAlive = false;
  response.assignSocket(client as Socket);
  response.once('finish', () => client.end());
  return response;
}
