import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { secureSocket } from '../../../network/fetch';
import { forwardedHeaders } from '../../../network/headers';
import { join } from '../../../network/proxy';
import type { Balancing } from '../balancing';
import { forwardedGroups, type Listener } from '../listener';
import type { LoadBalancer } from '../load-balancer';
import { meetsCondition, type RequestFacts } from '../rule-condition';
import { type Target, targetKey } from '../target';
import { chooseByWeight, type TargetGroup } from '../target-group';
import type { ServerCertificate } from './certificate';
import { sendOwn, sendPage } from './pages';
import { redirectLocation } from './redirect';
import { Stickiness } from './stickiness';
import { TargetAgent } from './target-agent';
import { traceHeader } from './trace-id';

/** AWS seconds until a connection to a target that does not answer is given up (User Guide, Troubleshoot, HTTP 504). */
const CONNECT_PATIENCE = 10;
/** Real seconds that a target always has between two parts of its answer: its bytes do not go faster with AWS's clock. */
const LEAST_REAL_IDLE_SECONDS = 10;
/** Real milliseconds that a client's idle connection is kept: the default idle timeout, in the client's own time. */
const CLIENT_IDLE_MILLISECONDS = 60_000;

/** A request on its way, with what has been found out of it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly clientAddress: string;
  readonly facts: RequestFacts;
  readonly query: string;
}

/** The HTTP side of an Application Load Balancer's listener: rules, and a reverse proxy to the targets. */
export class ApplicationListener {
  private readonly server: Server;
  private readonly stickiness = new Stickiness();
  private readonly agents = new WeakMap<Target, TargetAgent>();

  constructor(
    private readonly balancing: Balancing,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
    private readonly clientAddressOf: (remotePort: number | undefined) => string,
    certificate: ServerCertificate | undefined,
  ) {
    this.server = certificate ? createTlsServer(certificate) : createServer();
    this.server.keepAliveTimeout = CLIENT_IDLE_MILLISECONDS;
    this.server.requestTimeout = 0;
    this.server.on('request', (incoming, response) => {
      if (isForwardable(incoming)) this.answer(this.examine(incoming), response);
      else sendPage(response, 400);
    });
    this.server.on(
      'upgrade',
      (incoming, socket, head) => void this.upgrade(this.examine(incoming), socket, head),
    );
  }

  /** Takes over a client's paused connection. */
  serve(socket: Socket): void {
    this.server.emit('connection', socket);
    socket.resume();
  }

  private examine(incoming: IncomingMessage): Exchange {
    const [path = '/', query = ''] = splitAtFirst(incoming.url ?? '/', '?');
    const clientAddress = this.clientAddressOf(incoming.socket.remotePort);
    return {
      request: incoming,
      clientAddress,
      query,
      facts: {
        method: incoming.method ?? 'GET',
        host: (incoming.headers.host ?? '').replace(/:\d+$/, ''),
        path,
        query: new URLSearchParams(query),
        headers: incoming.headersDistinct,
        sourceIp: clientAddress,
      },
    };
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
    const location = redirectLocation(config, {
      protocol: this.listener.protocol ?? 'HTTP',
      host: exchange.facts.host,
      port: String(this.listener.port),
      path: exchange.facts.path,
      query: exchange.query,
    });
    sendPage(response, config.StatusCode === 'HTTP_302' ? 302 : 301, { location });
  }

  private choose(
    { request: incoming }: Exchange,
    action: Action | undefined,
  ): { group: TargetGroup; target: Target } | undefined {
    const groups = action ? forwardedGroups(action) : [];
    const chosen = chooseByWeight(
      groups,
      groups.map(({ weight }) => weight),
    );
    const group = chosen && this.balancing.targetGroups.get(chosen.arn);
    if (!group) return undefined;
    const session = this.stickiness.preferred(group, incoming.headers.cookie, this.now());
    const target = this.balancing.chooseTarget(group, (candidates) =>
      candidates.find(({ id, port }) => targetKey(id, port) === session),
    );
    return target && { group, target };
  }

  private forward(exchange: Exchange, response: ServerResponse, action: Action | undefined): void {
    const choice = this.choose(exchange, action);
    if (!choice) {
      sendPage(response, 503);
      return;
    }
    const { group, target } = choice;
    const end = target.begin(() => sendPage(response, 502));
    response.once('close', end);
    const replayable = isReplayable(exchange.request);
    // Only a request that can be sent again goes on a connection that was used before: its server may be closing it just then.
    if (replayable) this.relay(exchange, response, group, target, this.agentOf(group, target));
    else void this.relayAfresh(exchange, response, group, target);
  }

  private async relayAfresh(
    exchange: Exchange,
    response: ServerResponse,
    group: TargetGroup,
    target: Target,
  ): Promise<void> {
    try {
      const socket = await this.connect(group, target);
      if (response.destroyed) socket.destroy();
      else this.relay(exchange, response, group, target, socket);
    } catch (error) {
      sendPage(response, statusOf(error));
    }
  }

