import type { StateReason } from '@aws-sdk/client-ec2';
import type { Cancel } from '../../../core/clock';
import { durations } from '../../../core/durations';
import type { Fault } from '../../../core/faults';
import type { Machine } from '../../../machines/machine';
import { deleteInterface, removePublicAddress, setPublicAddress } from '../operations/interfaces/interfaces';
import type { InstanceRecord, StateName } from '../records/instances';
import type { Content, VolumeRecord } from '../records/storage';
import type { Ec2State } from '../state';
import { createGuest } from './guest';

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
 * The lives of all instances of a region: pending, running, stopping, stopped, shutting-down, terminated, each
 * for as long as AWS takes, with the machine inside booted and stopped accordingly.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
 */
export class Lifecycle {
  private readonly machines = new Map<string, Machine>();
  /** Timers and ledger entries of the present state of each instance. */
  private readonly pending = new Map<string, Cancel[]>();
  /** Grows with every change, so that what a former state began does not reach into the next. */
  private readonly turns = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  private disposed = false;

  constructor(private readonly state: Ec2State) {}

  /** @returns how to end it */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begins the life of an instance that was made. @param fault it fails before it runs */
  launch(record: InstanceRecord, fault: Fault | undefined): void {
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
    record.launchTime = this.state.context.clock.now();
    record.stateReason = undefined;
    record.transitionReason = '';
    const nic = this.state.interfaces.find(record.interfaceIds[0]);
    const subnet = this.state.subnets.find(nic?.SubnetId);
    if (nic && !nic.Association && subnet?.MapPublicIpOnLaunch) setPublicAddress(this.state, nic);
    this.change(record, 'pending');
    this.powerOn(record, () => true);
  }

  /** A running instance stops in order. */
  stop(record: InstanceRecord, reason: StateReason = reasons.user): void {
    this.giveReason(record, reason);
    this.change(record, 'stopping');
    const done = this.state.context.ledger.begin('stop', record.id, this.state.context.region);
    this.hold(record, done);
    const isCurrent = this.turnOf(record);
    void this.powerOff(record).then(() => {
      if (!isCurrent()) return;
      this.after(record, durations.instanceStopping.seconds, () => {
        done();
        this.releasePublicAddresses(record);
        this.change(record, 'stopped');
      });
    });
  }

