import type { Disk } from '../../disk/disk';
import { type Daemon, DaemonFailed } from '../../system/daemon';
import type { Journal } from '../../system/journal';
import { findUser } from '../../system/users';
import { checkProgram } from '../programs';
import { readCommandLine } from './command-line';
import type { UnitFile } from './unit-file';

/** How a unit's command lines are run. */
export interface UnitRunner {
  /** Starts the program that stays. @throws DaemonFailed */
  start(unit: UnitFile, argv: readonly string[]): Promise<Daemon>;
  /** Runs a program to its end. @returns its exit code */
  run(unit: UnitFile, argv: readonly string[]): Promise<number>;
  /** Tells that a unit says what this machine does not do. */
  refuse(unit: UnitFile, what: string): void;
}

/** Runs the command lines of units, as the users and in the directories that they name. */
export class UnitPrograms {
  constructor(
    private readonly disk: Disk,
    private readonly journal: Journal,
    private readonly runner: UnitRunner,
  ) {}

  /** Tells that a unit says what this machine does not do. */
  refuse(unit: UnitFile, what: string): void {
    this.runner.refuse(unit, what);
  }

  /** Starts the program that stays. @throws DaemonFailed also for what keeps its process from being made */
  async start(unit: UnitFile): Promise<Daemon> {
    const { argv } = readCommandLine(unit, unit.commands.get('ExecStart')?.at(-1) ?? '');
    this.check(unit, argv[0] ?? '');
    return await this.runner.start(unit, argv);
  }

  /** Runs all lines of a setting, whatever becomes of them. */
  async runAll(unit: UnitFile, setting: string): Promise<void> {
    for (const line of unit.commands.get(setting) ?? []) await this.run(unit, line);
  }

  /** Runs one line to its end. @returns its exit code, or systemd's for what keeps its process from being made */
  async run(unit: UnitFile, line: string): Promise<number> {
    const { argv } = readCommandLine(unit, line);
    try {
      this.check(unit, argv[0] ?? '');
    } catch (error) {
      if (!(error instanceof DaemonFailed)) throw error;
      this.journal.write('systemd[1]', error.message, unit.name);
      return error.exitCode;
    }
    return await this.runner.run(unit, argv);
  }

  /** @throws DaemonFailed with systemd's exit status for what keeps a process from being made */
  private check(unit: UnitFile, program: string): void {
    const failAt = (step: string, reason: string, exitCode: number) =>
      new DaemonFailed(`${unit.name}: Failed at step ${step} spawning ${program}: ${reason}`, exitCode);
    if (!/^\d+$/.test(unit.user) && findUser(this.disk, unit.user) === undefined)
      throw failAt('USER', 'No such process', 217);
    if (!unit.isDirectoryOptional && this.disk.find(unit.workingDirectory)?.kind !== 'directory')
      throw failAt('CHDIR', 'No such file or directory', 200);
    checkProgram(this.disk, unit, program);
  }
}

/** The name under which a unit's program writes to the journal. */
export function programOf(unit: UnitFile): string {
  const { argv } = readCommandLine(unit, unit.commands.get('ExecStart')?.at(-1) ?? unit.name);
  return argv[0]?.split('/').at(-1) ?? unit.name;
}
