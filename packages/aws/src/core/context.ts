import type { Duplex } from 'node:stream';
import type { Call } from './call';
import type { Clock } from './clock';
import type { EventBus } from './event-bus';
import type { Faults } from './faults/faults';
import type { Ledger } from './ledger';
import type { ServerPrograms } from './ports';
import type { Keys } from './principal';
import type { ServiceModel } from './service-model';

/**
 * Calls an operation of a service in the call's region, as a client over HTTP does: through the corridor, where identity,
 * constraints, faults, throttles and the call log stand.
 *
 * @param service the folder's name, e.g. `auto-scaling`
 * @param operation AWS's name, e.g. `CreateAutoScalingGroup`
 * @param input as the SDK has it
 * @throws AwsError what the service refuses
 */
export type Invoke = (call: Call, service: string, operation: string, input: object) => Promise<object>;

/** How functions run. */
export interface FunctionSettings {
  /** In this process, and not each in a thread. */
  readonly inProcess: boolean;
  /** AWS seconds after which an execution environment that nobody asks is closed. */
  readonly idleSeconds: number;
}

/** What every service of a region stands on. */
export interface Context {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly bus: EventBus;
  readonly faults: Faults;
  /** The front door, as programs inside the embedded AWS reach it: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Opens a connection to the front door from inside this process. */
  readonly connect: () => Duplex;
  readonly functions: FunctionSettings;
  readonly invoke: Invoke;
  /**
   * Whether policies allow a call that is not made as one: for what AWS does inside, with the rights of a role.
   *
   * @param service the folder's name
   */
  permits(
    call: Call,
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<boolean>;
  /** The access keys of the account, for the signatures that a service verifies itself. */
  readonly keys: Keys;
  /** Whether schedules of EventBridge Scheduler and scheduled actions of Auto Scaling wait until they are told to run. */
  readonly holdsSchedules?: boolean;
  /** Servers that instances can run beside their own programs. */
  readonly programs?: ServerPrograms;
  /** The context of another region of the account. Throws an `AwsError` for a name that no region has. */
  at(region: string): Context;
  /** How a service is spoken to; undefined where there is no service of this name. */
  model(service: string): Promise<ServiceModel> | undefined;
  /** The state of a service of this region, for those that look into one another across regions. */
  state<State>(service: string): State;
}
