import { type Daemon, DaemonFailed } from '../daemon';
import type { Disk } from '../disk';
import type { Journal } from '../journal';
import { findUser } from '../users';
import { readCommandLine } from './command-line';
import { checkProgram } from './programs';
import { startTimer } from './timer';
import { readUnit, SYSTEM_UNITS, type UnitFile, unitName } from './unit-file';

/** Targets that a boot reaches: what they want is started. */
const BOOT_TARGETS = new Set(
  [
    'sysinit',
    'local-fs',
    'network',
    'network-online',
    'basic',
    'sockets',
    'timers',
    'cloud-config',
    'cloud-init',
  ]
    .concat('remote-fs', 'nss-lookup', 'multi-user', 'default')
    .map((name) => `${name}.target`),
);

export type ActiveState = 'active' | 'inactive' | 'activating' | 'failed';

export interface UnitState {
  active: ActiveState;
  /** As `systemctl status` shows it in brackets. */
  sub: 'running' | 'exited' | 'dead' | 'failed' | 'start' | 'auto-restart' | 'waiting' | 'active';
  since: Date;
  exitCode: number;
  /** As in `exit-code`. */
  result: string;
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
  start(unit: UnitFile, argv: readonly string[]): Promise<Daemon>;
  /** Runs a program to its end. @returns its exit code */
  run(unit: UnitFile, argv: readonly string[]): Promise<number>;
}

/** The clock of the machine, in AWS seconds. */
export interface UnitClock {
  readonly bootedAt: Date;
  now(): Date;
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The services of one boot. What is enabled stands on the disk, what runs is only here. */
export class Systemd {
  private readonly states = new Map<string, RunningUnit>();
  /** When a unit was started lately, for its start limit. */
  private readonly starts = new Map<string, number[]>();

  constructor(
    private readonly disk: Disk,
    private readonly journal: Journal,
    private readonly clock: UnitClock,
    private readonly runner: UnitRunner,
  ) {}

  find(name: string): UnitFile | undefined {
    const full = unitName(name);
    const direct = readUnit(this.disk, full);
    if (direct === undefined) return undefined;
    const canonical = this.disk.canonical(direct.path).split('/').at(-1);
    return canonical !== undefined && canonical !== full && !canonical.includes('@')
      ? (readUnit(this.disk, canonical) ?? direct)
      : direct;
  }

  state(name: string): UnitState {
    const full = unitName(name);
    const none = { since: this.clock.bootedAt, exitCode: 0, result: 'success' };
    if (BOOT_TARGETS.has(full)) return { active: 'active', sub: 'active', ...none };
    return this.states.get(full) ?? { active: 'inactive', sub: 'dead', ...none };
  }

  /** Names of units that were started in this boot. */
  get known(): string[] {
    return [...this.states.keys()].sort();
  }

  /** What boots: units that the disk's `.wants` folders of a boot's targets name, ordered by their `After=`. */
  enabledUnits(): UnitFile[] {
    const names = [...BOOT_TARGETS].flatMap((target) =>
      this.disk.listIfAny(`${SYSTEM_UNITS}/${target}.wants`),
    );
    const units = [...new Set(names)].flatMap((name) => this.find(name) ?? []);
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
    return unit.wantedBy.some((target) => this.disk.has(`${SYSTEM_UNITS}/${target}.wants/${unit.name}`));
  }

  isMasked(name: string): boolean {
    const path = `${SYSTEM_UNITS}/${unitName(name)}`;
    return this.disk.find(path)?.kind === 'device';
  }

  /** @returns the lines that `systemctl enable` prints; the name may be the path of a unit file */
  enable(name: string): string[] {
    const linked = name.startsWith('/') ? this.link(name) : [];
    const unit = this.find(name.split('/').at(-1) ?? '');
    if (this.isMasked(name))
      throw new SystemdError(`Failed to enable unit: Unit file ${unitName(name)} is masked.`, 1);
    if (unit === undefined)
      throw new SystemdError(`Failed to enable unit: Unit file ${unitName(name)} does not exist.`, 1);
    if (unit.wantedBy.length === 0 && unit.alias.length === 0)
      return [
        ...linked,
        'The unit files have no installation config (WantedBy=, RequiredBy=, Also=,',
        'Alias= settings in the [Install] section, and DefaultInstance= for template',
        'units). This means they are not meant to be enabled or disabled using systemctl.',
      ];
    const links = [
      ...unit.alias.map((alias) => `${SYSTEM_UNITS}/${alias}`),
      ...unit.wantedBy.map((target) => `${SYSTEM_UNITS}/${target}.wants/${unit.name}`),
    ];
    const made = links.flatMap((link) => {
      if (this.disk.has(link)) return [];
      this.disk.makeDirectory(link.slice(0, link.lastIndexOf('/')));
      this.disk.makeSymlink(unit.path, link);
      return [`Created symlink ${link} → ${unit.path}.`];
    });
    return [...linked, ...made];
  }

