import { type ClientRequest as Asking, type IncomingMessage, request, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Cancel } from '../../../../core/clock';
import type { ServerCertificate } from '../../../../network/balancing/certificate';
import { secureSocket } from '../../../../network/fetch';
import { forwardedHeaders } from '../../../../network/headers';
import { join } from '../../../../network/proxy';
import { forwardedGroups, type Listener } from '../../records/listener';
import type { LoadBalancer } from '../../records/load-balancer';
import { type Target, targetKey } from '../../records/target';
import { chooseByWeight, type TargetGroup } from '../../records/target-group';
import type { Backends } from '../backends';
import { LEAST_REAL_IDLE_SECONDS, onIdle } from '../idle-timeout';
import { type ClientRequest, ofMessage } from './client-request';
import { type ClientResponse, MessageResponse } from './client-response';
import { meetsCondition } from './conditions';
import { type Exchange, examine, targetHeaders } from './exchange';
import { Front, type Taker } from './front';
import { refuse, SERVER, sendOwn, sendPage } from './pages';
import { redirectLocation } from './redirect';
import { LONGEST_RESPONSE_HEADERS, refusalOf } from './request-limits';
import { addedHeaders } from './response-headers';
import { Stickiness } from './stickiness';
import { TargetAgent } from './target-agent';

/** AWS seconds until a connection to a target that does not answer is given up (User Guide, Troubleshoot, HTTP 504). */
const CONNECT_PATIENCE = 10;

/** Where a request goes, and by which action. */
interface Choice {
  readonly action: Action;
  readonly group: TargetGroup;
  readonly target: Target;
}

