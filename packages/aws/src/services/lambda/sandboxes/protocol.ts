import type { SharedTime, ThreadsEnd } from '../../../core/clock';

/** What passes between a sandbox and its worker thread. The scripts of `runtime/` take their types from here. */

/** An error as Lambda's runtime reports it to the caller. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
  readonly [key: string]: unknown;
}

/** One run of the handler. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string;
  readonly traceId: string;
  readonly clientContext?: unknown;
  /** When its time is over, by AWS's clock, milliseconds since the epoch. */
  readonly deadline: number;
  /** AWS seconds that pass in a real second of work. */
  readonly scale: number;
}

/** The function's way into the network. */
export interface NetworkAccess {
  /** Of the tunnel, on the loopback address. */
  readonly tunnelPort: number;
  readonly token: string;
  /** The AWS API. */
  readonly endpoint: { readonly host: string; readonly port: number };
  /** False in a VPC without a way to the internet, where packets to the endpoint get lost. */
  readonly endpointReachable: boolean;
}

/** What a thread is started with. */
export interface ThreadData {
  readonly taskRoot: string;
  /** E.g. `nodejs24.x`. */
  readonly runtime: string;
  /** How many orders were sent: between them the thread stands still and waits for this to grow. */
  readonly gate: SharedArrayBuffer;
  readonly logFormat: 'Text' | 'JSON';
  readonly clock: SharedTime;
  /** Whether each order has a seed, from which all that is random comes until the next, so that runs can be repeated. */
  readonly isSeeded: boolean;
  readonly network: NetworkAccess;
}

/** A sandbox that a thread makes. */
export interface Opening {
  readonly type: 'open';
  readonly sandbox: number;
  /** `folder/file.export`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a thread is told to do, and which of its sandboxes are closed meanwhile. */
export type Order = { readonly closed: readonly number[]; readonly seed?: string } & (
  | Opening
  | { readonly type: 'invoke'; readonly sandbox: number; readonly invocation: Invocation }
);

/** What a thread tells. Times of lines are AWS's, in milliseconds; durations are real ones. */
export type Message =
  | { readonly type: 'ready'; readonly initMillis: number }
  | { readonly type: 'initError'; readonly error: FunctionError; readonly initMillis: number }
  /** It has nothing to do until more than this comes on one of its connections. */
  | { readonly type: 'waiting'; readonly ends: readonly ThreadsEnd[] }
  | { readonly type: 'line'; readonly timestamp: number; readonly message: string }
  | ({ readonly type: 'done'; readonly payload: string } & AfterRun)
  | ({ readonly type: 'failed'; readonly error: FunctionError } & AfterRun)
  | { readonly type: 'died'; readonly error: FunctionError };

/** What a thread tells after each run. */
interface AfterRun {
  /** On its heap, that of all its sandboxes. */
  readonly memoryBytes: number;
  /** Whether another sandbox may come into the thread, and neither could tell. */
  readonly mayTakeAnother: boolean;
}

/** A bundle to be compiled, and where its code cache belongs. */
export interface CompileJob {
  readonly file: string;
  readonly cacheFile: string;
}
