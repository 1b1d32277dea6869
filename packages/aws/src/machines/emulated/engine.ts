import type { DiskSnapshot } from '../disk-snapshot';
import type { Architecture, Edition, Machine, MachineEngine } from '../engine';
import type { MachineOptions } from '../machine-options';
import { buildAmazonLinux2023 } from './amazon-linux/base-image';
import { EmulatedMachine } from './machine';

/** Machines that are emulated in this process: nothing is installed for them, and they boot at once. */
export class EmulatedEngine implements MachineEngine {
  readonly name = 'emulated';
  /** Shared by all machines of an architecture: each costs only what it changes. */
  private readonly baseImages = new Map<string, DiskSnapshot>();

  baseImage(architecture: Architecture, edition: Edition = 'standard'): DiskSnapshot {
    const name = `${edition} ${architecture}`;
    const image = this.baseImages.get(name) ?? buildAmazonLinux2023(architecture, edition);
    this.baseImages.set(name, image);
    return image;
  }

  create(options: MachineOptions): Machine {
    return new EmulatedMachine(options);
  }
}
