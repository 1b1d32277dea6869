import type { MachineOptions } from '../../machine-options';
import type { GuestRequest } from '../network/guest-network';
import type { Systemd } from '../systemd/systemd';
import type { DaemonHost } from './daemon';
import type { Journal } from './journal';

/** Something that Amazon Linux 2023 has and this machine has not. */
export interface Refusal {
  /** As in `program rsync` or `package docker`. */
  what: string;
  /** Who asked for it where, and that it is not there. */
  says: string;
}

export type PowerAction = 'poweroff' | 'reboot';

/** The running operating system, as its programs know it. Who its users are stands on the disk (`users.ts`). */
export interface Guest extends DaemonHost {
  readonly systemd: Systemd;
  readonly journal: Journal;
  readonly network: {
    /** HTTP to the machine itself, the metadata service and the world; follows no redirect. */
    fetch(url: string, init?: GuestRequest): Promise<Response>;
    resolves(host: string): boolean;
    /** Whether the machine itself, or its metadata service, answers at this address. */
    isOwn(url: string): boolean;
  };
  /** The short host name. */
  readonly hostname: string;
  readonly bootedAt: Date;
  /** Aborts when the machine stops. */
  readonly power: AbortSignal;
  /** What cloud-init is doing, for `cloud-init status`. */
  readonly cloudInit: { readonly status: 'running' | 'done' | 'error'; readonly done: Promise<void> };
  /** What the instance was launched with, of that which programs show or need. */
  readonly options: Pick<
    MachineOptions,
    | 'credentials'
    | 'endpoint'
    | 'hostname'
    | 'instanceType'
    | 'load'
    | 'mac'
    | 'privateIp'
    | 'publicKey'
    | 'region'
    | 'runProgram'
    | 'scale'
    | 'work'
  >;
  /** What this machine could not do and Amazon Linux 2023 can, in the order in which it was asked for. */
  readonly refusals: Refusal[];
  /** Asks for the machine to go off, or to go off and on again. */
  requestPower(action: PowerAction): void;
}
