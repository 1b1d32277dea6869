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
const VERSION = /<meta name="version" content="([^"]*)"/;

/** Visitors of the site, who ask often while a rollout may run. Hours pass in other states: whoever asked as often then would do nothing else. */
export class Visitors {
  requests = 0;
  readonly failures: Failure[] = [];
  private isBusy = false;
  private hasEnded = false;
  private readonly visits: Promise<void>[];

  constructor(
    private readonly url: string,
    private readonly clock: AwsClock,
  ) {
    this.visits = Array.from({ length: VISITORS }, () => this.visit());
  }

  set busy(isBusy: boolean) {
    this.isBusy = isBusy;
  }

  /** The version of the site that one more visitor sees. */
  async look(): Promise<string | undefined> {
    return VERSION.exec(await readPage(this.url))?.[1];
  }

  async stop(): Promise<void> {
    this.hasEnded = true;
    await Promise.all(this.visits);
  }

  private async visit(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.hasEnded) {
      this.requests += 1;
      const at = this.clock.now().getTime();
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
    const begun = this.clock.now().getTime();
    do {
      await this.clock.sleep(BUSY_SECONDS * (this.isBusy ? 1 : 10));
    } while (!this.isBusy && !this.hasEnded && this.clock.now().getTime() - begun < IDLE_SECONDS * 1000);
  }
}
