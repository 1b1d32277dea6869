import type { Clock } from '../../../core/clock';
import type { Death, FunctionHost, Tenant } from './function-host';
import type { FunctionError, Invocation, Message } from './protocol';

/** What came of one run of the handler. */
export type Outcome =
  | { readonly ok: true; readonly payload: string; readonly memoryBytes: number }
  | { readonly ok: false; readonly error: FunctionError; readonly memoryBytes: number };

/** What a sandbox is made of. */
export interface SandboxOptions {
  readonly thread: FunctionHost;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Of its credentials. */
  readonly accessKeyId: string;
}

/** A line that the function wrote, AWS time in milliseconds. */
export interface Line {
  readonly timestamp: number;
  readonly message: string;
}

/**
 * One execution environment of a function: its handler's module and its variables in a thread, with nothing but Lambda's
 * environment. It runs one invocation at a time and keeps the module's state between them.
 */
export class Sandbox implements Tenant {
  readonly thread: FunctionHost;
  readonly accessKeyId: string;
  private readonly clock: Clock;
  private readonly number: number;
  private requestId = '';
  private finish?: (outcome: Outcome) => void;
  private isInitialized?: (outcome: { readonly millis: number } | InitError) => void;
  /** How long loading the handler took, real milliseconds. */
  readonly ready: Promise<number>;
  isFresh = true;
  private readonly lineListeners = new Set<(line: Line) => void>();
  /** Where runs are to be repeated: lines that were written, but are not told yet. */
  private readonly heldLines: Line[] = [];

  constructor({ thread, clock, handler, environment, accessKeyId }: SandboxOptions) {
    this.thread = thread;
    this.accessKeyId = accessKeyId;
    this.clock = clock;
    this.ready = new Promise((resolve, reject) => {
      this.isInitialized = (outcome) =>
        outcome instanceof InitError ? reject(outcome) : resolve(outcome.millis);
    });
    // Whoever invokes awaits `ready` itself; a sandbox that nobody waits for may fail alone.
    this.ready.catch(() => undefined).finally(thread.work());
    this.number = thread.open(this, { handler, environment });
  }

  /** False once its thread has ended or has to. */
  get usable(): boolean {
    return this.thread.usable;
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

  /** Runs the handler once. Call only while no other run is under way in its thread, and after `ready`. */
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
        void this.thread.stop();
      });
      const endWork = this.thread.work();
      this.finish = (outcome) => {
        cancel();
        endWork();
        resolve(outcome);
      };
      if (this.usable) this.thread.send(this, { type: 'invoke', sandbox: this.number, invocation });
      else this.end({});
    });
  }

  /** It ends at once, in the middle of what it does, and its thread with it. */
  kill(): void {
    void this.thread.stop();
    this.end({ reason: 'signal: killed' });
  }

  /** It is needed no more; its thread may be, for others. */
  close(): void {
    this.thread.close(this.number);
  }

  receive(message: Exclude<Message, { type: 'waiting' }>): void {
    switch (message.type) {
      case 'line':
        this.heldLines.push(message);
        if (this.clock.seed === undefined) this.tellLines();
        return;
      case 'ready':
        this.isInitialized?.({ millis: message.initMillis });
        return;
      case 'initError':
        this.thread.usable = false;
        this.isInitialized?.(new InitError(message.error, message.initMillis));
        return;
      case 'done':
        this.settle({ ok: true, payload: message.payload, memoryBytes: message.memoryBytes });
        return;
      case 'failed':
        this.settle({ ok: false, error: message.error, memoryBytes: message.memoryBytes });
        return;
    }
  }

  end(death: Death): void {
    const error = 'error' in death ? death.error : exited(this.requestId, death.reason);
    this.isInitialized?.(new InitError(error, 0));
    this.settle({ ok: false, memoryBytes: 0, error });
  }

  private settle(outcome: Outcome): void {
    const finish = this.finish;
    this.finish = undefined;
    finish?.(outcome);
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
