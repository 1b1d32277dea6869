import type { Disk } from '../disk/disk';
import type { Ports } from '../network/ports';

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
  readonly now: () => Date;
  /** Outbound HTTP, as the machine sees it. */
  readonly network: { fetch(url: string, init?: RequestInit): Promise<Response> };
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
