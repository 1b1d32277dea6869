import { Worker } from 'node:worker_threads';
import type { Clock, ThreadsEnd } from '../../../core/clock';
import { randomHex } from '../../../core/ids';
import type { TunnelAddress } from '../network/tunnel';
import { runtimeFile } from '../runtime-file';
import type { FunctionError, Invocation, Message, SandboxData } from './protocol';

/** What came of one run of the handler. */
export type Outcome =
  | { readonly ok: true; readonly payload: string; readonly memoryBytes: number }
  | { readonly ok: false; readonly error: FunctionError; readonly memoryBytes: number };

/** What a sandbox is made of. */
export interface SandboxOptions {
  readonly taskRoot: string;
  readonly handler: string;
  readonly runtime: string;
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logFormat: 'Text' | 'JSON';
  readonly network: TunnelAddress;
  readonly endpoint: string;
  readonly endpointReachable: boolean;
}

/** A line that the function wrote, AWS time in milliseconds. */
export interface Line {
  readonly timestamp: number;
  readonly message: string;
}

/**
 * One execution environment of a function: a worker thread with nothing but Lambda's environment, that runs one invocation at a time
 * and keeps the module's state between them. The script inside is `runtime/bootstrap.cjs`, plain JavaScript
 * so that it starts in a worker whatever compiles the rest.
 */
export class Sandbox {
  private readonly worker: Worker;
  private finish?: (outcome: Outcome) => void;
  private requestId = '';
  /** How many invocations were sent: between them the thread stands still and waits for this to grow. */
  private readonly gate = new Int32Array(new SharedArrayBuffer(4));
  private died?: FunctionError;
  /** How long loading the handler took, real milliseconds. */
  readonly ready: Promise<number>;
  /** False once the thread has ended or has to. */
  usable = true;
  isFresh = true;
  private readonly lineListeners = new Set<(line: Line) => void>();

  /** The connections on which the thread waits for more; undefined while it has something to do. */
  private waitsAt: readonly ThreadsEnd[] | undefined;
  private readonly clock: Clock;
  /** Where runs are to be repeated: lines that were written, but are not told yet. */
  private readonly heldLines: Line[] = [];

  constructor(options: SandboxOptions) {
    const { hostname, port } = new URL(options.endpoint);
    this.clock = options.clock;
    const data: SandboxData = {
      taskRoot: options.taskRoot,
      handler: options.handler,
      runtime: options.runtime,
      gate: this.gate.buffer,
      logFormat: options.logFormat,
      clock: this.clock.shared,
      ...(this.clock.seed !== undefined && { seed: randomHex(32) }),
      network: {
        tunnelPort: options.network.port,
        token: options.network.token,
        endpoint: { host: hostname, port: Number(port) || 80 },
        endpointReachable: options.endpointReachable,
      },
    };
    this.worker = new Worker(runtimeFile('bootstrap.cjs'), {
      // Neither the embedded AWS's loaders nor its environment reach the function.
      execArgv: [],
      argv: [],
      env: { ...options.environment },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: options.memorySize, maxYoungGenerationSizeMb: 4 },
      workerData: data,
    });
    this.worker.unref();
    this.worker.on('message', (message: Message) => {
      this.waitsAt = message.type === 'waiting' ? message.ends : undefined;
      this.clock.notice();
    });
    this.ready = this.waitForInit();
    // Whoever invokes awaits `ready` itself; a sandbox that nobody waits for may fail alone.
    this.ready.catch(() => undefined).finally(this.work());
    this.worker.on('message', (message: Message) => {
      if (message.type !== 'line') return this.receive(message);
      this.heldLines.push(message);
      if (this.clock.seed === undefined) this.tellLines();
    });
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.died = exited(this.requestId, 'signal: killed');
    });
    this.worker.on('exit', (code) => this.end(code));
  }

  /** Calls back with every line that the function writes. Returns how to end it. */
  onLine(listener: (line: Line) => void): () => void {
    this.lineListeners.add(listener);
    return () => this.lineListeners.delete(listener);
  }

  /** Tells the lines that were held back. */
  tellLines(): void {
    for (const line of this.heldLines.splice(0)) for (const listener of this.lineListeners) listener(line);
  }

  /** The thread is at work from now on. Returns how to end it. */
  private work(): () => void {
    this.waitsAt = undefined;
    return this.clock.working({
      isBusy: () => this.usable && !(this.waitsAt && this.clock.connections.haveRead(this.waitsAt)),
    });
  }

  /** Runs the handler once. Call only while no other run is under way, and after `ready`. */
  run(invocation: Invocation): Promise<Outcome> {
    this.isFresh = false;
    this.requestId = invocation.requestId;
    return new Promise((resolve) => {
      const seconds = (invocation.deadline - this.clock.millis()) / 1000;
      const cancel = this.clock.after(seconds, () => {
        this.settle({
          ok: false,
          memoryBytes: 0,
          error: {
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${(seconds / invocation.scale).toFixed(2)} seconds`,
          },
        });
        this.stop();
      });
      const end = this.work();
      this.finish = (outcome) => {
        cancel();
        end();
        resolve(outcome);
      };
      if (!this.usable) return this.settle(this.death(0));
      this.worker.postMessage(invocation);
      Atomics.add(this.gate, 0, 1);
      Atomics.notify(this.gate, 0);
    });
  }

  /** Ends the thread at once. */
  stop(): Promise<number> {
    this.usable = false;
    return this.worker.terminate();
  }

  private waitForInit(): Promise<number> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: Message) => {
        if (message.type === 'ready') resolve(message.initMillis);
        else if (message.type === 'initError') {
          this.usable = false;
          reject(new InitError(message.error, message.initMillis));
        } else return;
        this.worker.off('message', onMessage);
      };
      this.worker.on('message', onMessage);
      this.worker.once('exit', (code) => {
        const outcome = this.death(code);
        if (!outcome.ok) reject(new InitError(outcome.error, 0));
      });
    });
  }

  private receive(message: Exclude<Message, { type: 'line' }>): void {
    if (message.type === 'done') this.settle({ ...message, ok: true });
    else if (message.type === 'failed') this.settle({ ...message, ok: false });
    else if (message.type === 'died') {
      this.died = message.error;
      this.usable = false;
    }
  }

  private settle(outcome: Outcome): void {
    const finish = this.finish;
    this.finish = undefined;
    finish?.(outcome);
  }

  private end(code: number): void {
    this.usable = false;
    this.settle(this.death(code));
  }

  private death(code: number): Outcome {
    const reason = code === 0 ? undefined : `exit status ${code}`;
    return { ok: false, memoryBytes: 0, error: this.died ?? exited(this.requestId, reason) };
  }
}

/** The handler could not be loaded. */
export class InitError extends Error {
  constructor(
    readonly error: FunctionError,
    readonly initMillis: number,
  ) {
    super(error.errorMessage);
    this.name = error.errorType;
  }
}

function exited(requestId: string, reason: string | undefined): FunctionError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited ${
      reason === undefined ? 'without providing a reason' : `with error: ${reason}`
    }`,
  };
}
