import type { DiskSnapshot } from './disk-snapshot';
import type { MachineOptions } from './machine-options';

/** As images and instance types name it. */
export type Architecture = 'x86_64' | 'arm64';

/** Runs the inside of instances. Whoever has instances has an engine, and makes their machines with it. */
export interface MachineEngine {
  readonly name: 'emulated';
  /** What the root volume of Amazon Linux 2023 holds; the same snapshot each time. */
  baseImage(architecture: Architecture): DiskSnapshot;
  create(options: MachineOptions): Machine;
}

/** The inside of one instance: a disk, and while it runs an operating system with its services. */
export interface Machine {
  /**
   * Boots: kernel, enabled services, cloud-init. Resolves when cloud-init is done, or the machine was stopped
   * meanwhile. A script that fails is no failure of the boot.
   * @throws Error when it runs already, or was terminated
   */
  boot(): Promise<void>;
  /** Stops in order: services end, requests in flight are answered, the disk stays. */
  stop(): Promise<void>;
  /** Cuts the power: every connection breaks at once. The machine never boots again. */
  terminate(): Promise<void>;
  /** Of the disk as it is now; the machine may run meanwhile. */
  snapshot(): DiskSnapshot;
  /** What GetConsoleOutput shows: the last 64 KB. */
  console(): string;
}
