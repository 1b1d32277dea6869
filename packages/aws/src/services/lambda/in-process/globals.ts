import crypto from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { runInThisContext } from 'node:vm';
import type { Clock } from '../../../core/clock';
import { SeededRandom } from '../../../core/ids/random';
import type { FunctionError } from '../sandboxes/protocol';

/** What the code of a function has in the place of what is global. */
export interface OwnGlobals {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** Built-in modules of its own, by name. */
  readonly modules: Readonly<Record<string, unknown>>;
  readonly environment: Record<string, string | undefined>;
  readonly console: Pick<Console, 'error'>;
  /** Writes an error as Lambda's runtime does. */
  logError(what: string, error: FunctionError): void;
  /** From now on all that is random comes from this; undefined: from nowhere in particular. */
  seed(seed: string | undefined): void;
  /** The function has ended: its timers with it. */
  stop(): void;
}

export interface GlobalsOptions {
  readonly clock: Clock;
  readonly taskRoot: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly requestId: () => string;
  /** @param timestamp AWS's time, milliseconds */
  readonly onLine: (timestamp: number, message: string) => void;
  readonly onDeath: (error: FunctionError) => void;
  readonly fetch: typeof fetch;
}

const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
  warn: 'WARN',
  error: 'ERROR',
} as const;

/** Makes the globals of a function that runs in this process. */
export function makeGlobals(options: GlobalsOptions): OwnGlobals {
  const environment: Record<string, string | undefined> = {};
  const random = new Random();
  const output = makeOutput(options);
  const ownProcess = makeProcess(options, environment, output.stream);
  const timers = new Timers(options.onDeath);
  const values: Record<string, unknown> = {
    process: ownProcess,
    console: output.console,
    Date: makeDate(options.clock),
    Math: Object.create(Math, { random: { value: () => random.fraction() } }),
    crypto: random.web,
    fetch: options.fetch,
    ...timers.own,
  };
  // Defined and not assigned: some of what is global are setters, which would set it for all.
  const everything = runInThisContext('globalThis') as object;
  const own = Object.create(everything) as object;
  const define = (name: string, value: unknown) =>
    Object.defineProperty(own, name, { value, writable: true, configurable: true, enumerable: true });
  for (const [name, value] of Object.entries(values)) define(name, value);
  define('performance', performance);
  define('globalThis', own);
  define('global', own);
  const shadows: Record<string, unknown> = { ...values, globalThis: own, global: own };
  return {
    names: Object.keys(shadows),
    values: Object.values(shadows),
    modules: { process: ownProcess, crypto: random.module },
    environment,
    console: output.console,
    logError: (what, error) => output.write('ERROR', `${what} \t${JSON.stringify(error)}`),
    seed: (seed) => random.begin(seed),
    stop: () => timers.stop(),
  };
}

/** `Date` on AWS's clock. */
function makeDate(clock: Clock): DateConstructor {
  const now = () => clock.millis();
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new Date(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}

type Run = (...args: unknown[]) => void;

/** Timers of one function: its errors end it and not this process, and with it they are gone. */
class Timers {
  private readonly running = new Set<NodeJS.Timeout>();
  private isOver = false;

  constructor(private readonly onDeath: GlobalsOptions['onDeath']) {}

  readonly own = {
    setTimeout: (run: Run, millis?: number, ...args: unknown[]) => {
      const timer = setTimeout(() => {
        this.running.delete(timer);
        this.guard(run, args);
      }, millis);
      this.running.add(timer);
      return timer;
    },
    setInterval: (run: Run, millis?: number, ...args: unknown[]) => {
      const timer = setInterval(() => this.guard(run, args), millis);
      this.running.add(timer);
      return timer;
    },
    setImmediate: (run: Run, ...args: unknown[]) => setImmediate(() => this.guard(run, args)),
  };

  stop(): void {
    this.isOver = true;
    for (const timer of this.running) clearTimeout(timer);
    this.running.clear();
  }

  private guard(run: Run, args: unknown[]): void {
    if (this.isOver) return;
    try {
      run(...args);
    } catch (error) {
      this.onDeath({ errorType: (error as Error)?.name ?? 'Error', errorMessage: String(error), trace: [] });
    }
  }
}

/** Console and standard streams that lead to the log. */
function makeOutput({ clock, logFormat, requestId, onLine }: GlobalsOptions) {
  const write = (level: string, text: string) => {
    const timestamp = clock.millis();
    const time = new Date(timestamp).toISOString();
    onLine(
      timestamp,
      logFormat === 'JSON'
        ? JSON.stringify({ timestamp: time, level, requestId: requestId(), message: text })
        : `${time}\t${requestId() || 'undefined'}\t${level}\t${text}`,
    );
  };
  const methods = Object.entries(LEVELS).map(([method, level]) => [
    method,
    (...values: unknown[]) => write(level, format(...values)),
  ]);
  const stream = () => {
    let partial = '';
    const sink = new Writable();
    sink.write = ((chunk: string | Uint8Array, encoding: unknown, callback: unknown) => {
      const lines = `${partial}${typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()}`.split(
        '\n',
      );
      partial = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(clock.millis(), line);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done as () => void);
      return true;
    }) as typeof sink.write;
    return sink;
  };
  const own = Object.assign(Object.create(console) as Console, Object.fromEntries(methods));
  return { console: own, write, stream };
}

