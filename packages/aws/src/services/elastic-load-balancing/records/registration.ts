import type { InstanceState } from '@aws-sdk/client-elastic-load-balancing';
import { Flights } from '../../../network/balancing/flights';

type Health = Omit<InstanceState, 'InstanceId'>;

/** What DescribeInstanceHealth says, in AWS's words. Elastic Load Balancing API reference 2012-06-01, InstanceState. */
const IN_SERVICE: Health = { State: 'InService', ReasonCode: 'N/A', Description: 'N/A' };
const outOfService = (ReasonCode: 'ELB' | 'Instance', Description: string): Health => ({
  State: 'OutOfService',
  ReasonCode,
  Description,
});
const REGISTERING = outOfService('ELB', 'Instance registration is still in progress.');
const FAILED = outOfService(
  'Instance',
  'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
);
const NOT_PASSED = outOfService(
  'Instance',
  'Instance has not passed the configured HealthyThreshold number of health checks consecutively.',
);
const OTHER_ZONE = outOfService(
  'ELB',
  'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
);
export const NOT_REGISTERED = outOfService(
  'Instance',
  'Instance is not currently registered with the LoadBalancer.',
);
const DRAINING: Health = { ...IN_SERVICE, Description: 'Instance deregistration currently in progress.' };

/** An instance that is registered with a Classic Load Balancer, and what its checks have found. */
export class Registration extends Flights {
  /** EC2's state of the instance. */
  instanceState: string | undefined;
  draining = false;
  private state = REGISTERING;
  private passed = 0;
  private failed = 0;

  constructor(
    readonly instanceId: string,
    /** Its private address. */
    readonly address: string,
    readonly zone: string | undefined,
  ) {
    super();
  }

  /** @param serves whether the load balancer is there in the instance's zone */
  health(serves: boolean): Health {
    if (this.draining) return DRAINING;
    if (this.instanceState && this.instanceState !== 'running')
      return outOfService('Instance', `Instance is in ${this.instanceState} state.`);
    return serves ? this.state : OTHER_ZONE;
  }

  /** It is registered again while it drains: as new, but what is under way goes on. */
  comeBack({ instanceState }: Registration): void {
    this.draining = false;
    this.instanceState = instanceState;
    this.reset();
  }

  /** Forgets all checks: the instance is as if just registered. */
  reset(): void {
    this.state = REGISTERING;
    this.passed = 0;
    this.failed = 0;
  }

  /** Takes in one check; the thresholds count consecutive ones. */
  note(isWell: boolean, thresholds: { healthy: number; unhealthy: number }): void {
    if (isWell) {
      this.failed = 0;
      this.passed += 1;
      if (this.passed >= thresholds.healthy) this.state = IN_SERVICE;
      else if (this.state === FAILED) this.state = NOT_PASSED;
      return;
    }
    this.passed = 0;
    this.failed += 1;
    if (this.failed >= thresholds.unhealthy) this.state = FAILED;
  }
}
