import type { Cancel, Clock } from '../../../core/clock';
import type { LoadBalancer } from '../records/load-balancer';
import type { TargetGroup } from '../records/target-group';

const MINUTE = 60_000;

/** How often something happened, by the name of its metric. User Guide, CloudWatch metrics for your Application Load Balancer. */
export type Counts = ReadonlyMap<string, number>;

/** What an Application Load Balancer counted in a minute. */
export interface CountedMinute {
  readonly balancer: LoadBalancer;
  /** What concerns no target. */
  readonly own: Counts;
  readonly byGroup: ReadonlyMap<TargetGroup, Counts>;
  /** When the minute began, AWS time in milliseconds. */
  readonly since: number;
}

interface Counting {
  readonly since: number;
  readonly own: Map<string, number>;
  readonly byGroup: Map<TargetGroup, Map<string, number>>;
  readonly cancel: Cancel;
}

/**
 * Counts the requests of load balancers and tells of each minute when it is over, as they report to CloudWatch. A minute without requests
 * is none that anybody waits for.
 */
export class RequestCounts {
  private readonly counting = new Map<LoadBalancer, Counting>();
  private readonly listeners = new Set<(minute: CountedMinute) => void>();

  constructor(private readonly clock: Clock) {}

  /** Called with each minute that is over. */
  onMinute(listener: (minute: CountedMinute) => void): void {
    this.listeners.add(listener);
  }

  /** Takes note of something that happened once. @param group where it concerns a target, the group of that */
  note(metric: string, balancer: LoadBalancer, group?: TargetGroup): void {
    const { own, byGroup } = this.current(balancer);
    let counts = own;
    if (group) {
      counts = byGroup.get(group) ?? new Map<string, number>();
      byGroup.set(group, counts);
    }
    counts.set(metric, (counts.get(metric) ?? 0) + 1);
  }

  /** Waits for no minute any more. */
  dispose(): void {
    for (const { cancel } of this.counting.values()) cancel();
    this.counting.clear();
  }

  private current(balancer: LoadBalancer): Counting {
    const now = this.clock.millis();
    const since = now - (now % MINUTE);
    const counting = this.counting.get(balancer);
    if (counting?.since === since) return counting;
    // A timer may be late.
    this.tell(balancer);
    const cancel = this.clock.after((since + MINUTE - now) / 1000, () => this.tell(balancer));
    const begun: Counting = { since, own: new Map(), byGroup: new Map(), cancel };
    this.counting.set(balancer, begun);
    return begun;
  }

  private tell(balancer: LoadBalancer): void {
    const counting = this.counting.get(balancer);
    if (!counting) return;
    counting.cancel();
    this.counting.delete(balancer);
    const { own, byGroup, since } = counting;
    for (const listener of this.listeners) listener({ balancer, own, byGroup, since });
  }
}
