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
/** Of the pipeline: what the script, and what the preparation was of. */
const EDITION = /<meta name="edition" content="([^"]*)"/;
const PREPARED = /<meta name="prepared" content="([^"]*)"/;

/** A version of the site, and the editions of the pipeline that have made and prepared it. */
export function describeSite(version: string | undefined, edition = 'first', prepared = edition): string {
  return `${version}, made as in the ${edition} edition and prepared as in the ${prepared}`;
}

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

  /** The version of the site that one more visitor sees, and which editions of the pipeline have made and prepared it, in words. */
  async look(): Promise<string> {
    const page = await readPage(this.url);
    const [edition, prepared] = [EDITION, PREPARED].map((mark) => mark.exec(page)?.[1] ?? 'first');
    return describeSite(VERSION.exec(page)?.[1], edition, prepared);
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
