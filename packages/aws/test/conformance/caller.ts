import { Agent, request as send } from 'node:http';
import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/transport';
import { ADMINISTRATOR } from '../../src/core/principal';
import { type ServiceName, services } from '../../src/services';
import { signedHeaders } from '../../src/testing/signed';

/** An HTTP request as it goes over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request and what came back: no answer where none came in time, or the connection broke. */
export interface Exchange {
  readonly request: RawRequest;
  readonly answer?: RawAnswer;
}

/** What a call came to. */
export interface Outcome {
  /** Undefined where the SDK itself refused the input: nothing was sent. */
  readonly exchange?: Exchange;
  readonly output?: Record<string, unknown>;
  readonly error?: Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
}

const nothing = () => {};
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** No answer takes longer, waits included. Real milliseconds. */
const PATIENCE = 20_000;

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}

/** Calls operations through the SDK's own clients, over real HTTP, and keeps what went over the wire. */
export class Caller {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  private readonly clients = new Map<string, Promise<{ client: SdkClient; commands: Commands }>>();
  private last: Exchange | undefined;
  private mangle: ((request: RawRequest) => RawRequest) | undefined;

  /** @param endpoint `http://127.0.0.1:4566` */
  constructor(private readonly endpoint: string) {}

  /** @param mangle changes the request when the SDK has made it */
  async call(
    service: ServiceName,
    operation: string,
    input: object,
    mangle?: (request: RawRequest) => RawRequest,
  ): Promise<Outcome> {
    const { client, commands } = await this.client(service);
    const Command = commands[`${operation}Command`];
    if (!Command) throw new Error(`the SDK's client of ${service} has no ${operation}`);
    this.last = undefined;
    this.mangle = mangle;
    try {
      const output = await client.send(new Command(input));
      await drain(output);
      return { exchange: this.last, output };
    } catch (error) {
      return { exchange: this.last, error: error as Error };
    } finally {
      this.mangle = undefined;
    }
  }

  /** Sends a request as it is, but for its signature. */
  async sendRaw(request: RawRequest): Promise<Exchange> {
    const sent = this.signedAnew(request);
    return { request: sent, answer: await this.exchange(sent).catch(() => undefined) };
  }

  /** What was changed after it was signed would be refused for its signature, and nothing else of it be looked at. */
  private signedAnew(request: RawRequest): RawRequest {
    const { method, path, body } = request;
    const { authorization = '', ...others } = request.headers;
    const [, region, service] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? [];
    if (region === undefined || service === undefined) return request;
    const headers = Object.fromEntries(
      Object.entries(others).filter(
        ([name]) => !/^(host|expect|content-length|x-amz-(date|content-sha256))$/.test(name),
      ),
    );
    const { endpoint } = this;
    return { ...request, headers: signedHeaders({ endpoint, service, region, method, path, headers, body }) };
  }

  async close(): Promise<void> {
    for (const { client } of await Promise.all(this.clients.values())) client.destroy();
    this.agent.destroy();
  }

  private client(service: ServiceName): Promise<{ client: SdkClient; commands: Commands }> {
    let made = this.clients.get(service);
    if (!made) {
      made = this.makeClient(service);
      this.clients.set(service, made);
    }
    return made;
  }

  private async makeClient(service: ServiceName): Promise<{ client: SdkClient; commands: Commands }> {
    const module = (await services[service].client()) as unknown as Commands;
    const [, Client] =
      Object.entries(module).find(([key]) => key.endsWith('Client') && !key.startsWith('__')) ?? [];
    if (!Client) throw new Error(`the SDK's module of ${service} has no client`);
    const client = new Client({
      endpoint: this.endpoint,
      region: 'us-east-1',
      credentials: ADMINISTRATOR,
      maxAttempts: 1,
      forcePathStyle: true,
      disableHostPrefix: true,
      // Its advice is for people.
      logger: SILENT,
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        handle: (request: SdkRequest) => this.handle(request),
      },
    }) as SdkClient;
    return { client, commands: module };
  }

  private async handle(sdk: SdkRequest): Promise<{ response: HttpResponse }> {
    const made: RawRequest = {
      method: sdk.method,
      path: pathOf(sdk),
      headers: sdk.headers,
      body: await toBuffer(sdk.body),
    };
    const request = this.mangle ? this.signedAnew(this.mangle(made)) : made;
    this.last = { request };
    try {
      this.last = { request, answer: await this.exchange(request) };
    } catch (error) {
      // Node itself sends no such request: nobody was asked.
      if (/^ERR_(INVALID|UNESCAPED)/.test((error as NodeJS.ErrnoException).code ?? '')) this.last = undefined;
      throw error;
    }
    const { answer } = this.last;
    if (!answer) throw new Error('no answer');
    return {
      response: new HttpResponse({
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: Readable.from([answer.body]),
      }),
    };
  }

  private exchange({ method, path, headers, body }: RawRequest): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.endpoint);
      const { host: _host, expect: _expect, ...others } = headers;
      const sent = send(
        {
          hostname,
          port,
          method,
          path,
          agent: this.agent,
          headers: { ...others, 'content-length': String(body.length), host: `${hostname}:${port}` },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            clearTimeout(timer);
            const entries = Object.entries(response.headers).map(([key, value]) => [key, String(value)]);
            resolve({
              status: response.statusCode ?? 0,
              headers: Object.fromEntries(entries),
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), PATIENCE);
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end(body);
    });
  }
}

type Commands = Readonly<Record<string, new (input: object) => object>>;

function pathOf({ path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one ?? '')}`),
  );
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

async function toBuffer(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>)
    chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Reads the streams of an answer to their end, as whoever asked for them would. */
async function drain(output: Record<string, unknown>): Promise<void> {
  for (const value of Object.values(output)) {
    if (value instanceof Readable) for await (const _ of value);
  }
}
