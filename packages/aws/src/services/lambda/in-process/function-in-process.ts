import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { types } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../../../core/clock';
import { randomHex } from '../../../core/ids';
import type { Death, DistributiveOmit, FunctionHost, Tenant } from '../sandboxes/function-host';
import type { Invocation, Message, Opening, Order } from '../sandboxes/protocol';
import { describeError, describeForLog, named } from './errors';
import { makeGlobals, type OwnGlobals } from './globals';
import { type Open, OwnHttp } from './own-http';
import { compileBundle } from './scripts';
import { type Owner, runFor } from './strays';

/** What a function in this process is made of. */
export interface FunctionInProcessOptions {
  readonly taskRoot: string;
  /** E.g. `nodejs24.x`. */
  readonly runtime: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly clock: Clock;
  /** Opens the function's connections. */
  readonly open: Open;
}

type Handler = (event: unknown, context: object, callback: Callback) => unknown;
/** A bundle as `require` runs it. */
type Run = (this: unknown, ...args: unknown[]) => void;
type Callback = (error: unknown, result?: unknown) => void;

/**
 * One sandbox of a function in this process: its bundle's code gets globals of its own (its variables, its console, AWS's clock, its way into the
 * network), and shares the rest.
 */
export class FunctionInProcess implements FunctionHost, Owner {
  usable = true;
  readonly hasRoom = false;
  private readonly http: OwnHttp;
  private readonly globals: OwnGlobals;
  private tenant: Tenant | undefined;
  private handler: Handler | undefined;
  private requestId = '';

  constructor(private readonly options: FunctionInProcessOptions) {
    const { clock, logFormat, taskRoot, open } = options;
    const onException = (error: unknown) => this.dieOfException(error);
    this.http = new OwnHttp(open, () => clock.notice(), onException);
    this.globals = makeGlobals({
      clock,
      taskRoot,
      logFormat,
      requestId: () => this.requestId,
      onLine: (timestamp, message) => this.tell({ type: 'line', timestamp, message }),
      onEnd: (how) => this.end(how),
      onException,
      fetch: this.http.fetch,
    });
  }

  open(tenant: Tenant, opening: Omit<Opening, 'type' | 'sandbox'>): number {
    this.tenant = tenant;
    this.globals.seed(this.options.clock.seed === undefined ? undefined : randomHex(32));
    Object.assign(this.globals.environment, opening.environment);
    // Whoever opens it listens from the next moment on.
    setImmediate(() => runFor(this, () => this.load(opening.handler)));
    return 1;
  }

  send(tenant: Tenant, order: DistributiveOmit<Order, 'closed' | 'seed'>): void {
    if (order.type !== 'invoke' || !this.handler) throw new Error('no function is loaded here');
    this.tenant = tenant;
    this.globals.seed(this.options.clock.seed === undefined ? undefined : randomHex(32));
    this.http.forget();
    const { handler } = this;
    void runFor(this, () => this.run(handler, order.invocation));
  }

  close(): void {}

  work(): () => void {
    return this.options.clock.working({ isBusy: () => this.usable && !this.http.isAsking });
  }

  async stop(): Promise<void> {
    this.usable = false;
    this.http.stop();
    this.globals.stop();
    this.options.clock.notice();
  }

  private load(handler: string): void {
    const startedAt = performance.now();
    try {
      this.handler = this.find(handler);
      this.tell({ type: 'ready', initMillis: performance.now() - startedAt });
    } catch (error) {
      this.logError('Uncaught Exception', error);
      const initMillis = performance.now() - startedAt;
      this.tell({ type: 'initError', error: describeError(error, this.options.taskRoot), initMillis });
    }
  }

  /** Finds `folder/file.export`, the way Lambda's Node.js runtime does. */
  private find(name: string): Handler {
    const [, stem, exportPath = ''] = /^((?:.*\/)?[^/]*?)\.(.+)$/.exec(name) ?? [];
    if (stem === undefined) throw named('Runtime.MalformedHandlerName', 'Bad handler');
    const { taskRoot } = this.options;
    const files = ['.js', '.cjs', '.mjs'].map((extension) => resolve(taskRoot, stem) + extension);
    const file = files.find((one) => existsSync(one));
    if (!file)
      throw named(
        'Runtime.ImportModuleError',
        `Error: Cannot find module '${stem}'\nRequire stack:\n- /var/runtime/index.mjs`,
      );
    if (file.endsWith('.mjs'))
      throw named(
        'Runtime.ImportModuleError',
        `Error: ${stem}.mjs is an ES module, and a function that runs in this process is one CommonJS bundle; start the embedded AWS with functions: 'threads' for others`,
      );
    let found: unknown = this.requireNamed(file);
    for (const part of exportPath.split('.')) found = memberOf(found, part);
    if (found === undefined) throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
    if (typeof found !== 'function') throw named('Runtime.HandlerNotFound', `${name} is not a function`);
    return found as Handler;
  }

  /** Names mistakes of the bundle as Lambda's runtime does. */
  private requireNamed(file: string): unknown {
    try {
      return this.require(file);
    } catch (error) {
      if (!(types.isNativeError(error) || error instanceof Error)) throw error;
      if (error.name === 'SyntaxError')
        throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
      if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND')
        throw named('Runtime.ImportModuleError', `Error: ${error.message}`);
      throw error;
    }
  }