  /** @returns the lines that `systemctl disable` prints */
  disable(name: string): string[] {
    const unit = this.find(name);
    if (unit === undefined)
      throw new SystemdError(`Failed to disable unit: Unit file ${unitName(name)} does not exist.`, 1);
    const links = [
      ...unit.wantedBy.map((target) => `${SYSTEM_UNITS}/${target}.wants/${unit.name}`),
      ...unit.alias.map((alias) => `${SYSTEM_UNITS}/${alias}`),
    ];
    return links.flatMap((link) => {
      if (!this.disk.has(link)) return [];
      this.disk.remove(link);
      return [`Removed "${link}".`];
    });
  }

  mask(name: string): string[] {
    const link = `${SYSTEM_UNITS}/${unitName(name)}`;
    if (this.isMasked(name)) return [];
    if (this.disk.has(link)) throw new SystemdError(`Failed to mask unit: File ${link} already exists.`, 1);
    this.disk.makeSymlink('/dev/null', link);
    return [`Created symlink ${link} → /dev/null.`];
  }

  unmask(name: string): string[] {
    const link = `${SYSTEM_UNITS}/${unitName(name)}`;
    if (!this.isMasked(name)) return [];
    this.disk.remove(link);
    return [`Removed "${link}".`];
  }

  /** Starts a unit and what it wants; one that runs stays. @throws SystemdError in systemctl's words */
  async start(name: string): Promise<void> {
    if (BOOT_TARGETS.has(name)) return;
    const unit = this.require(name, 'start');
    const active = this.states.get(unit.name)?.active;
    if (active === 'active' || active === 'activating') return;
    // Set first, so that units that want each other do not start each other for ever.
    this.set(unit, { active: 'activating', sub: 'start', exitCode: 0, result: 'success' });
    try {
      await this.startDependencies(unit);
    } catch (error) {
      this.states.delete(unit.name);
      throw error;
    }
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
    const description = unit?.description ?? full;
    this.log(full, `Stopping ${full} - ${description}...`);
    const { daemon } = state;
    this.states.set(full, {
      ...state,
      active: 'inactive',
      sub: 'dead',
      since: this.clock.now(),
      exitCode: 0,
    });
    if (unit) for (const line of unit.commands.get('ExecStop') ?? []) await this.run(unit, line);
    await daemon?.stop();
    if (unit) for (const line of unit.commands.get('ExecStopPost') ?? []) await this.run(unit, line);
    this.log(full, `${full}: Deactivated successfully.`);
    this.log(full, `Stopped ${full} - ${description}.`);
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
      else for (const line of commands) await this.run(unit, line);
      this.log(unit.name, `Reloaded ${unit.name} - ${unit.description}.`);
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write(programOf(unit), error.message, unit.name);
      throw new SystemdError(jobFailed(unit.name), 1);
    }
  }

  /** Forgets failures and start limits, of one unit or all. */
  resetFailed(name?: string): void {
    for (const [known, { active }] of [...this.states])
      if (active === 'failed' && (name === undefined || known === unitName(name))) this.states.delete(known);
    if (name === undefined) this.starts.clear();
    else this.starts.delete(unitName(name));
  }

  /** Everything that runs, in order, as at shutdown. */
  async stopAll(): Promise<void> {
    for (const [name, state] of [...this.states].reverse())
      if (state.active === 'active' || state.active === 'activating') await this.stop(name);
  }

  private link(path: string): string[] {
    const link = `${SYSTEM_UNITS}/${path.split('/').at(-1)}`;
    if (!this.disk.has(path))
      throw new SystemdError(`Failed to enable unit: File ${path}: No such file or directory`, 1);
    if (this.disk.has(link)) return [];
    this.disk.makeSymlink(path, link);
    return [`Created symlink ${link} → ${path}.`];
  }

