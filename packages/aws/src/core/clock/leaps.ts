import { SeededRandom } from '../ids/random';
import type { Pace } from './pace';
import { Stillness, type Work } from './stillness';
import type { LeapingTime } from './time';
import type { Timer, Timers } from './timers';

/** Real milliseconds of work in which nothing comes to an end and after which even a seeded clock runs: what waits for it would wait for ever. */
const PATIENCE_MILLISECONDS = 10_000;

/** What waits for its turn. */
interface Arrival {
  readonly what: string;
  readonly seconds: number;
  readonly go: () => void;
}

/** Lets a clock leap: looks for the moments when all is quiet, and moves the clock to the next timer then. */
export class Leaps {
  private readonly stillness = new Stillness();
  private readonly order: SeededRandom | undefined;
  private arrivals: Arrival[] = [];
  /** Those whose turn is still to come. */
  private readonly turns = new Set<() => void>();
  private strayed = 0;
  /** Since when the clock runs because work does not end. */
  private ranSince: number | undefined;
  private patience: NodeJS.Timeout | undefined;
  private waiting = 0;
  private hasEnded = false;

  /** @param onPace the pace has changed */
  constructor(
    private readonly timers: Timers,
    private readonly pace: Pace,
    private readonly time: Pick<LeapingTime, 'seed' | 'patience'>,
    private readonly onPace: () => void,
  ) {
    const { seed } = time;
    this.order = seed === undefined ? undefined : new SeededRandom(`order ${seed}`);
    void this.drive();
  }

  /** The place of a new timer among those that are due at the same time. */
  drawOrder(): number {
    return this.order?.fraction() ?? 0;
  }

  awaited(): () => void {
    this.waiting += 1;
    this.notice();
    let isOver = false;
    return () => {
      if (!isOver) this.waiting -= 1;
      isOver = true;
    };
  }

  working(work: Work): () => void {
    return this.stillness.begin(work);
  }

  notice(): void {
    this.stillness.notice();
  }

  turnOf(what: string, seconds: number): Promise<void> {
    const over = this.awaited();
    return new Promise<void>((resolve) => {
      const go = () => {
        this.turns.delete(go);
        resolve();
      };
      this.turns.add(go);
      this.arrivals.push({ what, seconds, go });
      // Something has come to its end: a slow machine is no work that does not end.
      if (this.ranSince === undefined) this.patience?.refresh();
      this.notice();
    }).finally(over);
  }

  /** With a seed: real seconds that the clock ran because work did not end. */
  get strayedSeconds(): number {
    const now = this.ranSince === undefined ? 0 : (performance.now() - this.ranSince) / 1000;
    return this.strayed + now;
  }

  /** Lets go on whatever waits for its turn: there will be none any more. */
  release(): void {
    this.arrivals = [];
    for (const go of [...this.turns]) go();
  }

  end(): void {
    this.hasEnded = true;
    this.stillness.end();
  }

  private async drive(): Promise<void> {
    while (!this.hasEnded) {
      if (!this.mayMove()) {
        await this.stillness.change();
        continue;
      }
      await this.untilStill();
      if (!this.hasEnded && this.mayMove()) this.move();
    }
  }

  /** Whether there is anything to do once all is quiet. */
  private mayMove(): boolean {
    if (this.arrivals.length > 0) return true;
    const { next } = this.timers;
    return (
      next !== undefined && (this.waiting > 0 || (this.order !== undefined && next.due <= this.pace.millis))
    );
  }

  private async untilStill(): Promise<void> {
    if (!this.order) return this.stillness.reached();
    this.patience = setTimeout(() => {
      this.ranSince = performance.now();
      this.setRate(1);
    }, this.time.patience ?? PATIENCE_MILLISECONDS);
    await this.stillness.reached();
    clearTimeout(this.patience);
    this.patience = undefined;
    if (this.ranSince === undefined) return;
    this.strayed = this.strayedSeconds;
    this.ranSince = undefined;
    this.setRate(0);
  }

  private setRate(rate: number): void {
    this.pace.set(this.pace.millis, rate);
    this.onPace();
  }

  private move(): void {
    const { next } = this.timers;
    if (this.arrivals.length > 0 || !next) {
      this.letIn();
      return;
    }
    if (next.due > this.pace.millis) this.pace.set(next.due, this.pace.rate);
    // With a seed one at a time, each until all is quiet again; without one they are the clock's own to fire.
    if (this.order) runTimer(this.timers.take());
    else this.onPace();
  }

  /** Those that came since the last quiet moment, in an order that owes nothing to who was first. */
  private letIn(): void {
    const came = this.arrivals.sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
    this.arrivals = [];
    for (const { seconds, go } of came)
      this.timers.add(this.pace.millis + seconds * 1000, this.drawOrder(), go);
  }
}

/** What a timer throws is a defect of its own, as with Node's timers, and not the end of all others. */
function runTimer(timer: Timer | undefined): void {
  try {
    timer?.run();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
