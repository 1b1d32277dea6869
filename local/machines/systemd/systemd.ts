import { type Daemon, DaemonFailed } from '../daemon';
import type { Disk } from '../disk';
import type { Journal } from '../journal';
import { readUnit, type UnitFile, unitName } from './unit-file';

const DEFAULT_TARGET = 'multi-user.target';
const WANTS = '/etc/systemd/system';

export type ActiveState = 'active' | 'inactive' | 'activating' | 'failed';

export interface UnitState {
  active: ActiveState;
  /** As `systemctl status` shows it in brackets. */
  sub: 'running' | 'exited' | 'dead' | 'failed' | 'start';
  since: Date;
  exitCode: number;
}

interface RunningUnit extends UnitState {
  daemon?: Daemon;
}

/** What `systemctl` says of a request that it could not do. */
export class SystemdError extends Error {
  override readonly name = 'SystemdError';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** How a unit's command lines are run. */
export interface UnitRunner {
  /** Starts the program that stays. @throws DaemonFailed */
  start(unit: UnitFile, command: string): Promise<Daemon>;
  /** Runs a program to its end. @returns its exit code */
  run(unit: UnitFile, command: string): Promise<number>;
}

/** The services of one boot. What is enabled stands on the disk, what runs is only here. */
export class Systemd {
  private readonly states = new Map<string, RunningUnit>();

  constructor(
    private readonly disk: Disk,
    private readonly journal: Journal,
    private readonly now: () => Date,
    private readonly runner: UnitRunner,
    private readonly sleep: (seconds: number) => Promise<void>,
  ) {}

  find(name: string): UnitFile | undefined {
    const full = unitName(name);
    const direct = readUnit(this.disk, full);
    if (direct === undefined) return undefined;
    const canonical = this.disk.canonical(direct.path).split('/').at(-1);
    return canonical !== undefined && canonical !== full
      ? (readUnit(this.disk, canonical) ?? direct)
      : direct;
  }

  state(name: string): UnitState {
    return (
      this.states.get(unitName(name)) ?? { active: 'inactive', sub: 'dead', since: this.now(), exitCode: 0 }
    );
  }

  /** Names of units that were started in this boot. */
  get known(): string[] {
    return [...this.states.keys()].sort();
  }

  /** What boots: units that the disk's `.wants` folders of the default target name, ordered by their `After=`. */
  enabledUnits(): UnitFile[] {
    const names = this.disk
      .listIfAny(`${WANTS}/${DEFAULT_TARGET}.wants`)
      .filter((name) => name.endsWith('.service'));
    const units = names.flatMap((name) => this.find(name) ?? []);
    const ordered: UnitFile[] = [];
    const visit = (unit: UnitFile, path: readonly string[]) => {
      if (ordered.includes(unit) || path.includes(unit.name)) return;
      for (const before of units.filter(({ name }) => unit.after.includes(name)))
        visit(before, [...path, unit.name]);
      ordered.push(unit);
    };
    for (const unit of units) visit(unit, []);
    return ordered;
  }

  isEnabled(unit: UnitFile): boolean {
    return unit.wantedBy.some((target) => this.disk.has(`${WANTS}/${target}.wants/${unit.name}`));
  }

  /** @returns the lines that `systemctl enable` prints */
  enable(name: string): string[] {
    const unit = this.find(name);
    if (unit === undefined)
      throw new SystemdError(`Failed to enable unit: Unit file ${unitName(name)} does not exist.`, 1);
    if (unit.wantedBy.length === 0)
      return [
        'The unit files have no installation config (WantedBy=, RequiredBy=, Also=,',
        'Alias= settings in the [Install] section, and DefaultInstance= for template',
        'units). This means they are not meant to be enabled or disabled using systemctl.',
      ];
    return unit.wantedBy.flatMap((target) => {
      const link = `${WANTS}/${target}.wants/${unit.name}`;
      if (this.disk.has(link)) return [];
      this.disk.makeDirectory(`${WANTS}/${target}.wants`);
      this.disk.makeSymlink(unit.path, link);
      return [`Created symlink ${link} → ${unit.path}.`];
    });
  }

  /** @returns the lines that `systemctl disable` prints */
  disable(name: string): string[] {
    const unit = this.find(name);
    if (unit === undefined)
      throw new SystemdError(`Failed to disable unit: Unit file ${unitName(name)} does not exist.`, 1);
    return unit.wantedBy.flatMap((target) => {
      const link = `${WANTS}/${target}.wants/${unit.name}`;
      if (!this.disk.has(link)) return [];
      this.disk.remove(link);
      return [`Removed "${link}".`];
    });
  }

  /** Starts a unit; one that runs stays. @throws SystemdError in systemctl's words */
  async start(name: string): Promise<void> {
    const unit = this.require(name, 'start');
    const active = this.states.get(unit.name)?.active;
    if (active === 'active' || active === 'activating') return;
    await this.launch(unit);
  }

  async stop(name: string): Promise<void> {
    const full = unitName(name);
    const state = this.states.get(full);
    if (state === undefined) {
      if (this.find(name) === undefined)
        throw new SystemdError(`Failed to stop ${full}: Unit ${full} not loaded.`, 5);
      return;
    }
    if (state.active !== 'active' && state.active !== 'activating') return;
    const unit = this.find(name);
    this.log(full, `Stopping ${full} - ${unit?.description ?? full}...`);
    const { daemon } = state;
    this.states.set(full, { active: 'inactive', sub: 'dead', since: this.now(), exitCode: 0 });
    for (const command of unit?.commands.get('ExecStop') ?? [])
      await this.runner.run(unit as UnitFile, command);
    await daemon?.stop();
    this.log(full, `Stopped ${full} - ${unit?.description ?? full}.`);
  }

