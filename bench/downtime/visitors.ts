import type { Writable } from 'node:stream';
import type { AwsClock } from 'embedded-aws';
import { talk } from './talk';
import type { Tally } from './tally';
import { Http1, Http2, type Transport } from './transports';

/** Where this machine reaches the load balancers: origins, as in `http://127.0.0.1:8080`. */
export interface Origins {
  readonly http: string;
  readonly https: string;
  readonly network: string;
}

/** Kinds of traffic. */
export const KINDS = [
  'HTTP/1.1 kept alive',
  'HTTP/1.1 fresh',
  'HTTP/2',
  'slow answer',
  'upload',
  'web socket',
  'fresh, NLB',
  'longer than the delay',
] as const;
export type Kind = (typeof KINDS)[number];
/** Bound to break off where its server goes meanwhile, as on AWS. */
export const APART: readonly Kind[] = ['longer than the delay'];

/** How many visitors at once, and how long each rests between two requests, AWS seconds. */
export type Plan = Readonly<Record<Kind, { readonly visitors: number; readonly pauseSeconds: number }>>;

/** AWS seconds; the deregistration delay is 200. */
const SLOW_SECONDS = 10;
const LONG_SECONDS = 450;
const UPLOAD_PARTS = 4;
const PART_BYTES = 32_768;
const MESSAGES = ['one', 'two', 'three', 'four', 'five'];

/** Visitors who share a connection of HTTP/2, as the tabs of a browser do. */
const SHARING = 4;

type Ask = () => Promise<void>;

/**
 * Visitors of all kinds, each asking again and again. They rest by AWS's clock: where the machine is too slow for that, they come less often,
 * and do not crowd out what AWS does meanwhile.
 */
export class Visitors {
  private stopped = false;
  private readonly transports: Transport[] = [];
  private readonly sharedTransports: Transport[] = [];
  private readonly visits: Promise<void>[];

  constructor(
    private readonly origins: Origins,
    private readonly clock: Pick<AwsClock, 'sleep'>,
    private readonly tally: Tally,
    plan: Plan,
  ) {
    this.visits = KINDS.flatMap((kind) =>
      Array.from({ length: plan[kind].visitors }, (_, index) =>
        this.visit(kind, this.visitor(kind, index), plan[kind].pauseSeconds),
      ),
    );
  }

  /** Lets the requests that are under way end. */
  async stop(): Promise<void> {
    this.stopped = true;
    let areOver = false;
    const visits = Promise.all(this.visits).then(() => {
      areOver = true;
    });
    // Time that leaps does so for those who wait on the clock, not for an answer.
    while (!areOver) await this.clock.sleep(1);
    await visits;
    for (const transport of this.transports) transport.close();
  }

  private async visit(kind: Kind, ask: Ask, pauseSeconds: number): Promise<void> {
    while (!this.stopped) {
      await this.tally.measure(kind, ask);
      await this.clock.sleep(pauseSeconds);
    }
  }

  private visitor(kind: Kind, index: number): Ask {
    const { http, https, network } = this.origins;
    // Half of those that take long come over HTTP/2.
    const either = () => this.own(index % 2 === 0 ? new Http1(http, true) : new Http2(https));
    switch (kind) {
      case 'HTTP/1.1 kept alive':
        return reader(this.own(new Http1(index % 2 === 0 ? http : https, true)));
      case 'HTTP/1.1 fresh':
        return reader(this.own(new Http1(http, false)));
      case 'fresh, NLB':
        return reader(this.own(new Http1(network, false)));
      case 'HTTP/2':
        return reader(this.shared(index));
      case 'slow answer':
        return waiter(either(), SLOW_SECONDS);
      case 'longer than the delay':
        return waiter(either(), LONG_SECONDS);
      case 'upload':
        return this.uploader(either());
      case 'web socket':
        return () => talk(`${http}/live/talk`, MESSAGES, () => this.clock.sleep(2));
    }
  }

  private own<One extends Transport>(transport: One): One {
    this.transports.push(transport);
    return transport;
  }

  private shared(index: number): Transport {
    const at = Math.floor(index / SHARING);
    const transport = this.sharedTransports[at] ?? this.own(new Http2(this.origins.https));
    this.sharedTransports[at] = transport;
    return transport;
  }

  private uploader(transport: Transport): Ask {
    const upload = async (body: Writable) => {
      for (let part = 0; part < UPLOAD_PARTS; part += 1) {
        body.write(Buffer.alloc(PART_BYTES, 'upload'));
        await this.clock.sleep(2);
      }
      body.end();
    };
    return async () => {
      const answer = await transport.ask({ path: '/live/upload', upload });
      if (answer !== String(UPLOAD_PARTS * PART_BYTES)) throw new Error(`the server got ${answer} bytes`);
    };
  }
}

/** Reads the page. */
function reader(transport: Transport): Ask {
  return async () => {
    const page = await transport.ask({ path: '/' });
    if (!page.includes('name="version"')) throw new Error(`this is not the site: ${page.slice(0, 200)}`);
  };
}

/** Waits for a slow answer to its end. */
function waiter(transport: Transport, seconds: number): Ask {
  return async () => {
    const answer = await transport.ask({ path: `/live/slow?seconds=${seconds}` });
    if (!answer.endsWith('done')) throw new Error(`the answer is not whole: ${answer}`);
  };
}