  private relay(
    exchange: Exchange,
    response: ServerResponse,
    group: TargetGroup,
    target: Target,
    channel: TargetAgent | Duplex,
  ): void {
    const { request: incoming } = exchange;
    const onward = request({
      ...(channel instanceof TargetAgent ? { agent: channel } : { createConnection: () => channel }),
      method: incoming.method,
      path: incoming.url,
      headers: this.targetHeaders(exchange),
      setHost: false,
    });
    const abandon = () => onward.destroy();
    response.once('close', abandon);
    onward.setTimeout(this.idleMilliseconds(), () => onward.destroy(new SlowTarget()));
    onward.once('response', (answer) => {
      const cookies = this.stickiness.cookies(group, target, this.now());
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, {
        ...forwardedHeaders(answer.headersDistinct),
        ...(cookies.length > 0 && { 'set-cookie': [...(answer.headers['set-cookie'] ?? []), ...cookies] }),
      });
      response.flushHeaders();
      pipeline(answer, response, () => undefined);
    });
    onward.once('error', (error) => {
      response.off('close', abandon);
      if (response.destroyed) return;
      if (onward.reusedSocket && !response.headersSent && isReset(error))
        void this.relayAfresh(exchange, response, group, target);
      else sendPage(response, statusOf(error));
    });
    if (isReplayable(incoming)) onward.end();
    else incoming.pipe(onward);
  }

  private async upgrade(exchange: Exchange, client: Duplex, head: Buffer): Promise<void> {
    const choice = this.choose(exchange, this.actionFor(exchange));
    client.on('error', () => client.destroy());
    if (!choice) {
      client.end('HTTP/1.1 503 Service Temporarily Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    const { group, target } = choice;
    client.once(
      'close',
      target.begin(() => client.destroy()),
    );
    try {
      const socket = await this.connect(group, target);
      const { request: incoming } = exchange;
      const headers = {
        ...this.targetHeaders(exchange),
        connection: 'Upgrade',
        upgrade: incoming.headers.upgrade ?? '',
      };
      const lines = Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}: ${one}\r\n`),
      );
      socket.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      if (head.length > 0) socket.write(head);
      join(client, socket);
    } catch (error) {
      const status = statusOf(error);
      client.end(`HTTP/1.1 ${status} Bad Gateway\r\nConnection: close\r\n\r\n`);
    }
  }

  private targetHeaders({ request: incoming, clientAddress }: Exchange) {
    const { headers } = incoming;
    const mode = this.balancer.attributes.get('routing.http.xff_header_processing.mode');
    const before = headers['x-forwarded-for'];
    const client = this.balancer.attributes.isOn('routing.http.xff_client_port.enabled')
      ? `${clientAddress}:${incoming.socket.remotePort}`
      : clientAddress;
    const appended = before ? `${String(before)}, ${client}` : client;
    const forwardedFor = mode === 'append' ? appended : mode === 'preserve' ? before : undefined;
    const kept = forwardedHeaders(incoming.headersDistinct);
    delete kept['x-forwarded-for'];
    if (this.balancer.attributes.isOn('routing.http.drop_invalid_header_fields.enabled'))
      for (const name of Object.keys(kept)) if (!/^[-A-Za-z0-9]+$/.test(name)) delete kept[name];
    const trace = headers['x-amzn-trace-id'];
    return {
      ...kept,
      ...(forwardedFor && { 'x-forwarded-for': String(forwardedFor) }),
      'x-forwarded-proto': (this.listener.protocol ?? 'HTTP').toLowerCase(),
      'x-forwarded-port': String(this.listener.port),
      'x-amzn-trace-id': traceHeader(trace && String(trace), this.now()),
      ...(headers['transfer-encoding'] && { 'transfer-encoding': 'chunked' }),
    };
  }

  private agentOf(group: TargetGroup, target: Target): TargetAgent {
    const existing = this.agents.get(target);
    if (existing) return existing;
    const agent = new TargetAgent(() => this.connect(group, target));
    this.agents.set(target, agent);
    target.onRelease(() => agent.destroy());
    return agent;
  }

  private async connect(group: TargetGroup, target: Target): Promise<Duplex> {
    const node = this.balancer.nodeFor(target.zone);
    if (!node) throw new Error(`load balancer ${this.balancer.name} has no node`);
    const source = { interfaceId: node.interfaceId };
    const socket = await this.balancing.network.connect(source, target.address, target.port, {
      patience: CONNECT_PATIENCE,
    });
    socket.setNoDelay(true);
    return group.protocol === 'HTTPS' ? secureSocket(socket, target.address) : socket;
  }

  private now(): Date {
    return this.balancing.realm.clock.now();
  }

  private idleMilliseconds(): number {
    const { scale } = this.balancing.realm.clock;
    const seconds = this.balancer.attributes.number('idle_timeout.timeout_seconds') / scale;
    return Math.max(seconds, LEAST_REAL_IDLE_SECONDS) * 1000;
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

/** Whether the request's target has only characters that a URL may have; the parser lets others pass, `http.request` does not. */
function isForwardable({ url = '' }: IncomingMessage): boolean {
  return /^[\x21-\x7e]+$/.test(url);
}

function splitAtFirst(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
