import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Ajv from 'ajv/dist/2020';
import type { Context } from '../../../cli/commands/context';
import { main } from '../../../cli/kiln';
import type { Build } from '../../../cli/remote/answers';
import { connect } from '../../../cli/remote/remote';
import { clean } from '../../../cli/view/text';
import openapi from '../../../docs/openapi.json';

export interface Recorded {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

/** A server that answers as Kiln's API: by `GET /builds/{id}` with what that is, or with one answer after the other, of which the last stays. */
export class FakeApi {
  readonly requests: Recorded[] = [];
  /** What the real API would not have taken of what was sent. */
  readonly refusals: string[] = [];
  private readonly routes = new Map<string, Answer[]>();
  private server?: Server;

  get url(): string {
    const address = this.server?.address() as AddressInfo | undefined;
    return `http://127.0.0.1:${address?.port}`;
  }

  async start(): Promise<void> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      this.requests.push({ method, path, headers, body: text ? JSON.parse(text) : undefined });
      const refusal = refuse(method, path, text ? JSON.parse(text) : {});
      if (refusal !== undefined) this.refusals.push(refusal);
      const answers =
        this.routes.get(`${method} ${path}`) ?? this.routes.get(`${method} ${path.split('?')[0]}`);
      // API Gateway's own answer to a route that is not there.
      const answer = (answers && answers.length > 1 ? answers.shift() : answers?.[0]) ?? {
        status: 404,
        body: { message: 'Not Found' },
      };
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** @param route `POST /pipelines/web/builds` */
  on(route: string, ...answers: Answer[]): this {
    this.routes.set(route, answers);
    return this;
  }

  reset(): void {
    this.routes.clear();
    this.requests.length = 0;
    this.refusals.length = 0;
  }
}

/** What docs/openapi.json has of a route. */
interface Documented {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
}

const PATHS = Object.entries(openapi.paths as Record<string, Record<string, Documented>>);
const ajv = new Ajv({ strict: false, validateFormats: false });

/** What is wrong with a request for a route that the API has; nothing of one that it has not. */
function refuse(method: string, url: string, body: unknown): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://api');
  const [, routes] =
    PATHS.find(([path]) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname)) ?? [];
  const route = routes?.[method.toLowerCase()];
  if (!route) return undefined;
  const schema = route.requestBody?.content['application/json']?.schema ?? {
    type: 'object',
    maxProperties: 0,
  };
  if (!ajv.validate(schema, body)) return `${method} ${pathname}: ${ajv.errorsText()}`;
  const known = (route.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  const unknown = [...searchParams.keys()].filter((name) => !known.includes(name));
  return unknown.length > 0 ? `${method} ${pathname}: the query has ${unknown}` : undefined;
}

/** Holds the tests of a file to an API: it is started and stopped, and takes all that is sent. */
export function useApi(): FakeApi {
  const api = new FakeApi();
  useKeys();
  beforeAll(() => api.start());
  afterAll(() => api.stop());
  beforeEach(() => api.reset());
  afterEach(() => expect(api.refusals).toEqual([]));
  return api;
}

/** A problem as the API tells it. */
export function problem(status: number, error: string, detail: string, errors?: object[]): Answer {
  return { status, body: { type: `urn:kiln:problem:${error}`, title: error, status, detail, error, errors } };
}

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  /** What was drawn in place, picture by picture. */
  readonly pictures: readonly (readonly string[])[];
}

export interface RunOptions {
  /** A terminal of so many columns, instead of a pipe. */
  readonly columns?: number;
  readonly rows?: number;
  /** Interrupts when the command rests for the so manieth time. */
  readonly interruptAt?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
}

