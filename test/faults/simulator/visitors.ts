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
/** AWS seconds between two requests of a visitor: while servers come and go, while a refresh may go on that finds no way, and while nothing happens. */
const BUSY_SECONDS = 2;
const PATIENT_SECONDS = 10;
const IDLE_SECONDS = 120;
/** A rollout that gets on is over by the first, and one that does not by the second: a build that waits for its window may do so for days. */
const BUSY_FOR_SECONDS = 900;
const PATIENT_FOR_SECONDS = 3600;
/** Between two looks whether a rollout begins. */
const LOOK_SECONDS = 20;
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
  /** Since when a rollout may run: AWS milliseconds. */
  private busySince = Number.NEGATIVE_INFINITY;
  private hasEnded = false;
  private readonly visits: Promise<void>[];

  constructor(
    private readonly url: string,
    private readonly clock: AwsClock,
  ) {
    this.visits = Array.from({ length: VISITORS }, () => this.visit());
  }

  set busy(isBusy: boolean) {
    this.busySince = isBusy ? this.now() : Number.NEGATIVE_INFINITY;
  }

  private get pauseSeconds(): number {
    const seconds = (this.now() - this.busySince) / 1000;
    if (seconds < BUSY_FOR_SECONDS) return BUSY_SECONDS;
    return seconds < PATIENT_FOR_SECONDS ? PATIENT_SECONDS : IDLE_SECONDS;
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
      await this.clock.sleep(Math.min(this.pauseSeconds, LOOK_SECONDS));
    } while (!this.hasEnded && this.now() - begun < this.pauseSeconds * 1000);
  }
}