/** The HTTP side of an Application Load Balancer's listener: rules, and a reverse proxy to the targets. */
export class ApplicationListener implements Taker {
  private readonly front: Front;
  private readonly stickiness = new Stickiness();
  private readonly agents = new WeakMap<Target, TargetAgent>();

  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
    private readonly clientAddressOf: (remotePort: number | undefined) => string,
    certificate: ServerCertificate | undefined,
  ) {
    this.front = new Front(backends.clock, balancer.attributes, this, certificate);
  }

  /** Takes over a client's paused connection. */
  serve(socket: Socket): void {
    this.front.serve(socket);
  }

  take(request: ClientRequest, response: ClientResponse): void {
    const { attributes } = this.listener;
    response.ownHeaders = {
      ...(attributes.isOn('routing.http.response.server.enabled') && { Server: SERVER }),
      ...addedHeaders(attributes),
    };
    const refusal = refusalOf(request);
    if (refusal === undefined) this.answer(this.examine(request), response);
    else this.sendPage(response, refusal, { Connection: 'close' });
  }

  refused(status: number): void {
    this.note(`HTTPCode_ELB_${String(status)[0]}XX_Count`);
    if (status >= 500) this.note(`HTTPCode_ELB_${status}_Count`);
  }

  /** Also a handshake may be one for the load balancer to answer. */
  takeUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy());
    const request = ofMessage(incoming);
    const exchange = this.examine(request);
    const action = this.actionFor(exchange);
    const choice = action?.Type === 'forward' ? this.choose(exchange, action) : undefined;
    if (refusalOf(request) === undefined && choice)
      void this.upgrade(exchange, choice, incoming, client, head);
    else this.take(request, answerOn(client, incoming));
  }

  private examine(request: ClientRequest): Exchange {
    return examine(request, this.clientAddressOf(request.clientPort), this.balancer);
  }

  private actionFor(exchange: Exchange): Action | undefined {
    const rule = this.listener
      .rules()
      .find(({ conditions }) => conditions.every((condition) => meetsCondition(condition, exchange.facts)));
    return rule?.actions[0];
  }

  private answer(exchange: Exchange, response: ClientResponse): void {
    const action = this.actionFor(exchange);
    switch (action?.Type) {
      case 'fixed-response': {
        const { StatusCode, MessageBody = '', ContentType } = action.FixedResponseConfig ?? {};
        this.note('HTTP_Fixed_Response_Count');
        this.refused(Number(StatusCode));
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

  private redirect(exchange: Exchange, response: ClientResponse, action: Action): void {
    const config = action.RedirectConfig ?? { StatusCode: 'HTTP_301' };
    const Location = redirectLocation(config, {
      protocol: this.listener.protocol ?? 'HTTP',
      host: exchange.facts.host,
      port: String(this.listener.port),
      path: exchange.facts.path,
      query: exchange.query,
    });
    this.note('HTTP_Redirect_Count');
    this.sendPage(response, config.StatusCode === 'HTTP_302' ? 302 : 301, { Location });
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

  private forward(exchange: Exchange, response: ClientResponse, action: Action | undefined): void {
    const choice = this.choose(exchange, action);
    if (!choice) {
      this.sendPage(response, 503);
      return;
    }
    this.note('RequestCount', choice.group);
    const end = choice.target.begin(() => this.sendPage(response, 502));
    response.body.once('close', end);
    const replayable = isReplayable(exchange.request);
    // Only a request that can be sent again goes on a connection that was used before: its server may be closing it just then.
    if (replayable) this.relay(exchange, response, choice, this.agentOf(choice));
    else void this.relayAfresh(exchange, response, choice);
  }

  private async relayAfresh(exchange: Exchange, response: ClientResponse, choice: Choice): Promise<void> {
    try {
      const socket = await this.connect(choice);
      if (response.body.destroyed) socket.destroy();
      else this.relay(exchange, response, choice, socket);
    } catch (error) {
      this.sendPage(response, statusOf(error));
    }
  }

  private relay(
    exchange: Exchange,
    response: ClientResponse,
    choice: Choice,
    channel: TargetAgent | Duplex,
  ): void {
    const { request: incoming } = exchange;
    const onward = this.ask(exchange, channel);
    const abandon = () => onward.destroy();
    response.body.once('close', abandon);
    this.endIfIdle(onward);
    onward.once('response', (answer) => this.passOn(exchange, response, choice, answer));
    // Another protocol, which nobody asked for.
    onward.once('upgrade', (_answer, socket) => {
      socket.destroy();
      this.sendPage(response, 502);
    });
    onward.once('error', (error) => {
      response.body.off('close', abandon);
      if (response.body.destroyed) return;
      if (onward.reusedSocket && !response.hasBegun && isReset(error))
        void this.relayAfresh(exchange, response, choice);
      else this.sendPage(response, statusOf(error));
    });
    if (isReplayable(incoming)) onward.end();
    else incoming.body.pipe(onward);
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
    response: ClientResponse,
    choice: Choice,
    answer: IncomingMessage,
  ): void {
    const own = answer.headers['set-cookie'] ?? [];
    const cookies = this.stickiness.cookies(choice, incoming.headers.cookie, own, this.now());
    const headers = forwardedHeaders(answer, {
      ...addedHeaders(this.listener.attributes),
      ...(cookies.length > 0 && { 'Set-Cookie': [...own, ...cookies] }),
    });
    this.note(`HTTPCode_Target_${String(answer.statusCode)[0]}XX_Count`, choice.group);
    response.begin(answer.statusCode ?? 502, answer.statusMessage, headers);
    // Where there is no body, as with HEAD, an answer of HTTP/2 is over.
    if (response.body.writableEnded) answer.resume();
    else pipeline(answer, response.body, () => undefined);
  }

  /** Asks the target for another protocol, and hands the connection through when it agrees. */
  private async upgrade(
    exchange: Exchange,
    choice: Choice,
    incoming: IncomingMessage,
    client: Duplex,
    head: Buffer,
  ): Promise<void> {
    this.note('RequestCount', choice.group);
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
        if (!client.destroyed) this.refuse(client, statusOf(error));
      });
      onward.once('response', (answer) => this.passOn(exchange, answerOn(client, incoming), choice, answer));
      onward.once('upgrade', (answer, target, first) => {
        endWatch();
        const { rawHeaders, statusCode, statusMessage } = answer;
        const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
        client.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`, 'latin1');
        if (first.length > 0) client.write(first);
        if (head.length > 0) target.write(head);
        join(client, target);
        const endOfTalk = this.onIdle(
          () => target,
          () => client.destroy(),
        );
        client.once('close', endOfTalk);
      });
      onward.end();
    } catch (error) {
      this.refuse(client, statusOf(error));
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
    const connecting = this.backends.network.connect(source, target.address, target.port, {
      patience: CONNECT_PATIENCE,
    });
    const socket = await connecting.catch((error: Error) => {
      this.note('TargetConnectionErrorCount', group);
      throw error;
    });
    socket.setNoDelay(true);
    return group.protocol === 'HTTPS' ? this.secure(socket, group, target) : socket;
  }

  /** Begins TLS with a target, which has a while to answer. */
  private async secure(socket: Socket, group: TargetGroup, { address }: Target): Promise<Duplex> {
    const { clock } = this.backends;
    const seconds = Math.max(CONNECT_PATIENCE, LEAST_REAL_IDLE_SECONDS * clock.scale);
    let isLate = false;
    const cancel = clock.after(seconds, () => {
      isLate = true;
      socket.destroy();
    });
    try {
      return await secureSocket(socket, address);
    } catch (error) {
      this.note('TargetTLSNegotiationErrorCount', group);
      throw isLate ? new SlowTarget() : error;
    } finally {
      cancel();
    }
  }

  /** Answers as the load balancer itself. */
  private sendPage(
    response: ClientResponse,
    status: number,
    headers?: Readonly<Record<string, string>>,
  ): void {
    if (!response.hasBegun) this.refused(status);
    sendPage(response, status, headers);
  }

  /** As `sendPage`, on a connection that no response belongs to. */
  private refuse(client: Duplex, status: number): void {
    this.refused(status);
    refuse(client, status);
  }

  private note(metric: string, group?: TargetGroup): void {
    this.backends.traffic.note(metric, this.balancer, group);
  }

  private now(): Date {
    return this.backends.clock.now();
  }

  /** Gives a target up that is silent for too long. Returns how to end the watching, which else ends with the request. */
  private endIfIdle(onward: Asking): Cancel {
    const cancel = this.onIdle(
      () => onward.socket,
      () => onward.destroy(new SlowTarget()),
    );
    onward.once('close', cancel);
    return cancel;
  }

  /** Calls back when nothing has passed for the load balancer's idle timeout. */
  private onIdle(connection: () => Socket | null, callback: () => void): Cancel {
    const { clock } = this.backends;
    const timeout = this.balancer.attributes.number('idle_timeout.timeout_seconds');
    return onIdle(clock, connection, timeout, callback);
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
function isReplayable({ method, headers }: ClientRequest): boolean {
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return empty && ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].includes(method);
}

/** An ordinary answer on a connection that was to be upgraded; it is closed after that. */
function answerOn(client: Duplex, incoming: IncomingMessage): ClientResponse {
  const response = new ServerResponse(incoming);
  response.shouldKeepAlive = false;
  response.assignSocket(client as Socket);
  response.once('finish', () => client.end());
  return new MessageResponse(response);
}
