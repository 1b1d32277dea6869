import type { Disk } from '../disk/disk';
import { DaemonFailed } from '../system/daemon';
import type { Journal } from '../system/journal';
import { BOOT_TARGETS } from './boot-targets';
import { jobFailed, SystemdError } from './systemd-error';
import { StartLimits } from './units/start-limits';
import type { UnitClock } from './units/unit-clock';
import { type UnitFile, unitName } from './units/unit-file';
import { UnitLauncher } from './units/unit-launcher';
import { programOf, UnitPrograms, type UnitRunner } from './units/unit-programs';
import type { UnitState } from './units/unit-state';
import { UnitStates } from './units/unit-states';
import { Units } from './units/units';

/** The services of one boot. What is enabled stands on the disk, what runs is only here. */
export class Systemd {
  readonly units: Units;
  private readonly states: UnitStates;
  private readonly limits: StartLimits;
  private readonly programs: UnitPrograms;
  private readonly launcher: UnitLauncher;

  constructor(
    disk: Disk,
    private readonly journal: Journal,
    clock: UnitClock,
    runner: UnitRunner,
  ) {
    this.units = new Units(disk);
    this.states = new UnitStates(journal, clock);
    this.limits = new StartLimits(clock);
    this.programs = new UnitPrograms(disk, journal, runner);
    const { units, states, limits, programs } = this;
    this.launcher = new UnitLauncher(disk, journal, clock, units, states, limits, programs, (name) =>
      this.start(name),
    );
  }

  /** As `systemctl status` shows it. */
  state(name: string): UnitState {
    return this.states.show(name);
  }

  /** Names of units that were started in this boot. */
  get known(): string[] {
    return this.states
      .list()
      .map(([name]) => name)
      .sort();
  }

  /** Starts a unit and what it wants; one that runs stays. @throws SystemdError in systemctl's words */
  async start(name: string): Promise<void> {
    if (BOOT_TARGETS.has(name)) return;
    const unit = this.require(name, 'start');
    const active = this.states.get(unit.name)?.active;
    if (active === 'active' || active === 'activating') return;
    // Set first, so that units that want each other do not start each other for ever.
    this.states.set(unit, { active: 'activating', sub: 'start', exitCode: 0, result: 'success' });
    try {
      await this.startDependencies(unit);
    } catch (error) {
      this.states.forget(unit.name);
      throw error;
    }
    await this.launcher.launch(unit);
  }

  /** Stops a unit that runs; one that does not stays as it is. @throws SystemdError for one that is not there */
  async stop(name: string): Promise<void> {
    const full = unitName(name);
    const state = this.states.get(full);
    if (state === undefined) {
      if (this.units.find(name) === undefined)
        throw new SystemdError(`Failed to stop ${full}: Unit ${full} not loaded.`, 5);
      return;
    }
    if (state.active !== 'active' && state.active !== 'activating') return;
    const unit = this.units.find(name);
    const description = unit?.description ?? full;
    this.states.log(full, `Stopping ${full} - ${description}...`);
    const { daemon } = state;
    this.states.set({ name: full }, { ...state, active: 'inactive', sub: 'dead', exitCode: 0 });
    if (unit) await this.programs.runAll(unit, 'ExecStop');
    await daemon?.stop();
    if (unit) await this.programs.runAll(unit, 'ExecStopPost');
    this.states.log(full, `${full}: Deactivated successfully.`);
    this.states.log(full, `Stopped ${full} - ${description}.`);
  }

  /** Stops and starts a unit. @throws SystemdError in systemctl's words */
  async restart(name: string): Promise<void> {
    this.require(name, 'restart');
    await this.stop(name);
    await this.start(name);
  }

  /** Lets a unit read its configuration again. @throws SystemdError in systemctl's words */
  async reload(name: string): Promise<void> {
    const unit = this.require(name, 'reload');
    const state = this.states.get(unit.name);
    if (state?.active !== 'active') throw new SystemdError(`${unit.name} is not active, cannot reload.`, 1);
    const commands = unit.commands.get('ExecReload') ?? [];
    if (commands.length === 0)
      throw new SystemdError(
        `Failed to reload ${unit.name}: Job type reload is not applicable for unit ${unit.name}.`,
        1,
      );
    try {
      if (state.daemon?.reload) await state.daemon.reload();
      else await this.programs.runAll(unit, 'ExecReload');
      this.states.log(unit.name, `Reloaded ${unit.name} - ${unit.description}.`);
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write(programOf(unit), error.message, unit.name);
      throw new SystemdError(jobFailed(unit.name), 1);
    }
  }

  /** Forgets failures and start limits, of one unit or all. */
  resetFailed(name?: string): void {
    const full = name === undefined ? undefined : unitName(name);
    for (const [known, { active }] of this.states.list())
      if (active === 'failed' && (full === undefined || known === full)) this.states.forget(known);
    this.limits.reset(full);
  }

  /** Everything that runs, in order, as at shutdown. */
  async stopAll(): Promise<void> {
    for (const [name, state] of this.states.list().reverse())
      if (state.active === 'active' || state.active === 'activating') await this.stop(name);
  }

  private require(name: string, verb: string): UnitFile {
    const unit = this.units.find(name);
    const full = unitName(name);
    if (this.units.isMasked(name))
      throw new SystemdError(`Failed to ${verb} ${full}: Unit ${full} is masked.`, 1);
    if (unit === undefined) throw new SystemdError(`Failed to ${verb} ${full}: Unit ${full} not found.`, 5);
    const isEmpty = full.endsWith('.service') && unit.commands.get('ExecStart')?.length === 0;
    if (isEmpty && unit.type !== 'oneshot')
      throw new SystemdError(
        `Failed to ${verb} ${full}: Unit ${full} has a bad unit file setting.\nSee system logs and 'systemctl status ${full}' for details.`,
        1,
      );
    return unit;
  }

  private async startDependencies(unit: UnitFile): Promise<void> {
    for (const name of [...unit.requires, ...unit.wants]) {
      const isRequired = unit.requires.includes(name);
      if (name.endsWith('.target')) continue;
      if (this.units.find(name) === undefined) {
        if (!isRequired) continue;
        throw new SystemdError(`Failed to start ${unit.name}: Unit ${name} not found.`, 5);
      }
      try {
        await this.start(name);
      } catch (error) {
        if (!(error instanceof SystemdError)) throw error;
        if (!isRequired) continue;
        this.states.log(unit.name, `Dependency failed for ${unit.name} - ${unit.description}.`);
        throw new SystemdError(
          `A dependency job for ${unit.name} failed. See 'journalctl -xe' for details.`,
          1,
        );
      }
    }
  }
}
