import type { EventEmitter } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as startTls } from 'node:tls';
import { runForNobody } from './strays';
import { withOthers } from './with-others';

/** Opens a connection of a function. Rejects as a real network would. */
export type Open = (host: string, port: number) => Promise<Duplex>;

type Done = (error: Error | null, socket?: Duplex) => void;
interface Target {
  readonly host?: string | null;
  readonly hostname?: string | null;
  readonly port?: number | string | null;
  readonly servername?: string;
}

/** `node:http` and `node:https` of one function: its connections go into the embedded network, and it is known what it waits for. */
export class OwnHttp {
  /** By name. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Those whose answer has not come yet, as far as it is known. */
  private readonly asked = new Set<ClientRequest & { res?: IncomingMessage }>();
  private isStopped = false;
  private readonly sockets = new Set<Duplex>();

  /**
   * @param onChange it waits for another number of answers
   * @param onException one of its listeners has thrown this
   */
  constructor(
    private readonly openConnection: Open,
    private readonly onChange: () => void,
    private readonly onException: (error: unknown) => void,
  ) {
    this.modules = { http: this.makeModule(http, 80), https: this.makeModule(https, 443) };
  }

  /** The global `fetch`: bodies are held whole, and a redirect is not followed. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    if (!/^https?:$/.test(url.protocol)) return fetch(asked);
    const { signal } = asked;
    signal.throwIfAborted();
    const body = Buffer.from(await asked.arrayBuffer());
    const module = this.modules[url.protocol === 'https:' ? 'https' : 'http'] as typeof http;
    const headers = { ...Object.fromEntries(asked.headers), 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const failed = (cause: Error) => reject(new TypeError('fetch failed', { cause }));
      const sent = module.request(url, { method: asked.method, headers }, (answer) =>
        readWhole(answer, asked).then(resolve, failed),
      );
      const abort = () => {
        reject(signal.reason);
        sent.destroy();
      };
      signal.addEventListener('abort', abort, { once: true });
      sent.once('close', () => signal.removeEventListener('abort', abort));
      sent.once('error', failed);
      sent.end(body);
    });
  };

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    for (const request of this.asked)
      if (request.destroyed || request.res?.complete) this.asked.delete(request);
    return this.asked.size > 0;
  }

  /** An invocation begins: what an earlier one still waited for is not waited for any more. */
  forget(): void {
    this.asked.clear();
  }

  /** Nothing goes out any more, and nothing comes in. */
  stop(): void {
    this.isStopped = true;
    for (const socket of this.sockets) {
      socket.removeAllListeners('data');
      socket.pause();
    }
    this.sockets.clear();
  }

  private makeModule(module: typeof http | typeof https, usualPort: number): object {
    const connect = (target: Target, done: Done) => this.connect(target, usualPort, done);
    const Agent = class extends (module.Agent as typeof http.Agent) {};
    Object.defineProperty(Agent.prototype, 'createConnection', { value: connect });
    const globalAgent = new Agent({ keepAlive: true });
    const choose = (agent: unknown) => (agent === false ? new Agent() : (agent ?? globalAgent));
    const request = (...args: unknown[]) => this.follow(module.request(...withAgent(args, choose)));
    const get = (...args: unknown[]) => request(...args).end();
    return withOthers(module, { Agent, globalAgent, request, get });
  }

  private follow(request: ClientRequest): ClientRequest {
    this.guard(request);
    this.asked.add(request);
    this.onChange();
    request.once('close', () => {
      this.asked.delete(request);
      this.onChange();
    });
    return request;
  }

  /** What its listeners throw is the function's, and does not reach whoever is just writing to it. */
  private guard(emitter: EventEmitter): void {
    const { emit } = emitter;
    emitter.emit = (...args) => {
      const [event, answer] = args;
      // Not by a listener: an answer that nobody listens to is thrown away by Node.js.
      if (event === 'response') this.guard(answer as IncomingMessage);
      try {
        return emit.apply(emitter, args);
      } catch (error) {
        this.onException(error);
        return true;
      }
    };
  }

  private connect(target: Target, usualPort: number, done: Done): void {
    const host = target.host || target.hostname || '';
    if (this.isStopped) return;
    runForNobody(() => this.openConnection(host, Number(target.port || usualPort)))
      .then((socket) =>
        usualPort === 443 && !isS3(host) ? secure(socket, target.servername || host) : socket,
      )
      .then(
        (socket) => {
          if (this.isStopped) return socket.destroy();
          this.sockets.add(socket);
          socket.once('close', () => this.sockets.delete(socket));
          done(null, socket);
        },
        (error: Error) => this.isStopped || done(error),
      );
  }
}

/** S3's own hosts are the front door, as presigned URLs name them; it is spoken to without TLS. */
export function isS3(host: string): boolean {
  return /(^|\.)s3(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com$/.test(host);
}

/** Statuses whose answers have no body. */
const EMPTY = [204, 205, 304];

async function readWhole(answer: IncomingMessage, { url, redirect }: Request): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = answer;
  if (status >= 300 && status < 400 && status !== 304 && redirect !== 'manual')
    throw new Error(`a function that runs in this process follows no redirect, and the answer is ${status}`);
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const body = EMPTY.includes(status) ? null : Buffer.concat(chunks);
  return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url });
}

type RequestArguments = Parameters<typeof http.request>;

/**
 * The arguments of a request, in any of their forms, with the agent that it gets: https has its own agent, and not that of the options, take the
 * place of one that is not named.
 */
function withAgent([first, ...rest]: unknown[], choose: (agent: unknown) => unknown): RequestArguments {
  const own = (options: object) => ({ ...options, agent: choose((options as { agent?: unknown }).agent) });
  if (typeof first === 'string' || first instanceof URL) {
    const options = typeof rest[0] === 'object' ? (rest.shift() as object) : {};
    return [first, own(options), ...rest] as unknown as RequestArguments;
  }
  return [own(first as object), ...rest] as unknown as RequestArguments;
}

function secure(socket: Duplex, servername: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const secured = startTls({ socket, servername });
    secured.once('error', reject);
    secured.once('secureConnect', () => resolve(secured));
  });
}
