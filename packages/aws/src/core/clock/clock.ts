import { SeededRandom } from '../ids/random';
import { Connections } from './connections';
import { Leaps } from './leaps';
import { Pace, type SharedTime } from './pace';
import { type Work, whileLoading } from './stillness';
import type { Time } from './time';
import { Timers } from './timers';

/** Ends a timer before it fires. */
export type Cancel = () => void;

/** Node.js fires a longer timeout at once, so longer waits are made of several. Real milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** With a seed the clock starts at some moment of this year. */
const SEEDED_YEAR = 2027;
const MINUTES_OF_YEAR = 365 * 24 * 60;

/**
 * The one clock of the embedded AWS. Whatever AWS would show or wait for, it shows and waits for by this clock. It runs at a
 * multiple of real speed, or it leaps: then it runs at real speed while anything is being worked on, and jumps to the next timer when all is
 * quiet and somebody waits. With a seed it stands still during work, and each work is charged its time from the table of durations.
 */
export class Clock {
  /** AWS seconds that pass in one real second while something is being worked on. */
  readonly scale: number;
  /** When the clock started, AWS's time in milliseconds since the epoch. */
  readonly origin: number;
  /** Of threads that are at work, as functions are. */
  readonly connections = new Connections(() => this.notice());
  private readonly timers = new Timers();
  private readonly pace: Pace;
  private readonly leaps: Leaps | undefined;
  private armed: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private armedFor: number | undefined;
  private hasEnded = false;

  /** @throws RangeError for a scale that no clock can run at */
  constructor(readonly time: Time) {
    this.scale = typeof time === 'number' ? time : 1;
    if (!(this.scale > 0) || !Number.isFinite(this.scale))
      throw new RangeError(`time scale must be more than 0: ${this.scale}`);
    this.origin = this.seed === undefined ? Date.now() : seededStart(this.seed);
    this.pace = new Pace(this.origin, this.seed === undefined ? this.scale : 0);
    if (typeof time !== 'number') this.leaps = new Leaps(this.timers, this.pace, time, () => this.armAnew());
  }

  /** Undefined where runs are not to be repeated. */
  get seed(): number | undefined {
    return typeof this.time === 'number' ? undefined : this.time.seed;
  }

  /** With a seed: real seconds that the clock had to run because a work lasted too long. Any make the run one of its own. */
  get strayedSeconds(): number {
    return this.leaps?.strayedSeconds ?? 0;
  }

  /** AWS's time now, in milliseconds since the epoch. */
  millis(): number {
    return Math.round(this.pace.millis);
  }

  /** AWS's time now. */
  now(): Date {
    return new Date(this.millis());
  }

  /** For other threads to follow. */
  get shared(): SharedTime {
    return this.pace.shared;
  }

  /** Calls back once, after so many AWS seconds, never earlier. */
  after(seconds: number, callback: () => void): Cancel {
    return this.at(this.pace.millis + Math.max(0, seconds * 1000), callback);
  }

  private at(due: number, callback: () => void): Cancel {
    if (this.hasEnded) return () => {};
    const timer = this.timers.add(due, this.leaps?.drawOrder() ?? 0, callback);
    this.leaps?.notice();
    this.arm();
    return () => {
      this.timers.cancel(timer);
      this.arm();
    };
  }

  /** Calls back again and again, every so many AWS seconds, first after one such period. */
  every(seconds: number, callback: () => void): Cancel {
    // A period shorter than a real millisecond would leave nothing else to do.
    const period = Math.max(seconds * 1000, this.scale);
    let isOver = false;
    let cancel = () => {};
    const wait = (due: number) => {
      cancel = this.at(due, () => {
        // A process that stood still does not make up for what it missed.
        wait(Math.max(due + period, this.pace.millis));
        if (!isOver) callback();
      });
    };
    wait(this.pace.millis + period);
    return () => {
      isOver = true;
      cancel();
    };
  }

  /** Resolves after so many AWS seconds; rejects with the signal's reason when that aborts first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(seconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /**
   * Somebody waits for what only time brings: where the clock leaps, it may. Without anybody it never runs ahead.
   *
   * @returns ends the waiting
   */
  awaited(): Cancel {
    return this.leaps?.awaited() ?? (() => {});
  }

  /**
   * Work begins that the event loop of this thread does not show: the clock does not leap while it is busy.
   *
   * @returns ends it
   */
  working(work: Work = { isBusy: () => true }): Cancel {
    return this.leaps?.working(work) ?? (() => {});
  }

  /** A work may be busy no longer. */
  notice(): void {
    this.leaps?.notice();
  }

  /**
   * With a seed: lets something go on that came from outside of the event loop (a request, another thread's answer) when its turn is, after the
   * time that it is charged. What comes at the same time is put in an order that does not depend on which was first. Without a seed
   * it goes on at once.
   *
   * @param what tells it from all others that may come at the same time
   * @param seconds AWS seconds
   */
  async turnOf(what: string, seconds: number): Promise<void> {
    if (this.seed !== undefined && !this.hasEnded) await this.leaps?.turnOf(what, seconds);
  }

  /**
   * Waits for a part of the program that is loaded when it is first needed, which the event loop may not show: the clock does not leap
   * meanwhile. With a seed what needs it goes on when its turn is.
   *
   * @param what tells it from all others that may be loaded at the same time
   */
  async loading<Module>(what: string, module: Promise<Module>): Promise<Module> {
    const loaded = await whileLoading(module);
    await this.turnOf(`load ${what}`, 0);
    return loaded;
  }

  /** Ends all timers; sleeps never resolve. */
  stop(): void {
    this.timers.clear();
    this.leaps?.release();
    this.disarm();
  }

  /** As `stop`, for good: whoever still waits or begins to wait is never called. */
  end(): void {
    this.hasEnded = true;
    this.leaps?.end();
    this.stop();
  }

  /** Sets Node's one timer for the next of this clock's. */
  private arm(): void {
    const due = this.hasEnded || this.pace.rate === 0 ? undefined : this.timers.next?.due;
    if (due === this.armedFor) return;
    this.disarm();
    if (due === undefined) return;
    this.armedFor = due;
    const left = (due - this.pace.millis) / this.pace.rate;
    this.armed =
      left <= 0
        ? setImmediate(() => this.fire())
        : setTimeout(() => this.fire(), Math.min(left, LONGEST_TIMEOUT));
  }

  /** The pace has changed: the same moment comes at another time. */
  private armAnew(): void {
    this.disarm();
    this.arm();
  }

  private disarm(): void {
    clearTimeout(this.armed as NodeJS.Timeout);
    clearImmediate(this.armed as NodeJS.Immediate);
    this.armedFor = undefined;
  }

  /** One timer a turn of the event loop, so that what it sets off is done before the next. */
  private fire(): void {
    this.armedFor = undefined;
    const due = this.timers.next?.due;
    // Node's timers may be a fraction of a millisecond early, and none lasts for ever.
    const timer = due !== undefined && due <= this.pace.millis ? this.timers.take() : undefined;
    try {
      timer?.run();
    } finally {
      this.arm();
    }
  }
}

function seededStart(seed: number): number {
  const minute = Math.floor(new SeededRandom(`start ${seed}`).fraction() * MINUTES_OF_YEAR);
  return Date.UTC(SEEDED_YEAR, 0, 1, 0, minute);
}