  /** The instance is shut down and its volumes and interfaces go as they were told to. */
  terminate(record: InstanceRecord, reason: StateReason = reasons.user): void {
    this.giveReason(record, reason);
    this.change(record, 'shutting-down');
    const done = this.state.context.ledger.begin('terminate', record.id, this.state.context.region);
    this.hold(record, done);
    const isCurrent = this.turnOf(record);
    void this.powerOff(record).then(() => {
      if (!isCurrent()) return;
      this.after(record, durations.instanceShuttingDown.seconds, () => {
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
    this.cancelPending(record);
    record.checksPassed = false;
    const done = this.state.context.ledger.begin('boot', record.id, this.state.context.region);
    this.hold(record, done);
    const machine = this.machines.get(record.id);
    this.setUp(record, false);
    const isCurrent = this.turnOf(record);
    const down = machine ? machine.stop() : Promise.resolve();
    void down.then(() => {
      this.postConsole(record);
      whileDown();
      if (!isCurrent()) return;
      this.after(record, durations.instanceReboot.seconds, () => {
        this.setUp(record, true);
        this.bootMachine(record, machine, done);
      });
    });
  }

  /** What the serial console shows: what was posted, or with `latest` all until now. */
  console(record: InstanceRecord, latest: boolean): { text: string; at: Date } | undefined {
    if (!latest) return record.consoleSeen;
    return { text: this.consoleText(record), at: this.state.context.clock.now() };
  }

  /** Cuts the power everywhere. */
  async dispose(): Promise<void> {
    this.disposed = true;
    for (const cancels of this.pending.values()) for (const cancel of cancels) cancel();
    this.pending.clear();
    const machines = [...this.machines.values()];
    this.machines.clear();
    await Promise.all(machines.map((machine) => machine.terminate()));
  }

  private powerOn(record: InstanceRecord, mayRun: () => boolean): void {
    const { ledger, region } = this.state.context;
    const done = ledger.begin('boot', record.id, region);
    this.hold(record, done);
    this.after(record, durations.instanceRunning.seconds, () => {
      if (!mayRun()) return;
      for (const volume of this.volumes(record)) attachVolume(volume);
      this.setUp(record, true);
      const root = this.rootVolume(record);
      const machine = createGuest(this.state, record, root?.content(), {
        onShutdown: () => this.obeyShutdown(record),
        onReboot: () => this.obeyReboot(record),
      });
      if (machine && root) {
        this.machines.set(record.id, machine);
        root.content = () => machine.snapshot();
      }
      record.reachabilitySince = this.state.context.clock.now();
      this.change(record, 'running', false);
      this.after(record, durations.instanceBoot.seconds, () => this.bootMachine(record, machine, done));
    });
  }

  private bootMachine(record: InstanceRecord, machine: Machine | undefined, done: () => void): void {
    const { clock } = this.state.context;
    this.after(record, durations.instanceStatusChecks.seconds, () => {
      record.checksPassed = machine !== undefined;
      record.reachabilitySince = clock.now();
    });
    if (!machine) {
      done();
      return;
    }
    machine
      .boot()
      .catch((error: Error) => {
        record.consoleHistory += `\r\nKernel panic - not syncing: ${error.stack ?? error.message}\r\n`;
      })
      .then(() => {
        done();
        if (this.machines.get(record.id) === machine) this.postConsole(record);
      });
  }

  private async powerOff(record: InstanceRecord): Promise<void> {
    record.checksPassed = false;
    const machine = this.machines.get(record.id);
    if (machine) {
      await machine.stop();
      this.postConsole(record);
      this.keepContent(record, machine);
      this.machines.delete(record.id);
      await machine.terminate();
    }
    this.setUp(record, false);
  }

  private keepContent(record: InstanceRecord, machine: Machine): void {
    const content: Content = machine.snapshot();
    const root = this.rootVolume(record);
    if (root) root.content = () => content;
    record.consoleHistory = this.consoleText(record);
  }

  private finish(record: InstanceRecord): void {
    const { state } = this;
    for (const nicId of record.interfaceIds) {
      const nic = state.interfaces.find(nicId);
      if (!nic) continue;
      if (nic.Attachment?.DeleteOnTermination) deleteInterface(state, nic);
      else {
        nic.Attachment = undefined;
        nic.Status = 'available';
      }
    }
    record.interfaceIds = [];
    for (const [, held] of record.volumes) {
      const volume = state.volumes.find(held.volumeId);
      if (!volume) continue;
      if (held.deleteOnTermination) state.volumes.delete(held.volumeId);
      else {
        volume.Attachments = [];
        volume.State = 'available';
      }
    }
    record.volumes.clear();
    this.change(record, 'terminated');
    const { clock } = state.context;
    const memory = Math.max(durations.instanceRemembered.seconds, LEAST_REAL_MEMORY_SECONDS * clock.scale);
    this.after(record, memory, () => {
      this.pending.delete(record.id);
      this.turns.delete(record.id);
      state.instances.delete(record.id);
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
    const at = this.state.context.clock.now().toISOString().slice(0, 19).replace('T', ' ');
    record.stateReason = reason;
    record.transitionReason = reason === reasons.user ? `User initiated (${at} GMT)` : '';
  }

  private releasePublicAddresses(record: InstanceRecord): void {
    for (const id of record.interfaceIds) {
      const nic = this.state.interfaces.find(id);
      if (nic?.Association && !nic.Association.AllocationId) removePublicAddress(this.state, nic);
    }
  }

  private setUp(record: InstanceRecord, up: boolean): void {
    for (const id of record.interfaceIds) {
      if (this.state.interfaces.has(id)) this.state.deps.network.setUp(id, up);
    }
  }

  private volumes(record: InstanceRecord): VolumeRecord[] {
    return [...record.volumes.values()].flatMap(({ volumeId }) => this.state.volumes.find(volumeId) ?? []);
  }

  private rootVolume(record: InstanceRecord): VolumeRecord | undefined {
    return this.state.volumes.find(record.volumes.get(record.rootDeviceName)?.volumeId);
  }

  private consoleText(record: InstanceRecord): string {
    const text = record.consoleHistory + (this.machines.get(record.id)?.console() ?? '');
    return text.slice(-CONSOLE_BYTES);
  }

  private postConsole(record: InstanceRecord): void {
    record.consoleSeen = { text: this.consoleText(record), at: this.state.context.clock.now() };
  }

  /** Enters a state: what the former one had under way ends, everybody is told. */
  private change(record: InstanceRecord, name: StateName, cancels = true): void {
    if (cancels) this.cancelPending(record);
    record.state = name;
    this.say(record);
  }

  private say(record: InstanceRecord): void {
    this.state.context.bus.announce({
      source: 'aws.ec2',
      detailType: 'EC2 Instance State-change Notification',
      resources: [this.state.arn(`instance/${record.id}`)],
      detail: { 'instance-id': record.id, state: record.state },
    });
    for (const listener of this.listeners) listener(record.id, record.state);
  }

  private after(record: InstanceRecord, seconds: number, callback: () => void): void {
    if (this.disposed) return;
    this.hold(record, this.state.context.clock.after(seconds, callback));
  }

  private hold(record: InstanceRecord, cancel: Cancel): void {
    this.pending.set(record.id, [...(this.pending.get(record.id) ?? []), cancel]);
  }

  /** Whether what was under way when it was asked still is. */
  private turnOf(record: InstanceRecord): () => boolean {
    const turn = this.turns.get(record.id) ?? 0;
    return () => !this.disposed && (this.turns.get(record.id) ?? 0) === turn;
  }

  private cancelPending(record: InstanceRecord): void {
    this.turns.set(record.id, (this.turns.get(record.id) ?? 0) + 1);
    for (const cancel of this.pending.get(record.id) ?? []) cancel();
    this.pending.delete(record.id);
  }
}

function attachVolume(volume: VolumeRecord): void {
  volume.Attachments = volume.Attachments.map((one) => ({ ...one, State: 'attached' }));
}