  private require(file: string): unknown {
    const source = readFileSync(file, 'utf8');
    const { names, values } = this.globals;
    const ownRequire = this.makeRequire(file);
    const module = { exports: {}, id: file, filename: file, loaded: false, paths: [], children: [] };
    Object.assign(module, { require: ownRequire });
    // As the namespace of a built-in module.
    const importFrom = async (name: string) => {
      const found = ownRequire(name) as object;
      return { ...found, default: found };
    };
    // As its traces name it: those of the next account, which runs the same script, would else name the folder of this one.
    const shown = file.replace(this.options.taskRoot, '/var/task');
    const wrapped = compileBundle(source, shown, names).runInThisContext() as (...args: unknown[]) => Run;
    const own = [module.exports, ownRequire, module, file, dirname(file), importFrom];
    wrapped(...values).apply(module.exports, own);
    module.loaded = true;
    return module.exports;
  }

  private makeRequire(file: string) {
    const real = createRequire(file);
    const own: Readonly<Record<string, unknown>> = { ...this.http.modules, ...this.globals.modules };
    const ownRequire = (name: string): unknown => {
      if (!isBuiltin(name))
        throw Object.assign(
          new Error(
            `Cannot find module '${name}': a function that runs in this process is one bundle, with all that it needs; start the embedded AWS with functions: 'threads' for others`,
          ),
          { code: 'MODULE_NOT_FOUND' },
        );
      const builtin = name.replace(/^node:/, '');
      return Object.hasOwn(own, builtin) ? own[builtin] : real(name);
    };
    return Object.assign(ownRequire, { resolve: real.resolve, cache: {}, extensions: {}, main: undefined });
  }

  private async run(handler: Handler, invocation: Invocation): Promise<void> {
    const { clock, runtime } = this.options;
    this.requestId = invocation.requestId;
    const { environment } = this.globals;
    environment._X_AMZN_TRACE_ID = invocation.traceId;
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: invocation.clientContext,
      identity: undefined,
      invokedFunctionArn: invocation.functionArn,
      awsRequestId: invocation.requestId,
      getRemainingTimeInMillis: () =>
        Math.max(0, Math.round((invocation.deadline - clock.millis()) / invocation.scale)),
    };
    const afterRun = () => ({
      memoryBytes: getHeapStatistics().used_heap_size,
      mayTakeAnother: false,
    });
    try {
      const event = JSON.parse(invocation.payload);
      const takesCallback = Number(/^nodejs(\d+)/.exec(runtime)?.[1]) < 24;
      const payload = serialize(await answerOf(handler, event, context, takesCallback));
      this.globals.flush();
      this.tell({ type: 'done', payload, ...afterRun() });
    } catch (error) {
      this.logError('Invoke Error', error);
      this.globals.flush();
      const described = describeError(error, this.options.taskRoot);
      this.tell({ type: 'failed', error: described, ...afterRun() });
    }
  }

  private tell(message: Exclude<Message, { type: 'waiting' }>): void {
    if (!this.usable) return;
    this.options.clock.notice();
    this.tenant?.receive(message);
  }

  dieOfException(error: unknown): void {
    if (!this.usable) return;
    this.logError('Uncaught Exception', error);
    this.die({ error: describeError(error, this.options.taskRoot) });
  }

  dieOfRejection(reason: unknown): void {
    if (!this.usable) return;
    const { trace, ...described } = describeError(reason, this.options.taskRoot);
    const error = {
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: String(reason),
      reason: { ...described, trace },
      promise: {},
    };
    const text = JSON.stringify({ ...error, stack: trace });
    this.globals.log('ERROR', `Unhandled Promise Rejection \t${text}`);
    this.die({ error: { ...error, trace } });
  }

  private end(how: number | 'signal: killed'): void {
    if (how === 0) this.die({});
    else this.die({ reason: typeof how === 'number' ? `exit status ${how}` : how });
  }

  /** It ends by itself, in the middle of what it does. */
  private die(death: Death): void {
    if (!this.usable) return;
    this.globals.flush();
    void this.stop();
    this.tenant?.end(death);
  }

  private logError(what: string, error: unknown): void {
    if (this.usable) this.globals.log('ERROR', `${what} \t${describeForLog(error, this.options.taskRoot)}`);
  }
}

/** What a module exports by this name, also where it exports all as `default`. */
function memberOf(value: unknown, name: string): unknown {
  const module = value as Record<string, unknown> | undefined;
  return module?.[name] ?? (module?.default as Record<string, unknown> | undefined)?.[name];
}

function serialize(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw named('Runtime.MarshalError', `Unable to stringify response body: ${(error as Error).message}`);
  }
}

/** Resolves or rejects with what the handler answers, in any of the ways that its runtime has. */
function answerOf(
  handler: Handler,
  event: unknown,
  context: object,
  takesCallback: boolean,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (!takesCallback) {
      if (handler.length >= 3)
        throw named(
          'Runtime.CallbackHandlerDeprecated',
          'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
            'You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
        );
      resolve((handler as (event: unknown, context: object) => unknown)(event, context));
      return;
    }
    const done = (error: unknown, result?: unknown) => (error ? reject(error) : resolve(result));
    Object.assign(context, { done, succeed: resolve, fail: reject });
    const callback: Callback = (error, result) =>
      error === undefined || error === null ? resolve(result) : reject(error);
    const returned = handler(event, context, callback) as PromiseLike<unknown> | undefined;
    if (typeof returned?.then === 'function') resolve(returned);
  });
}
