import { Agent, request } from 'node:http';
import type { Clock } from '../clock';

/** What visitors saw so far. */
export interface TrafficReport {
  readonly requests: number;
  readonly failed: number;
  /** The first few failures in words. */
  readonly failures: readonly string[];
  /** Answers by the version of the site that they carried. */
  readonly versions: Readonly<Record<string, number>>;
  /** When each version was first and last seen: AWS's time, milliseconds since the epoch. */
  readonly seen: Readonly<Record<string, { readonly first: number; readonly last: number }>>;
}

const VISITORS = 4;
/** AWS seconds, and how many real ones they are at least where time does not leap. All visitors together make thousands of requests in a build. */
const PAUSE_SECONDS = 0.8;
const LEAST_REAL_PAUSE_SECONDS = 0.025;
const PATIENCE_MILLISECONDS = 10_000;
const KEPT_FAILURES = 5;
const VERSION = /<meta name="version" content="([^"]*)"/;

/** Visitors of the site: several at once, each asking again and again over a kept connection, as browsers do. */
export class Traffic {
  private requests = 0;
  private failed = 0;
  private readonly failures: string[] = [];
  private readonly versions: Record<string, number> = {};
  private readonly seen: Record<string, { first: number; last: number }> = {};
  private stopped = false;
  private readonly visitors: Promise<void>[];

  /**
   * @param url a page of the site that carries `<meta name="version" content="…">`
   * @param pauseSeconds AWS seconds that each visitor waits after an answer
   */
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    pauseSeconds = PAUSE_SECONDS,
  ) {
    const pause = Math.max(pauseSeconds, clock.leaps ? 0 : LEAST_REAL_PAUSE_SECONDS * clock.scale);
    this.visitors = Array.from({ length: VISITORS }, (_, at) => this.visit(pause, (at * pause) / VISITORS));
  }

  report(): TrafficReport {
    const { requests, failed, failures, versions, seen } = this;
    return { requests, failed, failures: [...failures], versions: { ...versions }, seen: { ...seen } };
  }

  /** Lets the requests in flight end. */
  async stop(): Promise<TrafficReport> {
    this.stopped = true;
    await Promise.all(this.visitors);
    return this.report();
  }

  /** @param delay of the first visit, so that not all come at once; AWS seconds as the pause */
  private async visit(pause: number, delay: number): Promise<void> {
    const { clock } = this;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    if (delay > 0) await clock.sleep(delay);
    while (!this.stopped) {
      this.requests += 1;
      try {
        this.note(await readPage(this.url, agent));
      } catch (error) {
        this.failed += 1;
        if (this.failures.length < KEPT_FAILURES) this.failures.push((error as Error).message);
      }
      await clock.sleep(pause);
    }
    agent.destroy();
  }

  private note(page: string): void {
    const version = VERSION.exec(page)?.[1];
    if (version === undefined) throw new Error(`the answer is not the site: ${page.slice(0, 200)}`);
    const now = this.clock.now().getTime();
    this.versions[version] = (this.versions[version] ?? 0) + 1;
    this.seen[version] = { first: this.seen[version]?.first ?? now, last: now };
  }
}

/** One page, read to its end. Rejects for any status but 200. */
export function readPage(url: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, timeout: PATIENCE_MILLISECONDS }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('error', reject);
      answer.once('aborted', () => reject(new Error(`${url}: the answer broke off`)));
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`${url}: ${answer.statusCode} ${body.slice(0, 200)}`));
      });
    });
    sent.once('timeout', () =>
      sent.destroy(new Error(`${url}: no answer for ${PATIENCE_MILLISECONDS / 1000} s`)),
    );
    sent.once('error', reject);
    sent.end();
  });
}
