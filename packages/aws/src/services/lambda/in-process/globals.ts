import { Console } from 'node:console';
import crypto from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { runInThisContext } from 'node:vm';
import type { Clock } from '../../../core/clock';
import { SeededRandom } from '../../../core/ids/random';
import { formatOnClock } from '../runtime/clock.cjs';
import { Timers } from './timers';
import { withOthers } from './with-others';

/** What the code of a function has in the place of what is global. */
export interface OwnGlobals {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** Built-in modules of its own, by name. */
  readonly modules: Readonly<Record<string, unknown>>;
  readonly environment: Record<string, string | undefined>;
  /** Writes a line as Lambda's runtime does. */
  log(level: 'ERROR', text: string): void;
  /** Writes what was written without a line's end. */
  flush(): void;
  /** Its callbacks, whose errors end it. */
  guarded(run: () => void): () => void;
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
  /** It has ended itself: with a status, or by a signal. */
  readonly onEnd: (how: number | 'signal: killed') => void;
  /** Nothing has caught this. */
  readonly onException: (error: unknown) => void;
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
  const environment = makeEnvironment();
  const random = new Random();
  const output = makeOutput(options);
  const timers = new Timers(options.onException);
  const ownProcess = makeProcess(options, environment, output, timers);
  const values: Record<string, unknown> = {
    process: ownProcess,
    console: output.console,
    Date: makeDate(options.clock),
    Intl: makeIntl(options.clock),
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
    modules: { ...timers.modules, process: ownProcess, console: output.console, crypto: random.module },
    environment,
    log: output.write,
    flush: output.flush,
    guarded: (run) => timers.guarded(run, []),
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

/** `Intl` whose formats write AWS's time where they are given none. */
function makeIntl(clock: Clock): typeof Intl {
  const DateTimeFormat = formatOnClock(Intl.DateTimeFormat, () => clock.millis());
  return Object.create(Intl, { DateTimeFormat: { value: DateTimeFormat } }) as typeof Intl;
}

/** Variables are texts, whatever they are set to. */
function makeEnvironment(): Record<string, string | undefined> {
  return new Proxy<Record<string, string | undefined>>(
    {},
    { set: (target, name, value) => Reflect.set(target, name, String(value)) },
  );
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
  const [stdout, stderr] = [1, 2].map(() => makeStream((line) => onLine(clock.millis(), line))) as [
    LineStream,
    LineStream,
  ];
  const methods = Object.entries(LEVELS).map(([method, level]) => [
    method,
    (...values: unknown[]) => write(level, format(...values)),
  ]);
  // Its other methods (`table`, `timeEnd`, `assert` and such) write with these.
  const own = new Console({ stdout: stdout.stream, stderr: stderr.stream });
  Object.assign(own, Object.fromEntries(methods), { Console });
  const flush = () => {
    stdout.flush();
    stderr.flush();
  };
  return { console: own, write, flush, stdout: stdout.stream, stderr: stderr.stream };
}

interface LineStream {
  readonly stream: Writable;
  /** Tells what was written without a line's end. */
  flush(): void;
}

function makeStream(onLine: (line: string) => void): LineStream {
  let partial = '';
  const tell = (line: string) => {
    if (line !== '') onLine(line);
  };
  const stream = new Writable();
  stream.write = ((chunk: string | Uint8Array, encoding: unknown, callback: unknown) => {
    partial += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const lines = partial.split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) tell(line);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  }) as typeof stream.write;
  const flush = () => {
    tell(partial);
    partial = '';
  };
  return { stream, flush };
}

/** `process` with variables and streams of its own; who listens to it listens to nobody, and what would reach this process does not. */
function makeProcess(
  { taskRoot, onEnd, requestId }: GlobalsOptions,
  environment: Record<string, string | undefined>,
  { stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable },
  timers: Timers,
): NodeJS.Process {
  const listeners = new EventEmitter();
  const own = Object.create(process) as NodeJS.Process;
  const end = (how: number | 'signal: killed'): never => {
    onEnd(how);
    throw new Error(`RequestId: ${requestId()} Error: Runtime exited`);
  };
  const refuse = (what: string) => () => {
    throw new Error(`process.${what}() is of no function that runs in the process of the embedded AWS`);
  };
  const members = {
    env: environment,
    stdout,
    stderr,
    exitCode: undefined,
    execArgv: [],
    send: undefined,
    cwd: () => taskRoot,
    emitWarning: (warning: string | Error) => stderr.write(`(node) ${String(warning)}\n`),
    nextTick: (run: (...args: unknown[]) => void, ...args: unknown[]) =>
      process.nextTick(timers.guarded(run, args)),
    exit: (code?: number | string) => end(Number(code ?? own.exitCode ?? 0)),
    abort: () => end('signal: killed'),
    kill: (pid: number, signal?: string | number) =>
      pid === process.pid && signal !== 0 ? end('signal: killed') : process.kill(pid, signal),
    chdir: refuse('chdir'),
    disconnect: refuse('disconnect'),
    setUncaughtExceptionCaptureCallback: refuse('setUncaughtExceptionCaptureCallback'),
  };
  for (const [name, value] of Object.entries({ ...members, ...methodsOf(listeners) }))
    Object.defineProperty(own, name, { value, writable: true, configurable: true, enumerable: true });
  return own;
}

/** An emitter's methods, which know it. */
function methodsOf(emitter: EventEmitter): Record<string, unknown> {
  const methods = Object.entries(EventEmitter.prototype as object as Record<string, unknown>).filter(
    ([, method]) => typeof method === 'function',
  ) as [string, (...args: unknown[]) => unknown][];
  return Object.fromEntries(methods.map(([name, method]) => [name, method.bind(emitter)]));
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

  private readonly fill = <View extends ArrayBufferView>(
    view: View,
    offset = 0,
    size = view.byteLength - offset,
  ): View => {
    const { buffer, byteOffset, byteLength } = view;
    new Uint8Array(buffer, byteOffset, byteLength).set(this.bytes(size), offset);
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
    getRandomValues: this.fill,
    randomFill: (view: ArrayBufferView, ...rest: unknown[]) => {
      const [offset, size] = rest.filter((one) => typeof one === 'number');
      give(rest.at(-1), this.fill(view, offset, size));
    },
    randomBytes: (count: number, callback?: unknown) => give(callback, this.bytes(count)),
    randomInt: (first: number, second?: unknown, third?: unknown) => {
      const [least, end, callback] = typeof second === 'number' ? [first, second, third] : [0, first, second];
      return give(callback, least + Math.floor(this.fraction() * (end - least)));
    },
  });
}

/** Gives an answer to the callback where there is one, as Node's own functions do. */
function give<Value>(callback: unknown, value: Value): Value | undefined {
  if (typeof callback !== 'function') return value;
  setImmediate(() => callback(null, value));
  return undefined;
}
