import { Agent } from 'node:http';
import type { AwsClock } from 'embedded-aws';
import { readPage } from '../../../cli/story/traffic';

/** A request that failed. */
export interface Failure {
  /** AWS milliseconds. */
  readonly at: number;
  readonly message: string;
}

const VISITORS = 2;
/** AWS seconds between two requests of a visitor, while servers come and go and while they do not. */
const BUSY_SECONDS = 2;
const IDLE_SECONDS = 120;
/** A rollout is over by then: a build that waits for its window may do so for days. */
const MOST_BUSY_SECONDS = 3600;
const VERSION = /<meta name="version" content="([^"]*)"/;
/** Of the pipeline. */
const EDITION = /<meta name="edition" content="([^"]*)"/;

/** Visitors of the site, who ask often while a rollout may run. Hours pass in other states: whoever asked as often then would do nothing else. */
export class Visitors {
  requests = 0;
  readonly failures: Failure[] = [];
  /** AWS milliseconds. */
  private busyUntil = 0;
  private hasEnded = false;
  private readonly visits: Promise<void>[];

  constructor(
    private readonly url: string,
    private readonly clock: AwsClock,
  ) {
    this.visits = Array.from({ length: VISITORS }, () => this.visit());
  }

  set busy(isBusy: boolean) {
    this.busyUntil = isBusy ? this.now() + MOST_BUSY_SECONDS * 1000 : 0;
  }

  private get isBusy(): boolean {
    return this.now() < this.busyUntil;
  }

  private now(): number {
    return this.clock.now().getTime();
  }

  /** The version of the site that one more visitor sees, and which edition of the pipeline made it. */
  async look(): Promise<{ version?: string | undefined; edition: string }> {
    const page = await readPage(this.url);
    return { version: VERSION.exec(page)?.[1], edition: EDITION.exec(page)?.[1] ?? 'first' };
  }

  async stop(): Promise<void> {
    this.hasEnded = true;
    await Promise.all(this.visits);
  }

  private async visit(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.hasEnded) {
      this.requests += 1;
      const at = this.now();
      try {
        const page = await readPage(this.url, agent);
        if (!VERSION.test(page)) throw new Error(`the answer is not the site: ${page.slice(0, 100)}`);
      } catch (error) {
        this.failures.push({ at, message: (error as Error).message });
      }
      await this.pause();
    }
    agent.destroy();
  }

  /** In short steps, so that who idles notices when a rollout begins. */
  private async pause(): Promise<void> {
    const begun = this.now();
    do {
      await this.clock.sleep(BUSY_SECONDS * (this.isBusy ? 1 : 10));
    } while (!this.isBusy && !this.hasEnded && this.now() - begun < IDLE_SECONDS * 1000);
  }
}
