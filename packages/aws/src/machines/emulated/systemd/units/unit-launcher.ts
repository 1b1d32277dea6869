import type { Disk } from '../../disk/disk';
import { type Daemon, DaemonFailed, LACKING_STATUS, LackingFeature } from '../../system/daemon';
import type { Journal } from '../../system/journal';
import { findUser } from '../../system/users';
import { jobFailed, SystemdError, seeDetails } from '../systemd-error';
import { startTimer } from '../timer';
import { readCommandLine } from './command-line';
import { describeExit } from './exit-status';
import type { StartLimits } from './start-limits';
import type { UnitClock } from './unit-clock';
import type { UnitFile } from './unit-file';
import { lackingOption, unknownOptions } from './unit-options';
import { programOf, type UnitPrograms } from './unit-programs';
import type { RunningUnit } from './unit-state';
import type { UnitStates } from './unit-states';
import type { Units } from './units';

/** Brings single units up, whatever their type is, and follows those whose program stays. */
export class UnitLauncher {
  /** @param startUnit starts the unit of a timer, with what it needs */
  constructor(
    private readonly disk: Disk,
    private readonly journal: Journal,
    private readonly clock: UnitClock,
    private readonly units: Units,
    private readonly states: UnitStates,
    private readonly limits: StartLimits,
    private readonly programs: UnitPrograms,
    private readonly startUnit: (name: string) => Promise<void>,
  ) {}

  /** Runs what a unit runs when it starts. @throws SystemdError in systemctl's words */
  async launch(unit: UnitFile): Promise<void> {
    this.checkStartLimit(unit);
    if (unit.unmetPath !== undefined) {
      this.states.log(
        unit.name,
        `${unit.name} - ${unit.description} was skipped because of an unmet condition check (ConditionPathExists=${unit.unmetPath}).`,
      );
      this.states.set(unit, { active: 'inactive', sub: 'dead', exitCode: 0, result: 'success' });
      return;
    }
    this.admit(unit);
    this.states.set(unit, { active: 'activating', sub: 'start', exitCode: 0, result: 'success' });
    if (unit.name.endsWith('.timer')) {
      this.launchTimer(unit);
      return;
    }
    this.states.log(unit.name, `Starting ${unit.name} - ${unit.description}...`);
    this.prepare(unit);
    await this.controlAll(unit, 'ExecStartPre');
    if (unit.type === 'oneshot') {
      await this.launchOneshot(unit);
      return;
    }
    if (!(await this.launchDaemon(unit))) return;
    await this.controlAll(unit, 'ExecStartPost');
    this.states.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
  }

  /** @throws SystemdError for a unit that says what this machine does not do */
  private admit(unit: UnitFile): void {
    for (const option of unknownOptions(unit.options)) {
      const [section, name] = option.split('.');
      this.states.log(
        unit.name,
        `${unit.path}: Unknown key name '${name}' in section '${section}', ignoring.`,
      );
    }
    const lacking = lackingOption(unit.name, unit.options);
    if (lacking === undefined) return;
    this.programs.refuse(unit, lacking);
    this.fail(unit, LACKING_STATUS);
  }

  private async launchOneshot(unit: UnitFile): Promise<void> {
    await this.controlAll(unit, 'ExecStart');
    this.states.set(unit, {
      active: unit.remainAfterExit ? 'active' : 'inactive',
      sub: unit.remainAfterExit ? 'exited' : 'dead',
      exitCode: 0,
      result: 'success',
    });
    this.states.log(unit.name, `Finished ${unit.name} - ${unit.description}.`);
  }

  private launchTimer(unit: UnitFile): void {
    const target = unit.timer.get('Unit')?.at(-1) ?? unit.name.replace(/\.timer$/, '.service');
    if (this.units.find(target) === undefined)
      throw new SystemdError(`Failed to start ${unit.name}: Unit ${target} not found.`, 5);
    const daemon = startTimer(unit, this.clock, async () => {
      try {
        await this.startUnit(target);
      } catch (error) {
        // The journal says why; there is nobody else to tell.
        if (!(error instanceof SystemdError)) throw error;
      }
    });
    this.states.set(unit, { active: 'active', sub: 'waiting', exitCode: 0, result: 'success', daemon });
    this.states.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
  }

