import type { DiskSnapshot } from '../disk-snapshot';
import type { AgentScript, Machine, ScriptOutcome } from '../engine';
import type { MachineOptions } from '../machine-options';
import { CloudInit } from './cloud-init/cloud-init';
import { Disk } from './disk/disk';
import { runAgentScript } from './system/agent-script';
import { printLogin, startServices, writeHost } from './system/boot';
import type { PowerAction } from './system/guest';
import { mountVolatile, printKernel } from './system/kernel';
import { SerialConsole } from './system/serial-console';
import { System } from './system/system';

/**
 * The inside of an EC2 instance: a disk, and while it runs an operating system with services, a shell and real
 * servers on the loopback address.
 */
export class EmulatedMachine implements Machine {
  private readonly disk: Disk;
  private readonly serial: SerialConsole;
  private system: System | undefined;
  private booting: Promise<void> | undefined;
  private terminated = false;

  constructor(private readonly options: MachineOptions) {
    this.disk = new Disk(options.disk, options.now);
    this.serial = new SerialConsole(options.now);
  }

  async boot(): Promise<void> {
    if (this.terminated) throw new Error(`${this.options.instanceId} is terminated`);
    if (this.system !== undefined) throw new Error(`${this.options.instanceId} runs already`);
    const system = new System(this.options, this.disk, this.serial, (action) =>
      this.changePower(system, action),
    );
    this.system = system;
    this.booting = this.runBoot(system);
    await this.booting;
  }

  async stop(): Promise<void> {
    const { system } = this;
    if (system === undefined) return;
    this.system = undefined;
    this.serial.line('systemd-shutdown[1]: Syncing filesystems and block devices.');
    await system.stop();
    await this.booting;
    this.serial.line('reboot: Power down');
  }

  async terminate(): Promise<void> {
    this.terminated = true;
    const { system } = this;
    this.system = undefined;
    await system?.halt();
    await this.booting;
  }

  snapshot(): DiskSnapshot {
    return this.disk.snapshot();
  }

  activeSince(service: string): Date | undefined {
    const state = this.system?.systemd.state(service);
    return state?.active === 'active' ? state.since : undefined;
  }

  async runScript(script: AgentScript): Promise<ScriptOutcome | undefined> {
    const { system } = this;
    return system && (await runAgentScript(system, script));
  }

  console(): string {
    return this.serial.read();
  }

  private async runBoot(system: System): Promise<void> {
    const { options, disk, serial } = this;
    let finish: () => void = () => {};
    system.cloudInit.done = new Promise((resolve) => {
      finish = resolve;
    });
    try {
      serial.startClock();
      mountVolatile(disk, options, serial);
      writeHost(disk, options);
      system.journal.open();
      printKernel(serial, options, disk);
      await startServices(system);
      if (!system.power.aborted) await new CloudInit(system).run();
      if (!system.power.aborted) printLogin(serial, system);
    } catch (error) {
      // A stopped machine rejects what its programs waited for.
      if (!system.power.aborted) throw error;
    } finally {
      finish();
    }
  }

  private changePower(system: System, action: PowerAction): void {
    if (this.system !== system) return;
    if (action === 'poweroff') {
      if (this.options.onShutdown) this.options.onShutdown();
      else void this.stop();
    } else if (this.options.onReboot) this.options.onReboot();
    else void this.stop().then(() => (this.terminated ? undefined : this.boot()));
  }
}
