import type { UnitClock } from './unit-clock';
import type { UnitFile } from './unit-file';

/** How often units were started lately (`StartLimitBurst=` in `StartLimitIntervalSec=`). */
export class StartLimits {
  private readonly starts = new Map<string, number[]>();

  constructor(private readonly clock: UnitClock) {}

  /** Counts a start. @returns false when it is one too many */
  admit({ name, startLimit: { burst, seconds } }: UnitFile): boolean {
    const now = this.clock.now().getTime();
    const lately = (this.starts.get(name) ?? []).filter((at) => at > now - seconds * 1000);
    if (burst > 0 && seconds > 0 && lately.length >= burst) return false;
    this.starts.set(name, [...lately, now]);
    return true;
  }

  /** Forgets the starts of one unit, or of all. */
  reset(name?: string): void {
    if (name === undefined) this.starts.clear();
    else this.starts.delete(name);
  }
}
