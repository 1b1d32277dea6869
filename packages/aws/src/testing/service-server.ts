import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock } from '../core/clock';
import type { Context } from '../core/context';
import { type AwsEvent, EventBus } from '../core/event-bus';
import { Faults } from '../core/faults';
import { uuid } from '../core/ids';
import { Ledger } from '../core/ledger';
import { type ServiceName, services } from '../services';
import { identify } from '../wire/identify';
import { apiOf, rootCall } from './api';
import { noCorridor } from './no-corridor';

/** A region of its own for a test, with all its events. */
export function makeContext(scale = 1, region = 'us-east-1'): { context: Context; events: AwsEvent[] } {
  const clock = new Clock(scale);
  const events: AwsEvent[] = [];
  const bus = new EventBus(region, '000000000000', () => clock.now());
  bus.subscribe((event) => events.push(event));
  const context: Context = {
    region,
    accountId: '000000000000',
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus,
    faults: new Faults(),
    endpoint: '',
    ...noCorridor,
  };
  return { context, events };
}

export interface ServiceServer {
  readonly endpoint: string;
  /** For any SDK client. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  close(): Promise<void>;
}

/** One service behind real HTTP and the real wire. */
export async function serve(name: ServiceName, state: unknown): Promise<ServiceServer> {
  const api = apiOf({ [name]: state });
  const server: Server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
      const request = {
        method: incoming.method ?? 'GET',
        path,
        query: new URLSearchParams(query),
        rawQuery: query,
        headers: Object.fromEntries(
          Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]),
        ),
        body: Buffer.concat(chunks),
        host: (incoming.headers.host ?? '').replace(/:\d+$/, ''),
      };
      const { region, accessKeyId = '' } = identify(request, services);
      const call = rootCall(region, uuid());
      api.answer(name, request, { ...call, principal: { ...call.principal, accessKeyId } }).then((answer) => {
        const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
        response.writeHead(answer.status, {
          'content-length': String(body.length),
          ...Object.fromEntries(
            Object.entries(answer.headers).map(([key, value]) => [key.toLowerCase(), value]),
          ),
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    client: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
