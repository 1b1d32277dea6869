import type { Journal } from '../../system/journal';
import { BOOT_TARGETS } from '../boot-targets';
import type { UnitClock } from './unit-clock';
import { type UnitFile, unitName } from './unit-file';
import type { RunningUnit, UnitState } from './unit-state';

/** What became of each unit in this boot, and what systemd writes of that in the journal. */
export class UnitStates {
  private readonly states = new Map<string, RunningUnit>();

  constructor(
    private readonly journal: Journal,
    private readonly clock: UnitClock,
  ) {}

  /** As it is shown: a unit that was never started is inactive. */
  show(name: string): UnitState {
    const full = unitName(name);
    const none = { since: this.clock.bootedAt, exitCode: 0, result: 'success' };
    if (BOOT_TARGETS.has(full)) return { active: 'active', sub: 'active', ...none };
    return this.states.get(full) ?? { active: 'inactive', sub: 'dead', ...none };
  }

  /** @param name with its ending; @returns undefined for a unit that was not started */
  get(name: string): RunningUnit | undefined {
    return this.states.get(name);
  }

  /** Units that were started, in order. */
  list(): [name: string, state: RunningUnit][] {
    return [...this.states];
  }

  /** A new state, from now on. */
  set({ name }: Pick<UnitFile, 'name'>, state: Omit<RunningUnit, 'since'>): RunningUnit {
    const since = { ...state, since: this.clock.now() };
    this.states.set(name, since);
    return since;
  }

  /** As if it had not been started. */
  forget(name: string): void {
    this.states.delete(name);
  }

  /** Writes a line of systemd about a unit. */
  log(unit: string, message: string): void {
    this.journal.write('systemd[1]', message, unit);
  }
}