/** `process` with variables and streams of its own; who listens to it listens to nobody. */
function makeProcess(
  { taskRoot, onDeath, requestId }: GlobalsOptions,
  environment: Record<string, string | undefined>,
  makeStream: () => Writable,
): NodeJS.Process {
  const listeners = new EventEmitter();
  const own = Object.create(process) as NodeJS.Process;
  const value = (it: unknown) => ({ value: it, writable: true, configurable: true, enumerable: true });
  Object.defineProperties(own, {
    env: value(environment),
    stdout: value(makeStream()),
    stderr: value(makeStream()),
    cwd: value(() => taskRoot),
    emitWarning: value((warning: string | Error) => own.stderr.write(`(node) ${String(warning)}\n`)),
    exit: value((code = 0) => {
      const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
      const errorMessage = `RequestId: ${requestId()} Error: Runtime exited ${how}`;
      onDeath({ errorType: 'Runtime.ExitError', errorMessage });
      throw new Error(errorMessage);
    }),
  });
  for (const method of [
    'on',
    'once',
    'off',
    'addListener',
    'removeListener',
    'removeAllListeners',
    'emit',
  ] as const)
    Object.defineProperty(own, method, value(listeners[method].bind(listeners)));
  return own;
}

/** All that is random for one function. */
class Random {
  private seeded: SeededRandom | undefined;

  begin(seed: string | undefined): void {
    this.seeded = seed === undefined ? undefined : new SeededRandom(seed);
  }

  fraction(): number {
    return this.seeded?.fraction() ?? Math.random();
  }

  private bytes(count: number): Buffer {
    return this.seeded?.bytes(count) ?? crypto.randomBytes(count);
  }

  private readonly uuid = (): string => {
    const id = this.bytes(16);
    id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
    id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
    const hex = id.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };

  private readonly fill = <View extends ArrayBufferView>(view: View, offset = 0): View => {
    const { buffer, byteOffset, byteLength } = view;
    new Uint8Array(buffer, byteOffset, byteLength).set(this.bytes(byteLength - offset), offset);
    return view;
  };

  /** In the place of `globalThis.crypto`. */
  readonly web = {
    getRandomValues: this.fill,
    randomUUID: this.uuid,
    subtle: crypto.webcrypto.subtle,
  };

  /** In the place of `node:crypto`. */
  readonly module = withOthers(crypto, {
    randomUUID: this.uuid,
    randomFillSync: this.fill,
    webcrypto: this.web,
    randomBytes: (count: number, callback?: (error: null, bytes: Buffer) => void) => {
      const bytes = this.bytes(count);
      if (callback) setImmediate(() => callback(null, bytes));
      return bytes;
    },
    randomInt: (first: number, second?: number) => {
      const [least, end] = second === undefined ? [0, first] : [first, second];
      return least + Math.floor(this.fraction() * (end - least));
    },
  });
}

/** A built-in module with other members in the place of some. */
export function withOthers(module: object, others: Readonly<Record<string, unknown>>): object {
  const kept = Object.entries(Object.getOwnPropertyDescriptors(module)).filter(
    ([name]) => !Object.hasOwn(others, name),
  );
  return Object.assign(Object.defineProperties({}, Object.fromEntries(kept)), others);
}
