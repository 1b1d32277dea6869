import type { StateReason } from '@aws-sdk/client-ec2';
import { durations } from '../../../core/durations';
import type { Fault } from '../../../core/faults/faults';
import type { Machine } from '../../../machines/engine';
import type { Inventory } from '../inventory';
import { setPublicAddress } from '../network/public-addresses';
import type { InstanceRecord, StateName } from '../records/instances';
import type { Content, VolumeRecord } from '../records/storage';
import { release, releasePublicAddresses, rootVolumeOf, setUp, volumesOf } from './belongings';
import { createGuest } from './guest';
import { Turns } from './turns';

/** Who ended an instance, as `StateReason` says it. */
export const reasons = {
  user: {
    Code: 'Client.UserInitiatedShutdown',
    Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  guest: {
    Code: 'Client.InstanceInitiatedShutdown',
    Message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
} as const satisfies Record<string, StateReason>;

type Listener = (instanceId: string, state: string) => void;

const CONSOLE_BYTES = 64 * 1024;
/**
 * A terminated instance is shown at least so long on the watches of clients: however fast the clock, waiters ask
 * every 15 seconds of their own and must see how it ended.
 */
const LEAST_REAL_MEMORY_SECONDS = 40;

/**
 * How long a terminated instance is shown, in AWS seconds.
 *
 * @param scale AWS seconds in a real second
 */
export function rememberedFor(scale: number): number {
  return Math.max(durations.instanceRemembered.seconds, LEAST_REAL_MEMORY_SECONDS * scale);
}

/**
 * The lives of all instances of a region: pending, running, stopping, stopped, shutting-down, terminated, each
 * for as long as AWS takes, with the machine inside booted and stopped accordingly.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
 */
export class Lifecycle {
  private readonly machines = new Map<string, Machine>();
  private readonly turns: Turns;
  private readonly listeners = new Set<Listener>();

  constructor(private readonly ec2: Inventory) {
    this.turns = new Turns(ec2.context.clock);
  }

  /** @returns how to end it */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begins the life of an instance that was made. @param fault it fails before it runs */
  launch(record: InstanceRecord, fault: Pick<Fault, 'message'> | undefined): void {
    this.say(record);
    this.powerOn(record, () => {
      if (!fault) return true;
      const message = fault.message ?? 'Server.InternalError: Internal error on launch';
      this.end(record, { Code: message.split(':')[0] ?? 'Server.InternalError', Message: message }, message);
      return false;
    });
  }

  /** A stopped instance starts again, on its own disk, with another public address. */
  start(record: InstanceRecord): void {
    record.launchTime = this.ec2.context.clock.now();
    record.stateReason = undefined;
    record.transitionReason = '';
    const nic = this.ec2.interfaces.find(record.interfaceIds[0]);
    const subnet = this.ec2.subnets.find(nic?.SubnetId);
    if (nic && !nic.Association && subnet?.MapPublicIpOnLaunch) setPublicAddress(this.ec2, nic);
    this.change(record, 'pending');
    this.powerOn(record, () => true);
  }

  /** A running instance stops in order. */
  stop(record: InstanceRecord, reason: StateReason = reasons.user): void {
    this.giveReason(record, reason);
    this.change(record, 'stopping');
    const done = this.ec2.context.ledger.begin('stop', record.id, this.ec2.context.region);
    this.turns.hold(record.id, done);
    const isCurrent = this.turns.current(record.id);
    void this.powerOff(record).then(() => {
      if (!isCurrent()) return;
      this.turns.after(record.id, durations.instanceStopping.seconds, () => {
        done();
        releasePublicAddresses(this.ec2, record);
        this.change(record, 'stopped');
      });
    });
  }

  /** The instance is shut down and its volumes and interfaces go as they were told to. */
  terminate(record: InstanceRecord, reason: StateReason = reasons.user): void {
    this.giveReason(record, reason);
    this.change(record, 'shutting-down');
    const done = this.ec2.context.ledger.begin('terminate', record.id, this.ec2.context.region);
    this.turns.hold(record.id, done);
    const isCurrent = this.turns.current(record.id);
    void this.powerOff(record).then(() => {
      if (!isCurrent()) return;
      this.turns.after(record.id, durations.instanceShuttingDown.seconds, () => {
        done();
        this.finish(record);
      });
    });
  }

  /**
   * The operating system goes down and comes up again; the state stays `running`.
   * @param whileDown called when the disk is at rest
   */
  reboot(record: InstanceRecord, whileDown: () => void = () => {}): void {
    this.turns.end(record.id);
    record.checks = 'initializing';
    const done = this.ec2.context.ledger.begin('boot', record.id, this.ec2.context.region);
    this.turns.hold(record.id, done);
    const machine = this.machines.get(record.id);
    setUp(this.ec2, record, false);
    const isCurrent = this.turns.current(record.id);
    const down = machine ? machine.stop() : Promise.resolve();
    void down.then(() => {
      this.postConsole(record);
      whileDown();
      if (!isCurrent()) return;
      this.turns.after(record.id, durations.instanceReboot.seconds, () => {
        setUp(this.ec2, record, true);
        this.bootMachine(record, machine, done);
      });
    });
  }

  /** What the serial console shows: what was posted, or with `latest` all until now. */
  console(record: InstanceRecord, latest: boolean): { text: string; at: Date } | undefined {
    if (!latest) return record.consoleSeen;
    return { text: this.consoleText(record), at: this.ec2.context.clock.now() };
  }

  /** The inside of an instance; undefined while it does not run. */
  machine(instanceId: string): Machine | undefined {
    return this.machines.get(instanceId);
  }

  /** Cuts the power everywhere. */
  async dispose(): Promise<void> {
    this.turns.dispose();
    const machines = [...this.machines.values()];
    this.machines.clear();
    await Promise.all(machines.map((machine) => machine.terminate()));
  }

  private powerOn(record: InstanceRecord, mayRun: () => boolean): void {
    const { ledger, region } = this.ec2.context;
    const done = ledger.begin('boot', record.id, region);
    this.turns.hold(record.id, done);
    this.turns.after(record.id, durations.instanceRunning.seconds, () => {
      if (!mayRun()) return;
      for (const volume of volumesOf(this.ec2, record)) attachVolume(volume);
      setUp(this.ec2, record, true);
      const root = rootVolumeOf(this.ec2, record);
      const machine = createGuest(this.ec2, record, root?.content(), {
        onShutdown: () => this.obeyShutdown(record),
        onReboot: () => this.obeyReboot(record),
      });
      if (machine && root) {
        this.machines.set(record.id, machine);
        root.content = () => machine.snapshot();
      }
      record.reachabilitySince = this.ec2.context.clock.now();
      this.change(record, 'running', false);
      this.turns.after(record.id, durations.instanceBoot.seconds, () =>
        this.bootMachine(record, machine, done),
      );
    });
  }

  private bootMachine(record: InstanceRecord, machine: Machine | undefined, done: () => void): void {
    const { clock } = this.ec2.context;
    let panicked = false;
    this.turns.after(record.id, durations.instanceStatusChecks.seconds, () => {
      // Nothing answers where there is no operating system, or where it could not start.
      record.checks = machine && !panicked ? 'ok' : 'impaired';
      record.reachabilitySince = clock.now();
    });
    if (!machine) {
      done();
      return;
    }
    machine
      .boot()
      .catch((error: Error) => {
        panicked = true;
        record.consoleHistory += `\r\nKernel panic - not syncing: ${error.stack ?? error.message}\r\n`;
      })
      .then(() => {
        done();
        if (this.machines.get(record.id) === machine) this.postConsole(record);
      });
  }

  private async powerOff(record: InstanceRecord): Promise<void> {
    record.checks = 'initializing';
    const machine = this.machines.get(record.id);
    if (machine) {
      await machine.stop();
      this.postConsole(record);
      this.keepContent(record, machine);
      this.machines.delete(record.id);
      await machine.terminate();
    }
    setUp(this.ec2, record, false);
  }

  private keepContent(record: InstanceRecord, machine: Machine): void {
    const content: Content = machine.snapshot();
    const root = rootVolumeOf(this.ec2, record);
    if (root) root.content = () => content;
    record.consoleHistory = this.consoleText(record);
  }

  private finish(record: InstanceRecord): void {
    release(this.ec2, record);
    this.change(record, 'terminated');
    const { clock } = this.ec2.context;
    this.turns.after(record.id, rememberedFor(clock.scale), () => {
      this.turns.forget(record.id);
      this.ec2.instances.delete(record.id);
    });
  }

  /** A launch that failed: from pending to terminated at once. */
  private end(record: InstanceRecord, reason: StateReason, message: string): void {
    record.stateReason = reason;
    record.transitionReason = message;
    this.finish(record);
  }

  private obeyShutdown(record: InstanceRecord): void {
    if (record.state !== 'running') return;
    if (record.shutdownBehavior === 'terminate') this.terminate(record, reasons.guest);
    else this.stop(record, reasons.guest);
  }

  private obeyReboot(record: InstanceRecord): void {
    if (record.state === 'running') this.reboot(record);
  }

  private giveReason(record: InstanceRecord, reason: StateReason): void {
    const at = this.ec2.context.clock.now().toISOString().slice(0, 19).replace('T', ' ');
    record.stateReason = reason;
    record.transitionReason = reason === reasons.user ? `User initiated (${at} GMT)` : '';
  }

  private consoleText(record: InstanceRecord): string {
    const text = record.consoleHistory + (this.machines.get(record.id)?.console() ?? '');
    return text.slice(-CONSOLE_BYTES);
  }

  private postConsole(record: InstanceRecord): void {
    record.consoleSeen = { text: this.consoleText(record), at: this.ec2.context.clock.now() };
  }

  /** Enters a state: what the former one had under way ends, everybody is told. */
  private change(record: InstanceRecord, name: StateName, cancels = true): void {
    if (cancels) this.turns.end(record.id);
    record.state = name;
    this.say(record);
  }

  private say(record: InstanceRecord): void {
    this.ec2.context.bus.announce({
      source: 'aws.ec2',
      detailType: 'EC2 Instance State-change Notification',
      resources: [this.ec2.arn(`instance/${record.id}`)],
      detail: { 'instance-id': record.id, state: record.state },
    });
    for (const listener of this.listeners) listener(record.id, record.state);
  }
}

function attachVolume(volume: VolumeRecord): void {
  volume.Attachments = volume.Attachments.map((one) => ({ ...one, State: 'attached' }));
}
