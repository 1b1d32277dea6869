import type { Cancel, Clock } from '../../../core/clock';
import type { LoadBalancer } from '../records/load-balancer';
import type { TargetGroup } from '../records/target-group';
import { Level, type LevelStatistics } from './level';

const MINUTE = 60_000;

/** How often something happened, by the name of its metric. User Guides, CloudWatch metrics. */
export type Counts = ReadonlyMap<string, number>;

/** What a load balancer counted in a minute. */
export interface CountedMinute {
  readonly balancer: LoadBalancer;
  /** What concerns no target. */
  readonly own: Counts;
  readonly byGroup: ReadonlyMap<TargetGroup, Counts>;
  /** How many flows there were at a time. */
  readonly flows: LevelStatistics;
  /** When the minute began, AWS time in milliseconds. */
  readonly since: number;
}

interface Counting {
  readonly since: number;
  readonly own: Map<string, number>;
  readonly byGroup: Map<TargetGroup, Map<string, number>>;
  readonly flows: Level;
  readonly cancel: Cancel;
}

/** A connection that is passed on as it is. */
interface Flow {
  /** Bytes that have passed so far. */
  readonly bytes: () => number;
  /** Of them those that are counted. */
  counted: number;
}

/**
 * Counts the requests and the flows of load balancers and tells of each minute when it is over, as they report to CloudWatch. A minute without
 * either is none that anybody waits for.
 */
export class TrafficCounts {
  private readonly counting = new Map<LoadBalancer, Counting>();
  private readonly flows = new Map<LoadBalancer, Set<Flow>>();
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
    add(counts, metric, 1);
  }

  /**
   * A flow begins.
   *
   * @param bytes how many have passed so far
   * @returns ends it
   */
  begin(balancer: LoadBalancer, bytes: () => number): () => void {
    this.note('NewFlowCount', balancer);
    const flow: Flow = { bytes, counted: 0 };
    const flows = this.flows.get(balancer) ?? new Set();
    this.flows.set(balancer, flows.add(flow));
    const noteLevel = () => this.current(balancer).flows.set(flows.size, this.clock.millis());
    noteLevel();
    return () => {
      if (!flows.has(flow)) return;
      countBytes(this.current(balancer).own, flow);
      flows.delete(flow);
      noteLevel();
      if (flows.size === 0) this.flows.delete(balancer);
    };
  }

  /** Waits for no minute any more. */
  dispose(): void {
    for (const { cancel } of this.counting.values()) cancel();
    this.counting.clear();
    for (const flows of this.flows.values()) flows.clear();
    this.flows.clear();
  }

  private current(balancer: LoadBalancer): Counting {
    const now = this.clock.millis();
    const since = now - (now % MINUTE);
    const counting = this.counting.get(balancer);
    if (counting?.since === since) return counting;
    // A timer may be late.
    this.tell(balancer);
    return this.counting.get(balancer) ?? this.beginMinute(balancer, since, now);
  }

  private beginMinute(balancer: LoadBalancer, since: number, now: number): Counting {
    const cancel = this.clock.after((since + MINUTE - now) / 1000, () => this.tell(balancer));
    const flows = new Level(this.flows.get(balancer)?.size ?? 0, since);
    const begun: Counting = { since, own: new Map(), byGroup: new Map(), flows, cancel };
    this.counting.set(balancer, begun);
    return begun;
  }

  private tell(balancer: LoadBalancer): void {
    const counting = this.counting.get(balancer);
    if (!counting) return;
    counting.cancel();
    this.counting.delete(balancer);
    const { own, byGroup, since } = counting;
    const open = this.flows.get(balancer) ?? [];
    for (const flow of open) countBytes(own, flow);
    const flows = counting.flows.statistics(since + MINUTE);
    for (const listener of this.listeners) listener({ balancer, own, byGroup, flows, since });
    // What stands goes on to be counted, whether anything else happens or not.
    if (this.flows.has(balancer)) this.current(balancer);
  }
}

function add(counts: Map<string, number>, metric: string, times: number): void {
  counts.set(metric, (counts.get(metric) ?? 0) + times);
}

function countBytes(counts: Map<string, number>, flow: Flow): void {
  const passed = flow.bytes();
  add(counts, 'ProcessedBytes', passed - flow.counted);
  flow.counted = passed;
}
