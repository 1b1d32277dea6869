import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';

/** What one health check found; undefined when the target answered as asked. */
export type CheckFailure = Pick<TargetHealth, 'Reason' | 'Description'> | undefined;

/** The health states of targets. Elastic Load Balancing API reference, TargetHealth. */
export const REGISTERING: TargetHealth = {
  State: 'initial',
  Reason: 'Elb.RegistrationInProgress',
  Description: 'Target registration is in progress',
};
const CHECKING: TargetHealth = {
  State: 'initial',
  Reason: 'Elb.InitialHealthChecking',
  Description: 'Initial health checks in progress',
};
const HEALTHY: TargetHealth = { State: 'healthy' };
export const DRAINING: TargetHealth = {
  State: 'draining',
  Reason: 'Target.DeregistrationInProgress',
  Description: 'Target deregistration is in progress',
};
export const NOT_REGISTERED: TargetHealth = {
  State: 'unused',
  Reason: 'Target.NotRegistered',
  Description: 'Target is not registered to the target group',
};
export const NOT_IN_USE: TargetHealth = {
  State: 'unused',
  Reason: 'Target.NotInUse',
  Description: 'Target group is not configured to receive traffic from the load balancer',
};
export const ZONE_NOT_ENABLED: TargetHealth = {
  State: 'unused',
  Reason: 'Target.NotInUse',
  Description: 'Target is in an Availability Zone that is not enabled for the load balancer',
};

/** An instance that is stopped or terminated, or on the way there. */
export function invalidState(instanceState: string): TargetHealth {
  const stopped = instanceState.startsWith('stop');
  return {
    State: 'unused',
    Reason: 'Target.InvalidState',
    Description: `Target is in the ${stopped ? 'stopped' : 'terminated'} state`,
  };
}

/** Counts health checks and says when a target's state turns. */
export class HealthRecord {
  private state: TargetHealth = REGISTERING;
  private passed = 0;
  private failed = 0;

  get current(): TargetHealth {
    return this.state;
  }

  /** Forgets all checks: the target is as if just registered. */
  reset(): void {
    this.state = REGISTERING;
    this.passed = 0;
    this.failed = 0;
  }

  beginChecks(): void {
    if (this.state === REGISTERING) this.state = CHECKING;
  }

  /**
   * Takes in one check. A target that was just registered is healthy after one passed check (Application Load Balancer User
   * Guide, Health checks); otherwise the thresholds count consecutive checks.
   */
  note(failure: CheckFailure, thresholds: { healthy: number; unhealthy: number }): void {
    if (failure) {
      this.passed = 0;
      this.failed += 1;
      if (this.failed >= thresholds.unhealthy) this.state = { State: 'unhealthy', ...failure };
      return;
    }
    this.failed = 0;
    this.passed += 1;
    if (this.state.State === 'initial' || this.passed >= thresholds.healthy) this.state = HEALTHY;
  }
}
