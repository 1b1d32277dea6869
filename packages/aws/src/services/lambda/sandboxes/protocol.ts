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
export interface SandboxData {
  readonly taskRoot: string;
  /** `folder/file.export`. */
  readonly handler: string;
  /** E.g. `nodejs24.x`. */
  readonly runtime: string;
  /** How many invocations were sent: between them the thread stands still and waits for this to grow. */
  readonly gate: SharedArrayBuffer;
  readonly logFormat: 'Text' | 'JSON';
  readonly clock: SharedTime;
  /** What all that is random in the thread comes from, where runs are to be repeated. */
  readonly seed?: string;
  readonly network: NetworkAccess;
}

/** What a thread tells. Times of lines are AWS's, in milliseconds; durations are real ones. */
export type Message =
  | { readonly type: 'ready'; readonly initMillis: number }
  | { readonly type: 'initError'; readonly error: FunctionError; readonly initMillis: number }
  /** It has nothing to do until more than this comes on one of its connections. */
  | { readonly type: 'waiting'; readonly ends: readonly ThreadsEnd[] }
  | { readonly type: 'line'; readonly timestamp: number; readonly message: string }
  | { readonly type: 'done'; readonly payload: string; readonly memoryBytes: number }
  | { readonly type: 'failed'; readonly error: FunctionError; readonly memoryBytes: number }
  | { readonly type: 'died'; readonly error: FunctionError };

/** A bundle to be compiled, and where its code cache belongs. */
export interface CompileJob {
  readonly file: string;
  readonly cacheFile: string;
}
