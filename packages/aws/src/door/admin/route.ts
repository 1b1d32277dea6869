import type { Aws } from '../../aws';
import type { About } from '../../connect';

/** The embedded AWS as its administration handles it. */
export interface AdministeredAws extends Aws {
  about(): About;
  /** Resolves after so many AWS seconds. @throws Error when the account goes meanwhile, or nobody waits any more */
  sleep(seconds: number, gone: AbortSignal): Promise<void>;
}

/** A request to the administration. */
export interface AdminRequest {
  /** What stands in the path for the `{names}` of the route. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** One way into the administration. */
export interface AdminRoute {
  /** Method and path below `/_local/`: `POST schedules/{region}/{group}/{name}/run`. */
  readonly path: string;
  /** What it is for, as the documentation lists it. */
  readonly does: string;
  /** @returns what is answered as JSON. @throws AdminError */
  answer(aws: AdministeredAws, request: AdminRequest): Promise<unknown>;
}

/** A request to the administration that cannot be answered. */
export class AdminError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'AdminError';
  }
}