  private require(name: string, verb: string): UnitFile {
    const unit = this.find(name);
    const full = unitName(name);
    if (this.isMasked(name)) throw new SystemdError(`Failed to ${verb} ${full}: Unit ${full} is masked.`, 1);
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
      if (this.find(name) === undefined) {
        if (!isRequired) continue;
        throw new SystemdError(`Failed to start ${unit.name}: Unit ${name} not found.`, 5);
      }
      try {
        await this.start(name);
      } catch (error) {
        if (!(error instanceof SystemdError)) throw error;
        if (!isRequired) continue;
        this.log(unit.name, `Dependency failed for ${unit.name} - ${unit.description}.`);
        throw new SystemdError(
          `A dependency job for ${unit.name} failed. See 'journalctl -xe' for details.`,
          1,
        );
      }
    }
  }

  private async launch(unit: UnitFile): Promise<void> {
    this.checkStartLimit(unit);
    this.set(unit, { active: 'activating', sub: 'start', exitCode: 0, result: 'success' });
    if (unit.name.endsWith('.timer')) {
      this.launchTimer(unit);
      return;
    }
    this.log(unit.name, `Starting ${unit.name} - ${unit.description}...`);
    this.prepare(unit);
    for (const line of unit.commands.get('ExecStartPre') ?? []) await this.control(unit, line);
    if (unit.type === 'oneshot') {
      for (const line of unit.commands.get('ExecStart') ?? []) await this.control(unit, line);
      this.set(unit, {
        active: unit.remainAfterExit ? 'active' : 'inactive',
        sub: unit.remainAfterExit ? 'exited' : 'dead',
        exitCode: 0,
        result: 'success',
      });
      this.log(unit.name, `Finished ${unit.name} - ${unit.description}.`);
      return;
    }
    if (!(await this.launchDaemon(unit))) return;
    for (const line of unit.commands.get('ExecStartPost') ?? []) await this.control(unit, line);
    this.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
  }

  private launchTimer(unit: UnitFile): void {
    const target = unit.timer.get('Unit')?.at(-1) ?? unit.name.replace(/\.timer$/, '.service');
    if (this.find(target) === undefined)
      throw new SystemdError(`Failed to start ${unit.name}: Unit ${target} not found.`, 5);
    const daemon = startTimer(unit, this.clock, async () => {
      try {
        await this.start(target);
      } catch (error) {
        // The journal says why; there is nobody else to tell.
        if (!(error instanceof SystemdError)) throw error;
      }
    });
    this.set(unit, { active: 'active', sub: 'waiting', exitCode: 0, result: 'success', daemon });
    this.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
  }

  private checkStartLimit(unit: UnitFile): void {
    const { burst, seconds } = unit.startLimit;
    const now = this.clock.now().getTime();
    const lately = (this.starts.get(unit.name) ?? []).filter((at) => at > now - seconds * 1000);
    if (burst > 0 && seconds > 0 && lately.length >= burst) {
      this.log(unit.name, `${unit.name}: Start request repeated too quickly.`);
      this.log(unit.name, `${unit.name}: Failed with result 'start-limit-hit'.`);
      this.log(unit.name, `Failed to start ${unit.name} - ${unit.description}.`);
      const { exitCode } = this.state(unit.name);
      this.set(unit, { active: 'failed', sub: 'failed', exitCode, result: 'start-limit-hit' });
      throw new SystemdError(`Job for ${unit.name} failed.\n${seeDetails(unit.name)}`, 1);
    }
    this.starts.set(unit.name, [...lately, now]);
  }

  /** What must be there before any of a unit's programs runs. */
  private prepare(unit: UnitFile): void {
    if (unit.missingEnvironmentFile !== undefined) {
      this.log(unit.name, `${unit.name}: Failed to load environment files: No such file or directory`);
      this.log(unit.name, `${unit.name}: Failed to run 'start' task: No such file or directory`);
      this.log(unit.name, `${unit.name}: Failed with result 'resources'.`);
      this.set(unit, { active: 'failed', sub: 'failed', exitCode: 0, result: 'resources' });
      throw new SystemdError(
        `Job for ${unit.name} failed because of unavailable resources or another system error.\n${seeDetails(unit.name)}`,
        1,
      );
    }
    const user = findUser(this.disk, unit.user);
    for (const directory of unit.directories) {
      this.disk.makeDirectory(directory);
      if (user) this.disk.setOwner(directory, { uid: user.uid, gid: user.gid });
    }
  }

  /** @returns false when a program that nobody waits for failed at once */
  private async launchDaemon(unit: UnitFile): Promise<boolean> {
    const { argv } = readCommandLine(unit, unit.commands.get('ExecStart')?.at(-1) ?? '');
    try {
      this.checkProcess(unit, argv[0] ?? '');
      const daemon = await this.runner.start(unit, argv);
      if (unit.type === 'forking' && daemon.ended) {
        const exitCode = await daemon.ended;
        if (exitCode !== 0) throw new DaemonFailed('', exitCode);
        this.set(unit, { active: 'active', sub: 'running', exitCode: 0, result: 'success', daemon });
        return true;
      }
      this.set(unit, { active: 'active', sub: 'running', exitCode: 0, result: 'success', daemon });
      if (daemon.ended) this.watch(unit, daemon, daemon.ended);
      return true;
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      if (error.message !== '')
        this.journal.write(error.exitCode >= 200 ? 'systemd[1]' : programOf(unit), error.message, unit.name);
      // systemd waits for the program of no `simple` service: only its state says that it failed.
      if (!['simple', 'idle'].includes(unit.type)) this.fail(unit, error.exitCode);
      this.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
      this.finish(unit, error.exitCode);
      return false;
    }
  }

  /** A program that ends by itself: done, failed, or started again as its `Restart=` says. */
  private watch(unit: UnitFile, daemon: Daemon, ended: Promise<number>): void {
    void ended.then((exitCode) => {
      if (this.states.get(unit.name)?.daemon === daemon) this.finish(unit, exitCode);
    });
  }

  private finish(unit: UnitFile, exitCode: number): void {
    const failed = exitCode !== 0;
    if (failed)
      this.log(unit.name, `${unit.name}: Main process exited, code=exited, status=${describeExit(exitCode)}`);
    this.log(
      unit.name,
      failed ? `${unit.name}: Failed with result 'exit-code'.` : `${unit.name}: Deactivated successfully.`,
    );
    const restarts = unit.restart === 'always' || unit.restart === (failed ? 'on-failure' : 'on-success');
    const state: RunningUnit = {
      active: failed ? 'failed' : 'inactive',
      sub: failed ? 'failed' : 'dead',
      exitCode,
      result: failed ? 'exit-code' : 'success',
      since: this.clock.now(),
    };
    if (!restarts) {
      this.states.set(unit.name, state);
      return;
    }
    const waiting: RunningUnit = { ...state, active: 'activating', sub: 'auto-restart' };
    this.states.set(unit.name, waiting);
    void this.startAgain(unit, waiting);
  }

  private async startAgain(unit: UnitFile, waiting: RunningUnit): Promise<void> {
    try {
      await this.clock.sleep(Math.max(1, unit.restartSeconds));
    } catch {
      // The machine stopped, and with it what would have been started.
      return;
    }
    if (this.states.get(unit.name) !== waiting) return;
    this.log(unit.name, `${unit.name}: Scheduled restart job, restart counter is at 1.`);
    try {
      await this.launch(unit);
    } catch (error) {
      // The journal already says why; systemd has nobody else to tell either.
      if (!(error instanceof SystemdError)) throw error;
    }
  }

  private async run(unit: UnitFile, line: string): Promise<number> {
    const { argv } = readCommandLine(unit, line);
    try {
      this.checkProcess(unit, argv[0] ?? '');
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write('systemd[1]', error.message, unit.name);
      return error.exitCode;
    }
    return await this.runner.run(unit, argv);
  }

  private async control(unit: UnitFile, line: string): Promise<void> {
    const exitCode = await this.run(unit, line);
    if (exitCode !== 0 && !readCommandLine(unit, line).ignoresFailure) this.fail(unit, exitCode);
  }

  /** @throws DaemonFailed with systemd's exit status for what keeps a process from being made */
  private checkProcess(unit: UnitFile, program: string): void {
    const failAt = (step: string, reason: string, exitCode: number) =>
      new DaemonFailed(`${unit.name}: Failed at step ${step} spawning ${program}: ${reason}`, exitCode);
    if (!/^\d+$/.test(unit.user) && findUser(this.disk, unit.user) === undefined)
      throw failAt('USER', 'No such process', 217);
    if (!unit.isDirectoryOptional && this.disk.find(unit.workingDirectory)?.kind !== 'directory')
      throw failAt('CHDIR', 'No such file or directory', 200);
    checkProgram(this.disk, unit, program);
  }

  private fail(unit: UnitFile, exitCode: number): never {
    this.set(unit, { active: 'failed', sub: 'failed', exitCode, result: 'exit-code' });
    this.log(unit.name, `${unit.name}: Main process exited, code=exited, status=${describeExit(exitCode)}`);
    this.log(unit.name, `${unit.name}: Failed with result 'exit-code'.`);
    this.log(unit.name, `Failed to start ${unit.name} - ${unit.description}.`);
    throw new SystemdError(jobFailed(unit.name), 1);
  }

  private set(unit: UnitFile, state: Omit<RunningUnit, 'since'>): void {
    this.states.set(unit.name, { ...state, since: this.clock.now() });
  }

  private log(unit: string, message: string): void {
    this.journal.write('systemd[1]', message, unit);
  }
}

const EXITS = new Map([
  [1, 'FAILURE'],
  [2, 'INVALIDARGUMENT'],
  [200, 'CHDIR'],
  [203, 'EXEC'],
  [217, 'USER'],
]);

/** As systemd writes an exit status: `203/EXEC`. */
export function describeExit(exitCode: number): string {
  return `${exitCode}/${EXITS.get(exitCode) ?? 'n/a'}`;
}

function jobFailed(unit: string): string {
  return `Job for ${unit} failed because the control process exited with error code.\n${seeDetails(unit)}`;
}

function seeDetails(unit: string): string {
  return `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`;
}

function programOf(unit: UnitFile): string {
  const { argv } = readCommandLine(unit, unit.commands.get('ExecStart')?.at(-1) ?? unit.name);
  return argv[0]?.split('/').at(-1) ?? unit.name;
}
