import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Flights } from '../../../network/balancing/flights';
import { HealthRecord } from './target-health';

/** A target of a target group: an instance or an address, and a port. */
export class Target extends Flights {
  readonly health = new HealthRecord();
  /** EC2's state of the instance; undefined for an address. */
  instanceState: string | undefined;
  draining = false;
  /** AWS time in milliseconds when it last turned healthy. */
  healthySince: number | undefined;
  /** AWS time in milliseconds when it last turned unhealthy. */
  unhealthySince: number | undefined;
  private readonly releases: (() => void)[] = [];

  constructor(
    readonly id: string,
    readonly port: number,
    /** Where it is reached: its private address. */
    readonly address: string,
    readonly zone: string | undefined,
    /** What the one who registered it said, for the answers. */
    readonly description: TargetDescription,
  ) {
    super();
  }

  /** It is registered again while it drains: as new, but what is under way goes on. */
  comeBack({ instanceState }: Target): void {
    this.draining = false;
    this.instanceState = instanceState;
    this.healthySince = undefined;
    this.unhealthySince = undefined;
    this.health.reset();
  }

  /** Has something be let go when the target is gone, e.g. its idle connections. */
  onRelease(release: () => void): void {
    this.releases.push(release);
  }

  /** Ends what is under way and lets everything go. */
  override release(): void {
    super.release();
    for (const release of this.releases.splice(0)) release();
  }
}

export function targetKey(id: string, port: number): string {
  return `${id}:${port}`;
}
