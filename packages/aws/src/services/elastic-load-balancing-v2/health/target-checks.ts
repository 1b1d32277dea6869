import type { Cancel, Clock } from '../../../core/clock';
import { durations } from '../../../core/durations';
import type { Network } from '../../../network';
import type { LoadBalancer } from '../records/load-balancer';
import type { Target } from '../records/target';
import type { TargetGroup } from '../records/target-group';
import { REGISTERING } from '../records/target-health';
import { checkTarget } from './check-target';

/** Where targets stand. */
export interface Surroundings {
  readonly clock: Clock;
  readonly network: Network;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>;
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
}

/** The health checks of targets, each again and again by its group's settings, from the load balancer's node. */
export class TargetChecks {
  private readonly stops = new Map<Target, () => void>();

  /** @param onResult called whenever a target's health may have changed */
  constructor(
    private readonly around: Surroundings,
    private readonly onResult: (group: TargetGroup, target: Target) => void,
  ) {}

  isChecking(target: Target): boolean {
    return this.stops.has(target);
  }

  stop(target: Target): void {
    this.stops.get(target)?.();
  }

  start(group: TargetGroup, target: Target): void {
    const { clock } = this.around;
    const stopped = new AbortController();
    let cancel: Cancel;
    let checking = false;
    const tick = () => {
      cancel = clock.after(group.healthCheck.intervalSeconds, tick);
      if (checking) return;
      checking = true;
      target.health.beginChecks();
      this.onResult(group, target);
      void this.checkOnce(group, target, stopped.signal).finally(() => {
        checking = false;
      });
    };
    const isNew = target.health.current === REGISTERING;
    cancel = clock.after(
      isNew ? durations.targetRegistered.seconds : group.healthCheck.intervalSeconds,
      tick,
    );
    this.stops.set(target, () => {
      cancel();
      stopped.abort();
      this.stops.delete(target);
    });
  }

  private async checkOnce(group: TargetGroup, target: Target, signal: AbortSignal): Promise<void> {
    const { loadBalancers, network, clock } = this.around;
    const settings = group.healthCheck;
    const balancer = group.balancerArn ? loadBalancers.get(group.balancerArn) : undefined;
    const node = balancer?.nodeFor(target.zone);
    if (!node) return;
    const port = settings.port === 'traffic-port' ? target.port : Number(settings.port);
    const source = { interfaceId: node.interfaceId };
    const failure = await checkTarget({ network, clock }, source, target.address, port, settings, signal);
    if (signal.aborted) return;
    const before = target.health.current.State;
    target.health.note(failure, {
      healthy: settings.healthyThreshold,
      unhealthy: settings.unhealthyThreshold,
    });
    const after = target.health.current.State;
    if (after !== before) {
      const since = (state: string) => (after === state ? clock.millis() : undefined);
      target.healthySince = since('healthy');
      target.unhealthySince = since('unhealthy');
    }
    this.onResult(group, target);
  }
}
