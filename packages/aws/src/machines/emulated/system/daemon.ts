import type { ServerPrograms } from '../../../core/ports';
import type { Disk } from '../disk/disk';
import type { GuestRequest } from '../network/guest-network';
import type { Ports } from '../network/ports';
import { refusal } from './refusal';

/** A program that runs until it is stopped. */
export interface Daemon {
  /** Reads its configuration again, connections kept. @throws DaemonFailed and goes on with the old one */
  reload?(): Promise<void>;
  /** Ends in order: requests in flight are finished. */
  stop(): Promise<void>;
  /** Resolves with the exit code when the program ends by itself. */
  readonly ended?: Promise<number>;
}

/** What a daemon has of the machine it runs on. */
export interface DaemonHost {
  readonly disk: Disk;
  readonly ports: Ports;
  /** That the embedded AWS was given. */
  readonly programs?: ServerPrograms;
  readonly now: () => Date;
  /** Sleeps AWS seconds; rejects when the machine stops. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
  /** The machine is at work from now on, which nothing else shows. Returns how to end it. */
  readonly work?: () => () => void;
  /** Outbound HTTP, as the machine sees it. */
  readonly network: {
    fetch(url: string, init?: GuestRequest): Promise<Response>;
    /** Whether a name has an address. */
    resolves(host: string): boolean;
  };
}

/** A program that ended at its start; the message is what it wrote. */
export class DaemonFailed extends Error {
  override readonly name = 'DaemonFailed';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** Of a program that was told to do what this machine does not: EX_UNAVAILABLE of sysexits.h. */
export const LACKING_STATUS = 69;

/** A program that was told to do what Amazon Linux 2023's does and this machine's does not. */
export class LackingFeature extends DaemonFailed {
  /** @param what as in `nginx directive sub_filter (/etc/nginx/conf.d/site.conf:3)` */
  constructor(readonly what: string) {
    super(refusal('', what), LACKING_STATUS);
  }
}
