import type { DiskSnapshot } from '../disk-snapshot';
import type { Architecture, Machine, MachineEngine } from '../engine';
import type { MachineOptions } from '../machine-options';
import { buildAmazonLinux2023 } from './amazon-linux/base-image';
import { EmulatedMachine } from './machine';

/** Machines that are emulated in this process: nothing is installed for them, and they boot at once. */
export class EmulatedEngine implements MachineEngine {
  readonly name = 'emulated';
  /** Shared by all machines of an architecture: each costs only what it changes. */
  private readonly baseImages = new Map<Architecture, DiskSnapshot>();

  baseImage(architecture: Architecture): DiskSnapshot {
    const image = this.baseImages.get(architecture) ?? buildAmazonLinux2023(architecture);
    this.baseImages.set(architecture, image);
    return image;
  }

  create(options: MachineOptions): Machine {
    return new EmulatedMachine(options);
  }
}
