import type { Principal } from './principal';

/** Who calls, and in which request: what an operation may need beside its input. */
export interface Call {
  readonly region: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly principal: Principal;
  /** The caller's X-Ray trace (`X-Amzn-Trace-Id`), by which the calls of one execution are told apart. */
  readonly traceId?: string;
  /** The services that call with the caller's rights, the first first: `cloudformation.amazonaws.com`. */
  readonly via?: readonly string[];
  /** The ARN of the resource on whose behalf an AWS service calls: of a rule, a topic, a bucket. */
  readonly sourceArn?: string;
  /** The request itself, where the call came over HTTP. */
  readonly request?: WireRequest;
  /** Who signed the request, where its signature was verified. */
  readonly signer?: Signer;
}

/** The key that signed a request (signature version 4), for what it signs beside the request itself: the chunks of an upload. */
export interface Signer {
  readonly algorithm: string;
  readonly accessKeyId: string;
  /** `20261129T120000Z` */
  readonly signedAt: string;
  readonly scope: string;
  /** The request's own signature, hexadecimal. */
  readonly signature: string;
  /** @param signature hexadecimal */
  hasSigned(text: string, signature: string): boolean;
}

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

/** The form of the names of regions, `us-east-1`. */
export const REGION_NAME = /^[a-z]{2}(-[a-z]+)+-\d$/;
