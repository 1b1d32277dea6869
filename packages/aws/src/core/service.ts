import type { Principal } from './principal';

/** Who calls, and in which request: what an operation may need beside its input. */
export interface Call {
  readonly region: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly principal: Principal;
  /** The caller's X-Ray trace (`X-Amzn-Trace-Id`), by which the calls of one execution are told apart. */
  readonly traceId?: string;
}

/** One API operation: from the SDK's input type to its output type. Throws an `AwsError` for what AWS refuses. */
export type Operation = (input: never, call: Call) => unknown;

/**
 * The operations of an AWS service, typed from the SDK client's commands: `OperationsOf<typeof import('@aws-sdk/client-sns')>`
 * has a `Publish` that takes a `PublishCommandInput` and gives a `PublishCommandOutput` without `$metadata`.
 */
export type OperationsOf<Client> = {
  [Name in keyof Client as Name extends `${infer Operation}Command`
    ? Operation extends '' | '$'
      ? never
      : Operation
    : never]?: Client[Name] extends new (
    // biome-ignore lint/suspicious/noExplicitAny: only `any` matches every command's constructor; the inferred types are exact
    ...args: any[]
  ) => {
    input: infer Input;
    resolveMiddleware: (...args: never[]) => (...handler: never[]) => Promise<{ output: infer Output }>;
  }
    ? (input: Input, call: Call) => Answer<Output> | Promise<Answer<Output>>
    : never;
};

type Answer<Output> = Omit<Output, '$metadata'>;

/** A request as it came over HTTP, for the services that do more than the schemas say. */
export interface WireRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as sent, still encoded, without its `?`. */
  readonly rawQuery: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly host: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each is sent as a `set-cookie` header of its own. */
  readonly cookies?: readonly string[];
  readonly body: Buffer | string;
}

/** An AWS service in one region (or in the account, where AWS has it global): its state behind its operations. */
export interface Service {
  /** By operation name. What is missing here is answered as not supported, with its name. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Names of the operations that `handle` answers and `operations` does not have. */
  readonly handled?: Iterable<string>;
  /** Tried before the operations; `undefined` leaves the request to them. */
  handle?(request: WireRequest, call: Call): Promise<WireResponse | undefined>;
  /** Ends timers, servers and workers. */
  dispose?(): void | Promise<void>;
}
