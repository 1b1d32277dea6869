import { Worker } from 'node:worker_threads';
import type { Clock, ThreadsEnd } from '../../../core/clock';
import { randomHex } from '../../../core/ids';
import type { TunnelAddress } from '../network/tunnel';
import { runtimeFile } from '../runtime-file';
import type { Death, DistributiveOmit, FunctionHost, Tenant } from './function-host';
import type { Message, Opening, Order, ThreadData } from './protocol';

/** What a thread is made of. */
export interface FunctionThreadOptions {
  readonly taskRoot: string;
  readonly runtime: string;
  readonly memorySize: number;
  readonly logFormat: 'Text' | 'JSON';
  readonly clock: Clock;
  readonly network: TunnelAddress;
  readonly endpoint: string;
  readonly endpointReachable: boolean;
  /** Node.js's own options of the function (`NODE_OPTIONS`), which it reads before any code runs. */
  readonly nodeOptions?: string;
}

/** The part of the memory that must be free for one more sandbox. */
const ROOM = 0.5;

/**
 * A worker thread in which sandboxes of the same code stand, one at work at a time; it stands still while none is. The script
 * inside is `runtime/bootstrap.cjs`, plain JavaScript so that it starts in a worker whatever compiles the rest.
 */
export class FunctionThread implements FunctionHost {
  private readonly worker: Worker;
  private readonly clock: Clock;
  private readonly memorySize: number;
  /** How many orders were sent: between them the thread stands still and waits for this to grow. */
  private readonly gate = new Int32Array(new SharedArrayBuffer(4));
  /** The connections on which the thread waits for more; undefined while it has something to do. */
  private waitsAt: readonly ThreadsEnd[] | undefined;
  private tenant?: Tenant;
  private died?: Death;
  private closed: number[] = [];
  private lastSandbox = 0;
  /** It does nothing any more; before that it may still be on its way to tell how it died. */
  private hasEnded = false;
  /** False once the thread has ended or has to. */
  usable = true;
  /** Whether one more sandbox may come in, as far as the last run told. */
  hasRoom = false;

  constructor(options: FunctionThreadOptions) {
    const { hostname, port } = new URL(options.endpoint);
    this.clock = options.clock;
    this.memorySize = options.memorySize;
    const data: ThreadData = {
      taskRoot: options.taskRoot,
      runtime: options.runtime,
      gate: this.gate.buffer,
      logFormat: options.logFormat,
      clock: this.clock.shared,
      isSeeded: this.clock.seed !== undefined,
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
      env: options.nodeOptions === undefined ? {} : { NODE_OPTIONS: options.nodeOptions },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: options.memorySize, maxYoungGenerationSizeMb: 4 },
      workerData: data,
    });
    this.worker.unref();
    this.worker.on('message', (message: Message) => this.receive(message));
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.died = { reason: 'signal: killed' };
    });
    this.worker.on('exit', (code) => {
      this.usable = false;
      this.hasEnded = true;
      this.tenant?.end(this.died ?? (code === 0 ? {} : { reason: `exit status ${code}` }));
    });
  }

  /** Makes a sandbox in the thread. What comes of it is told to the tenant. Returns its number. */
  open(tenant: Tenant, opening: Omit<Opening, 'type' | 'sandbox'>): number {
    this.lastSandbox += 1;
    this.send(tenant, { ...opening, type: 'open', sandbox: this.lastSandbox });
    return this.lastSandbox;
  }

  /** Has the one at work do something; another's work must have ended. */
  send(tenant: Tenant, order: DistributiveOmit<Order, 'closed' | 'seed'>): void {
    this.tenant = tenant;
    const seed = this.clock.seed === undefined ? undefined : randomHex(32);
    this.worker.postMessage({ ...order, closed: this.closed, seed } satisfies Order);
    this.closed = [];
    Atomics.add(this.gate, 0, 1);
    Atomics.notify(this.gate, 0);
  }

  /** Has the thread forget a sandbox, when it is next at work. */
  close(sandbox: number): void {
    this.closed.push(sandbox);
  }

  /** The thread is at work from now on. Returns how to end it. */
  work(): () => void {
    this.waitsAt = undefined;
    return this.clock.working({
      isBusy: () => !this.hasEnded && !(this.waitsAt && this.clock.connections.haveRead(this.waitsAt)),
    });
  }

  /** Ends the thread at once. */
  stop(): Promise<number> {
    this.usable = false;
    this.hasEnded = true;
    return this.worker.terminate();
  }

  private receive(message: Message): void {
    this.waitsAt = message.type === 'waiting' ? message.ends : undefined;
    this.clock.notice();
    if (message.type === 'waiting') return;
    if (message.type === 'died') {
      this.died = { error: message.error };
      this.usable = false;
    } else if (message.type === 'done' || message.type === 'failed') {
      this.hasRoom = message.mayTakeAnother && message.memoryBytes < this.memorySize * 1_048_576 * ROOM;
    }
    this.tenant?.receive(message);
  }
}
