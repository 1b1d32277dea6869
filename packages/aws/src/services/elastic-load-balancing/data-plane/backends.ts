import type { Clock } from '../../../core/clock';
import type { Network } from '../../../network';
import type { LoadBalancer } from '../records/load-balancer';
import type { Registration } from '../records/registration';

/** What listeners at work know of the load balancing around them. */
export interface Backends {
  readonly clock: Clock;
  readonly network: Network;
  readonly registrations: {
    /** The instance for the next request; undefined when none is in service. */
    choose(balancer: LoadBalancer): Registration | undefined;
  };
}
