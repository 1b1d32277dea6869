import type { Clock } from '../../../core/clock';
import type { Network } from '../../../network';
import type { LoadBalancer } from '../records/load-balancer';
import type { Target } from '../records/target';
import type { TargetGroup } from '../records/target-group';

/** What listeners at work know of the load balancing around them: where requests can go, and over which network. */
export interface Backends {
  readonly clock: Clock;
  readonly network: Network;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>;
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  readonly traffic: {
    /** Takes note of something that a load balancer counts, by its metric; of targets of an Application Load Balancer, with their group. */
    note(metric: string, balancer: LoadBalancer, group?: TargetGroup): void;
    /** Takes note of a connection that a Network Load Balancer passes on, and of its bytes. Returns how to end it. */
    begin(balancer: LoadBalancer, bytes: () => number): () => void;
  };
  readonly targets: {
    /** The target for the next request; undefined when there is none. */
    choose(
      group: TargetGroup,
      stickTo?: (candidates: readonly Target[]) => Target | undefined,
    ): Target | undefined;
  };
}
