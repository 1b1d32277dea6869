import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as startTls } from 'node:tls';
import { withOthers } from './globals';

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
  private asking = 0;
  private isStopped = false;
  private readonly sockets = new Set<Duplex>();

  /** @param onChange it waits for another number of answers */
  constructor(
    private readonly openConnection: Open,
    private readonly onChange: () => void,
  ) {
    this.modules = { http: this.makeModule(http, 80), https: this.makeModule(https, 443) };
  }

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    return this.asking > 0;
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
    const request = (...args: unknown[]) => this.follow(module.request(...withAgent(args, globalAgent)));
    const get = (...args: unknown[]) => request(...args).end();
    return withOthers(module, { Agent, globalAgent, request, get });
  }

  private follow(request: ClientRequest): ClientRequest {
    this.asking += 1;
    this.onChange();
    request.once('close', () => {
      this.asking -= 1;
      this.onChange();
    });
    return request;
  }

  private connect(target: Target, usualPort: number, done: Done): void {
    const host = target.host || target.hostname || '';
    if (this.isStopped) return;
    this.openConnection(host, Number(target.port || usualPort))
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

type RequestArguments = Parameters<typeof http.request>;

/** The arguments of a request, in any of their forms, which has this agent where it names none. */
function withAgent([first, ...rest]: unknown[], _defaultAgent: http.Agent): RequestArguments {
  if (typeof first === 'string' || first instanceof URL) {
    const options = typeof rest[0] === 'object' ? (rest.shift() as object) : {};
    return [first, { ...options, _defaultAgent }, ...rest] as unknown as RequestArguments;
  }
  return [{ ...(first as object), _defaultAgent }, ...rest] as unknown as RequestArguments;
}

function secure(socket: Duplex, servername: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const secured = startTls({ socket, servername });
    secured.once('error', reject);
    secured.once('secureConnect', () => resolve(secured));
  });
}
