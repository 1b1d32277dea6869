import type { Authorization } from './authorization/authorization';
import type { AwsError } from './aws-error';
import type { Call, WireRequest, WireResponse } from './call';
import type { Context } from './context';
import type { Principal } from './principal';

export type { Call, Signer, WireRequest, WireResponse } from './call';

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

/**
 * One operation of a service, as `operations/` exports it: from the service's state and the SDK's input to the SDK's output.
 * Throws an `AwsError` for what AWS refuses. A service names its own: `type Op<Name …> = Operation<Client, SnsState, Name>`.
 */
export type Operation<Client, State, Name extends keyof OperationsOf<Client>> =
  NonNullable<OperationsOf<Client>[Name]> extends (input: infer Input, call: Call) => infer Output
    ? (state: State, input: Input, call: Call) => Output
    : never;

/** What a service says of itself in its `service.ts`. */
export interface ServiceTraits<Client, State, Needs extends object> {
  /** The SDK client, whose schemas say how the service is spoken to. */
  readonly client: () => Promise<Client>;
  /** The name in the credential scope of a SigV4 signature. */
  readonly signingName: string;
  /** Prefix of `X-Amz-Target`, for the JSON protocols. */
  readonly target?: string;
  /** The version of the API, which forms of the query protocols carry. */
  readonly version?: string;
  /** One state for the whole account instead of one a region. */
  readonly global?: boolean;
  /** Whether requests may come unsigned, for all operations (the service judges them itself) or for those named. */
  readonly anonymous?: boolean | readonly string[];
  /** Whether the service checks its inputs against the API's model itself, in words of its own. */
  readonly checksInput?: boolean;
  /** How its calls are authorized, beside what AWS's published data say. */
  readonly authorization?: Authorization<NoInfer<State>>;
  /** The services whose state this one looks into, by folder name; they are made before it and end after it. */
  readonly needs?: readonly (keyof Needs & string)[];
  /** Makes the service in one region (or in the account, where it is global). */
  create(context: Context, needs: Needs): State;
  /** By AWS's name. What is missing here is answered as not supported, with its name. */
  readonly operations: {
    readonly [Name in keyof OperationsOf<Client>]?: Operation<Client, NoInfer<State>, Name>;
  };
  /** Answers requests that are no operations of the API (a website, a download); `undefined` leaves the request to the operations. */
  serve?(state: NoInfer<State>, request: WireRequest, call: Call): Promise<WireResponse | undefined>;
  /** Reads the service's requests where its protocol is more than the schemas say. */
  speak?: Speak<NoInfer<State>>;
  /** Ends timers, servers and workers. */
  dispose?(state: NoInfer<State>): void | Promise<void>;
}

/** One request, understood: which operation it names, and how its answer is written. */
export interface Spoken {
  /** AWS's name of the operation; empty when the request names none. */
  readonly operation: string;
  /** Who signed the request, where the service knows signatures of its own. */
  readonly signer?: Principal;
  decode(): Promise<object>;
  encode(output: Record<string, unknown>): WireResponse;
  encodeError(error: AwsError): WireResponse;
}

/** Understands a request. Throws an `AwsError` for one that names nothing. */
export type Speak<State> = (state: State, request: WireRequest, call: Call) => Promise<Spoken> | Spoken;

/** A service's traits with its types forgotten, as the corridor and the door handle all of them. */
export interface ServiceDefinition<State = unknown, Client extends object = object> {
  readonly client: () => Promise<Client>;
  readonly signingName: string;
  readonly target?: string;
  readonly version?: string;
  readonly global?: boolean;
  readonly anonymous?: boolean | readonly string[];
  readonly checksInput?: boolean;
  readonly authorization?: Authorization<unknown>;
  readonly needs: readonly string[];
  readonly create: (context: Context, needs: Readonly<Record<string, unknown>>) => State;
  readonly operations: Readonly<
    Record<string, ((state: unknown, input: unknown, call: Call) => unknown) | undefined>
  >;
  readonly serve?: (state: unknown, request: WireRequest, call: Call) => Promise<WireResponse | undefined>;
  readonly speak?: Speak<unknown>;
  readonly dispose?: (state: unknown) => void | Promise<void>;
}

/** Defines a service: what `services/index.ts` registers in one line. */
export function defineService<Client extends object, State, Needs extends object = object>(
  traits: ServiceTraits<Client, State, Needs>,
): ServiceDefinition<State, Client> {
  // The types agree by construction: whoever holds a definition gives it the state that it has made.
  return { needs: [], ...traits } as unknown as ServiceDefinition<State, Client>;
}