  private checkStartLimit(unit: UnitFile): void {
    if (this.limits.admit(unit)) return;
    this.states.log(unit.name, `${unit.name}: Start request repeated too quickly.`);
    this.states.log(unit.name, `${unit.name}: Failed with result 'start-limit-hit'.`);
    this.states.log(unit.name, `Failed to start ${unit.name} - ${unit.description}.`);
    const { exitCode } = this.states.show(unit.name);
    this.states.set(unit, { active: 'failed', sub: 'failed', exitCode, result: 'start-limit-hit' });
    throw new SystemdError(`Job for ${unit.name} failed.\n${seeDetails(unit.name)}`, 1);
  }

  /** What must be there before any of a unit's programs runs. */
  private prepare(unit: UnitFile): void {
    if (unit.missingEnvironmentFile !== undefined) {
      this.states.log(unit.name, `${unit.name}: Failed to load environment files: No such file or directory`);
      this.states.log(unit.name, `${unit.name}: Failed to run 'start' task: No such file or directory`);
      this.states.log(unit.name, `${unit.name}: Failed with result 'resources'.`);
      this.states.set(unit, { active: 'failed', sub: 'failed', exitCode: 0, result: 'resources' });
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
    try {
      const daemon = await this.programs.start(unit);
      if (unit.type === 'forking' && daemon.ended) {
        const exitCode = await daemon.ended;
        if (exitCode !== 0) throw new DaemonFailed('', exitCode);
        this.states.set(unit, { active: 'active', sub: 'running', exitCode: 0, result: 'success', daemon });
        return true;
      }
      this.states.set(unit, { active: 'active', sub: 'running', exitCode: 0, result: 'success', daemon });
      if (daemon.ended) this.watch(unit, daemon, daemon.ended);
      return true;
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      if (error.message !== '')
        this.journal.write(error.exitCode >= 200 ? 'systemd[1]' : programOf(unit), error.message, unit.name);
      // systemd waits for the program of no `simple` service: only its state says that it failed.
      if (!['simple', 'idle'].includes(unit.type) || error instanceof LackingFeature)
        this.fail(unit, error.exitCode);
      this.states.log(unit.name, `Started ${unit.name} - ${unit.description}.`);
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
      this.states.log(
        unit.name,
        `${unit.name}: Main process exited, code=exited, status=${describeExit(exitCode)}`,
      );
    this.states.log(
      unit.name,
      failed ? `${unit.name}: Failed with result 'exit-code'.` : `${unit.name}: Deactivated successfully.`,
    );
    const restarts = unit.restart === 'always' || unit.restart === (failed ? 'on-failure' : 'on-success');
    const state: Omit<RunningUnit, 'since'> = {
      active: failed ? 'failed' : 'inactive',
      sub: failed ? 'failed' : 'dead',
      exitCode,
      result: failed ? 'exit-code' : 'success',
    };
    if (!restarts) this.states.set(unit, state);
    else
      void this.startAgain(
        unit,
        this.states.set(unit, { ...state, active: 'activating', sub: 'auto-restart' }),
      );
  }

  private async startAgain(unit: UnitFile, waiting: RunningUnit): Promise<void> {
    try {
      await this.clock.sleep(Math.max(1, unit.restartSeconds));
    } catch {
      // The machine stopped, and with it what would have been started.
      return;
    }
    if (this.states.get(unit.name) !== waiting) return;
    this.states.log(unit.name, `${unit.name}: Scheduled restart job, restart counter is at 1.`);
    try {
      await this.launch(unit);
    } catch (error) {
      // The journal already says why; systemd has nobody else to tell either.
      if (!(error instanceof SystemdError)) throw error;
    }
  }

  private async control(unit: UnitFile, line: string): Promise<void> {
    const exitCode = await this.programs.run(unit, line);
    if (exitCode !== 0 && !readCommandLine(unit, line).ignoresFailure) this.fail(unit, exitCode);
  }

  private async controlAll(unit: UnitFile, setting: string): Promise<void> {
    for (const line of unit.commands.get(setting) ?? []) await this.control(unit, line);
  }

  private fail(unit: UnitFile, exitCode: number): never {
    this.states.set(unit, { active: 'failed', sub: 'failed', exitCode, result: 'exit-code' });
    this.states.log(
      unit.name,
      `${unit.name}: Main process exited, code=exited, status=${describeExit(exitCode)}`,
    );
    this.states.log(unit.name, `${unit.name}: Failed with result 'exit-code'.`);
    this.states.log(unit.name, `Failed to start ${unit.name} - ${unit.description}.`);
    throw new SystemdError(jobFailed(unit.name), 1);
  }
}
