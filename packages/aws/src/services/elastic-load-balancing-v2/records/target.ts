import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { HealthRecord } from './target-health';

/** A target of a target group: an instance or an address, and a port. */
export class Target {
  readonly health = new HealthRecord();
  /** EC2's state of the instance; undefined for an address. */
  instanceState: string | undefined;
  draining = false;
  /** AWS time in milliseconds when it last turned healthy. */
  healthySince: number | undefined;
  private readonly flights = new Set<() => void>();
  private onIdle: (() => void) | undefined;
  private readonly releases: (() => void)[] = [];

  constructor(
    readonly id: string,
    readonly port: number,
    /** Where it is reached: its private address. */
    readonly address: string,
    readonly zone: string | undefined,
    /** What the one who registered it said, for the answers. */
    readonly description: TargetDescription,
  ) {}

  /** Requests or connections under way. */
  get outstanding(): number {
    return this.flights.size;
  }

  /** Notes that a request or connection is under way. Call the result when it is over. @param cut ends it by force */
  begin(cut: () => void): () => void {
    this.flights.add(cut);
    return () => {
      this.flights.delete(cut);
      if (this.flights.size === 0) this.onIdle?.();
    };
  }

  /** Calls back as soon as nothing is under way: at once if nothing is. */
  whenIdle(callback: () => void): void {
    if (this.flights.size === 0) callback();
    else this.onIdle = callback;
  }

  /** Has something be let go when the target is gone, e.g. its idle connections. */
  onRelease(release: () => void): void {
    this.releases.push(release);
  }

  /** Ends what is under way and lets everything go. */
  release(): void {
    this.onIdle = undefined;
    for (const cut of [...this.flights]) cut();
    for (const release of this.releases.splice(0)) release();
  }
}

export function targetKey(id: string, port: number): string {
  return `${id}:${port}`;
}
