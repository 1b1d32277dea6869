import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { withOthers } from './with-others';

type Timer = NodeJS.Timeout | NodeJS.Immediate;
type Run = (this: unknown, ...args: unknown[]) => void;
interface Options {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

/** Timers of one function: its errors end it and not this process, and with it they are gone. */
export class Timers {
  private readonly running = new Set<Timer>();
  private isOver = false;
  /** What is global of them. */
  readonly own;
  /** By name. */
  readonly modules: Readonly<Record<string, unknown>>;

  /** @param dieOf one of them has thrown this */
  constructor(private readonly dieOf: (error: unknown) => void) {
    const after = (millis?: number, value?: unknown, options?: Options) =>
      this.promise((run) => this.setTimeout(run, millis), value, options);
    const soon = (value?: unknown, options?: Options) =>
      this.promise((run) => this.setImmediate(run), value, options);
    this.own = {
      setTimeout: Object.assign(this.setTimeout, { [promisify.custom]: after }),
      setInterval: this.setInterval,
      setImmediate: Object.assign(this.setImmediate, { [promisify.custom]: soon }),
      clearTimeout: this.clearWith<NodeJS.Timeout>(clearTimeout),
      clearInterval: this.clearWith<NodeJS.Timeout>(clearInterval),
      clearImmediate: this.clearWith<NodeJS.Immediate>(clearImmediate),
      queueMicrotask: (run: Run) => queueMicrotask(this.guarded(run, [])),
    };
    const promises = withOthers(timersPromises, { setTimeout: after, setImmediate: soon });
    this.modules = {
      timers: withOthers(timers, { ...this.own, promises }),
      'timers/promises': promises,
    };
  }

  stop(): void {
    this.isOver = true;
    for (const timer of this.running) end(timer);
    this.running.clear();
  }

  /** A callback whose errors end the function; once it has ended, nothing. */
  guarded(run: Run, args: readonly unknown[], before = () => {}): () => void {
    // Node.js says what is wrong with it.
    if (typeof run !== 'function') return run;
    const { dieOf } = this;
    const isOver = () => this.isOver;
    return function (this: unknown) {
      if (isOver()) return;
      before();
      try {
        run.apply(this, [...args]);
      } catch (error) {
        dieOf(error);
      }
    };
  }

  /** Either kind by its own function: a number may name a timer, too. */
  private clearWith<Kept extends Timer>(clear: (timer: Kept) => void) {
    return (timer: Kept): void => {
      this.running.delete(timer);
      clear(timer);
    };
  }

  private readonly setTimeout = (run: Run, millis?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = setTimeout(
      this.guarded(run, args, () => this.running.delete(timer)),
      millis,
    );
    this.running.add(timer);
    return timer;
  };

  private readonly setInterval = (run: Run, millis?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = setInterval(this.guarded(run, args), millis);
    this.running.add(timer);
    return timer;
  };

  private readonly setImmediate = (run: Run, ...args: unknown[]): NodeJS.Immediate => {
    const timer = setImmediate(this.guarded(run, args, () => this.running.delete(timer)));
    this.running.add(timer);
    return timer;
  };

  /** As `node:timers/promises` has it. */
  private promise(
    start: (run: () => void) => Timer,
    value: unknown,
    { signal, ref = true }: Options = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.running.delete(timer);
        end(timer);
        const error = new Error('The operation was aborted', { cause: signal?.reason });
        reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      const timer = start(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      });
      if (!ref) timer.unref();
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

function end(timer: Timer): void {
  if ('refresh' in timer) clearTimeout(timer);
  else clearImmediate(timer);
}