/** Runs `kiln` with a terminal that is read, and no time that passes. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const pictures: string[][] = [];
  const output: string[] = [];
  const errors: string[] = [];
  const controller = new AbortController();
  let rests = 0;
  const context: Context = {
    terminal: {
      columns: options.columns ?? 10_000,
      rows: options.rows ?? 40,
      isInteractive: options.columns !== undefined,
      print: (...lines) => output.push(...lines.map(clean)),
      tell: (...lines) => errors.push(...lines.map(clean)),
      json: (value, style) => output.push(JSON.stringify(value, undefined, style === 'line' ? undefined : 2)),
      draw: (lines) => pictures.push([...lines]),
    },
    connect: async (place) => {
      const remote = await connect(place, { ...options.env }, [1, 1]);
      return options.now ? { ...remote, now: () => options.now as Date } : remote;
    },
    async pause() {
      rests += 1;
      if (rests === options.interruptAt) controller.abort(new Error('interrupted'));
      if (rests > 200) throw new Error('it waits for ever');
    },
    interruptible: (work) => work(controller.signal),
  };
  const spies = [
    jest.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text)),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text).trimEnd()) > 0),
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => output.push(String(text).trimEnd()) > 0),
  ];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(['node', 'kiln', ...args], context);
    return {
      code: Number(process.exitCode ?? 0),
      output: output.join('\n'),
      errors: errors.join('\n'),
      pictures,
    };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs `kiln` against an API. */
export function runAt(api: FakeApi, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run([...args, '--api', api.url, '--region', 'eu-north-1'], options);
}

/** Credentials from the environment, and none of the machine's own settings. */
export function useKeys(): void {
  const before = { ...process.env };
  beforeAll(() => {
    for (const name of [
      'AWS_PROFILE',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'KILN_API_URL',
    ])
      delete process.env[name];
    const none = '/dev/null';
    Object.assign(process.env, { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
  });
  afterAll(() => {
    process.env = before;
  });
}

export const ID = 'web-01JQ8Z0000000000000000000A';
export const OTHER = 'web-01JQ8Y0000000000000000000B';

const at = (time: string) => `2026-11-30T${time}.000Z`;

const ROLLOUT = {
  autoScalingGroup: 'kiln-fleet-web',
  launchTemplateId: 'lt-1',
  version: '42',
  verified: { by: 'site', servers: 3 },
};

/** A build that has just rolled out, unless the fields say otherwise. */
export function build(fields: Partial<Build> = {}): Build {
  return {
    id: ID,
    pipeline: 'web',
    status: 'SUCCEEDED',
    trigger: { kind: 'http', by: 'arn:aws:iam::111122223333:user/eva' },
    parameters: { REVISION: 'v7' },
    requestedAt: at('03:00:00'),
    startedAt: at('03:00:01'),
    endedAt: at('03:06:03'),
    resolved: { REVISION: { value: 'v7', from: 'request', before: 'v6' } },
    imageId: 'ami-0bb2',
    rollouts: [ROLLOUT],
    stages: [
      { stage: 'Plan', startedAt: at('03:00:01'), endedAt: at('03:00:02'), outcome: 'succeeded' },
      { stage: 'LaunchInstance', startedAt: at('03:00:02'), endedAt: at('03:00:10'), outcome: 'succeeded' },
      { stage: 'AwaitHealthySite', startedAt: at('03:00:10'), endedAt: at('03:02:00'), outcome: 'succeeded' },
      { stage: 'PublishImage', startedAt: at('03:02:00'), endedAt: at('03:02:30'), outcome: 'succeeded' },
      {
        stage: 'AwaitRefresh',
        autoScalingGroup: 'kiln-fleet-web',
        startedAt: at('03:02:30'),
        endedAt: at('03:06:00'),
        outcome: 'succeeded',
      },
      { stage: 'Finish', startedAt: at('03:06:00'), endedAt: at('03:06:03'), outcome: 'succeeded' },
    ],
    ...fields,
  };
}

/** A build that rolls out. */
export function rollingOut(fields: Partial<Build> = {}): Build {
  const { stages } = build();
  return build({
    status: 'RUNNING',
    endedAt: undefined,
    stages: [
      ...stages.slice(0, 4),
      {
        stage: 'AwaitRefresh',
        autoScalingGroup: 'kiln-fleet-web',
        startedAt: at('03:02:30'),
        outcome: 'running',
        waitsFor: 'the refresh 0f1e of kiln-fleet-web',
        says: 'InProgress, 33 %, 2 servers to go',
        seenAt: at('03:03:00'),
      },
    ],
    ...fields,
  });
}
