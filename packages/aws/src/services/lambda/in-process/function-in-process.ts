import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { types } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../../../core/clock';
import { randomHex } from '../../../core/ids';
import type { DistributiveOmit, FunctionHost, Tenant } from '../sandboxes/function-host';
import type { FunctionError, Invocation, Message, Opening, Order } from '../sandboxes/protocol';
import { makeGlobals, type OwnGlobals } from './globals';
import { type Open, OwnHttp } from './own-http';
import { compileBundle } from './scripts';

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
type Callback = (error: unknown, result?: unknown) => void;

/**
 * One sandbox of a function in this process: its bundle's code gets globals of its own (its variables, its console, AWS's clock, its way into the
 * network), and shares the rest.
 */
export class FunctionInProcess implements FunctionHost {
  usable = true;
  readonly hasRoom = false;
  private readonly http: OwnHttp;
  private readonly globals: OwnGlobals;
  private tenant: Tenant | undefined;
  private handler: Handler | undefined;
  private requestId = '';

  constructor(private readonly options: FunctionInProcessOptions) {
    const { clock, logFormat, taskRoot, open } = options;
    this.http = new OwnHttp(open, () => clock.notice());
    this.globals = makeGlobals({
      clock,
      taskRoot,
      logFormat,
      requestId: () => this.requestId,
      onLine: (timestamp, message) => this.tell({ type: 'line', timestamp, message }),
      onDeath: (error) => this.die(error),
      fetch: this.http.fetch,
    });
  }

  open(tenant: Tenant, opening: Omit<Opening, 'type' | 'sandbox'>): number {
    this.tenant = tenant;
    this.globals.seed(this.options.clock.seed === undefined ? undefined : randomHex(32));
    Object.assign(this.globals.environment, opening.environment);
    // Whoever opens it listens from the next moment on.
    setImmediate(() => this.load(opening.handler));
    return 1;
  }

  send(tenant: Tenant, order: DistributiveOmit<Order, 'closed' | 'seed'>): void {
    if (order.type !== 'invoke' || !this.handler) throw new Error('no function is loaded here');
    this.tenant = tenant;
    this.globals.seed(this.options.clock.seed === undefined ? undefined : randomHex(32));
    void this.run(this.handler, order.invocation);
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
      this.globals.console.error('Uncaught Exception', error);
      this.tell({
        type: 'initError',
        error: this.describe(error),
        initMillis: performance.now() - startedAt,
      });
    }
  }

  /** Finds `folder/file.export`, the way Lambda's Node.js runtime does. */
  private find(name: string): Handler {
    const [, stem, exportPath = ''] = /^((?:.*\/)?[^/]*?)\.(.+)$/.exec(name) ?? [];
    if (stem === undefined) throw named('Runtime.MalformedHandlerName', 'Bad handler');
    const file = ['.js', '.cjs']
      .map((extension) => resolve(this.options.taskRoot, stem) + extension)
      .find((one) => existsSync(one));
    if (!file) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${stem}'`);
    let found: unknown = this.require(file);
    for (const part of exportPath.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
    if (typeof found !== 'function')
      throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
    return found as Handler;
  }

  private require(file: string): unknown {
    const source = readFileSync(file, 'utf8');
    const { names, values } = this.globals;
    const module = { exports: {} };
    const ownRequire = this.makeRequire(file);
    const importFrom = async (name: string) => ownRequire(name);
    // As its traces name it: those of the next account, which runs the same script, would else name the folder of this one.
    const shown = file.replace(this.options.taskRoot, '/var/task');
    const run = compileBundle(source, shown, names).runInThisContext() as (...args: unknown[]) => void;
    run.call(
      module.exports,
      ...[module.exports, ownRequire, module, file, dirname(file), importFrom, ...values],
    );
    return module.exports;
  }

  private makeRequire(file: string) {
    const real = createRequire(file);
    const own: Readonly<Record<string, unknown>> = { ...this.http.modules, ...this.globals.modules };
    const ownRequire = (name: string): unknown => {
      if (!isBuiltin(name))
        throw named(
          'Runtime.ImportModuleError',
          `Error: Cannot find module '${name}': a function that runs in this process is one bundle, with all that it needs; start the embedded AWS with functions: 'threads' for others`,
        );
      const builtin = name.replace(/^node:/, '');
      return Object.hasOwn(own, builtin) ? own[builtin] : real(name);
    };
    return Object.assign(ownRequire, { resolve: real.resolve });
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
      const result = await answerOf(handler, event, context, takesCallback);
      const payload = JSON.stringify(result) ?? 'null';
      this.tell({ type: 'done', payload, ...afterRun() });
    } catch (error) {
      this.globals.logError('Invoke Error', this.describe(error));
      this.tell({ type: 'failed', error: this.describe(error), ...afterRun() });
    }
  }

  private tell(message: Exclude<Message, { type: 'waiting' }>): void {
    if (!this.usable) return;
    this.options.clock.notice();
    this.tenant?.receive(message);
  }

  /** It ends by itself, in the middle of what it does. */
  private die(error: FunctionError): void {
    if (!this.usable) return;
    void this.stop();
    this.tenant?.end({ error });
  }

  private describe(error: unknown): FunctionError {
    if (!(types.isNativeError(error) || error instanceof Error))
      return { errorType: typeof error, errorMessage: String(error), trace: [] };
    const inLambda = (text: string) => text.replaceAll(this.options.taskRoot, '/var/task');
    return {
      errorType: error.name || 'Error',
      errorMessage: inLambda(error.message ?? ''),
      trace: inLambda(error.stack ?? '').split('\n'),
    };
  }
}

function answerOf(
  handler: Handler,
  event: unknown,
  context: object,
  takesCallback: boolean,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) =>
      error === undefined || error === null ? resolve(result) : reject(error);
    const returned = takesCallback
      ? handler(event, context, callback)
      : (handler as (event: unknown, context: object) => unknown)(event, context);
    if (!takesCallback || typeof (returned as Promise<unknown> | undefined)?.then === 'function')
      resolve(returned);
  });
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