  async restart(name: string): Promise<void> {
    this.require(name, 'restart');
    await this.stop(name);
    await this.start(name);
  }

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
      else for (const command of commands) await this.runner.run(unit, command);
      this.log(unit.name, `Reloaded ${unit.name} - ${unit.description}.`);
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write(programOf(unit), error.message, unit.name);
      throw new SystemdError(jobFailed(unit.name), 1);
    }
  }

  /** Everything that runs, in order, as at shutdown. */
  async stopAll(): Promise<void> {
    for (const [name, state] of [...this.states].reverse())
      if (state.active === 'active') await this.stop(name);
  }

  private require(name: string, verb: string): UnitFile {
    const unit = this.find(name);
    const full = unitName(name);
    if (unit === undefined) throw new SystemdError(`Failed to ${verb} ${full}: Unit ${full} not found.`, 5);
    if (unit.commands.get('ExecStart')?.length === 0)
      throw new SystemdError(
        `Failed to ${verb} ${full}: Unit ${full} has a bad unit file setting.\nSee system logs and 'systemctl status ${full}' for details.`,
        1,
      );
    return unit;
  }

  private async launch(unit: UnitFile): Promise<void> {
    this.set(unit, { active: 'activating', sub: 'start', exitCode: 0 });
    this.log(unit.name, `Starting ${unit.name} - ${unit.description}...`);
    const environmentOf = unit.commands;
    for (const command of environmentOf.get('ExecStartPre') ?? []) await this.control(unit, command);
    if (unit.type === 'oneshot') {
      for (const command of environmentOf.get('ExecStart') ?? []) await this.control(unit, command);
      const sub = unit.remainAfterExit ? 'exited' : 'dead';
      this.set(unit, { active: unit.remainAfterExit ? 'active' : 'inactive', sub, exitCode: 0 });
      this.log(unit.name, `Finished ${unit.name} - ${unit.description}.`);
      return;
    }
    await this.launchDaemon(unit);
    for (const command of environmentOf.get('ExecStartPost') ?? []) await this.control(unit, command);
    this.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
  }

  private async launchDaemon(unit: UnitFile): Promise<void> {
    const command = unit.commands.get('ExecStart')?.at(-1) ?? '';
    try {
      const daemon = await this.runner.start(unit, command);
      this.set(unit, { active: 'active', sub: 'running', exitCode: 0, daemon });
      if (daemon.ended) this.watch(unit, daemon, daemon.ended);
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write(programOf(unit), error.message, unit.name);
      this.fail(unit, error.exitCode);
    }
  }

  /** A program that ends by itself: done, failed, or started again as its `Restart=` says. */
  private watch(unit: UnitFile, daemon: Daemon, ended: Promise<number>): void {
    void ended.then(async (exitCode) => {
      if (this.states.get(unit.name)?.daemon !== daemon) return;
      const failed = exitCode !== 0;
      this.set(unit, { active: failed ? 'failed' : 'inactive', sub: failed ? 'failed' : 'dead', exitCode });
      this.log(
        unit.name,
        failed ? `${unit.name}: Failed with result 'exit-code'.` : `${unit.name}: Deactivated successfully.`,
      );
      if (unit.restart !== 'always' && !(failed && unit.restart === 'on-failure')) return;
      await this.sleep(Math.max(1, unit.restartSeconds));
      if (this.states.get(unit.name)?.active === 'active') return;
      try {
        await this.launch(unit);
      } catch (error) {
        // The journal already says why; systemd has nobody else to tell either.
        if (!(error instanceof SystemdError)) throw error;
      }
    });
  }

  private async control(unit: UnitFile, command: string): Promise<void> {
    const exitCode = await this.runner.run(unit, command.replace(/^[-@+!]+/, ''));
    if (exitCode !== 0 && !command.startsWith('-')) this.fail(unit, exitCode);
  }

  private fail(unit: UnitFile, exitCode: number): never {
    this.set(unit, { active: 'failed', sub: 'failed', exitCode });
    this.log(unit.name, `${unit.name}: Main process exited, code=exited, status=${exitCode}/FAILURE`);
    this.log(unit.name, `${unit.name}: Failed with result 'exit-code'.`);
    this.log(unit.name, `Failed to start ${unit.name} - ${unit.description}.`);
    throw new SystemdError(jobFailed(unit.name), 1);
  }

  private set(unit: UnitFile, state: Omit<RunningUnit, 'since'>): void {
    this.states.set(unit.name, { ...state, since: this.now() });
  }

  private log(unit: string, message: string): void {
    this.journal.write('systemd[1]', message, unit);
  }
}

function jobFailed(unit: string): string {
  return `Job for ${unit} failed because the control process exited with error code.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`;
}

function programOf(unit: UnitFile): string {
  const command =
    unit.commands
      .get('ExecStart')
      ?.at(-1)
      ?.replace(/^[-@+!:]+/, '') ?? unit.name;
  return command.split(/\s+/)[0]?.split('/').at(-1) ?? unit.name;
}
