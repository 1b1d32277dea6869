import type { FunctionError, Message, Opening, Order } from './protocol';

/** Where sandboxes stand: a worker thread, or this process. */
export interface FunctionHost {
  /** False once it has ended or has to. */
  usable: boolean;
  /** Whether one more sandbox of the same code may come in, as far as the last run told. */
  readonly hasRoom: boolean;
  /** Makes a sandbox. What comes of it is told to the tenant. Returns its number. */
  open(tenant: Tenant, opening: Omit<Opening, 'type' | 'sandbox'>): number;
  /** Has the one at work do something; another's work must have ended. */
  send(tenant: Tenant, order: DistributiveOmit<Order, 'closed' | 'seed'>): void;
  /** Forgets a sandbox. */
  close(sandbox: number): void;
  /** It is at work from now on. Returns how to end it. */
  work(): () => void;
  /** Ends it at once. */
  stop(): Promise<unknown>;
}

/** Who listens to a host while he is at work in it. */
export interface Tenant {
  receive(message: Exclude<Message, { type: 'waiting' }>): void;
  /** The host has ended, in the middle of whatever it did. */
  end(death: Death): void;
}

/** How a host ended. */
export type Death = { readonly error: FunctionError } | { readonly reason?: string };

export type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;
