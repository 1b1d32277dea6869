import type { Cancel, Clock } from '../../../core/clock';
import type { TargetGroup } from '../records/target-group';

const MINUTE = 60_000;

/** How many requests a target group got in a minute. */
export interface RequestCount {
  readonly group: TargetGroup;
  readonly count: number;
  /** How many of its targets were healthy at the end of the minute. */
  readonly healthy: number;
  /** When the minute began, AWS time in milliseconds. */
  readonly since: number;
}

/**
 * Counts the requests of target groups and tells of each minute when it is over, as load balancers report to CloudWatch. A minute
 * without requests is none that anybody waits for.
 */
export class RequestCounts {
  private readonly counts = new Map<TargetGroup, { since: number; count: number; cancel: Cancel }>();
  private readonly listeners = new Set<(count: RequestCount) => void>();

  constructor(private readonly clock: Clock) {}

  /** Called with each minute that is over. */
  onMinute(listener: (count: RequestCount) => void): void {
    this.listeners.add(listener);
  }

  /** Takes note of a request that goes to a target of the group. */
  note(group: TargetGroup): void {
    const now = this.clock.millis();
    const since = now - (now % MINUTE);
    let counted = this.counts.get(group);
    // A timer may be late.
    if (counted && counted.since !== since) this.tell(group);
    counted = this.counts.get(group);
    if (counted) {
      counted.count += 1;
      return;
    }
    const cancel = this.clock.after((since + MINUTE - now) / 1000, () => this.tell(group));
    this.counts.set(group, { since, count: 1, cancel });
  }

  /** Waits for no minute any more. */
  dispose(): void {
    for (const { cancel } of this.counts.values()) cancel();
    this.counts.clear();
  }

  private tell(group: TargetGroup): void {
    const counted = this.counts.get(group);
    if (!counted) return;
    counted.cancel();
    this.counts.delete(group);
    const healthy = [...group.targets.values()].filter(
      ({ health }) => health.current.State === 'healthy',
    ).length;
    const { count, since } = counted;
    for (const listener of this.listeners) listener({ group, count, healthy, since });
  }
}
