import { describeHealthCheck, readHealthCheck } from '../records/health-check';
import type { Op } from '../state';

export const ConfigureHealthCheck: Op<'ConfigureHealthCheck'> = (elb, { LoadBalancerName, HealthCheck }) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  balancer.healthCheck = readHealthCheck(HealthCheck);
  elb.registrations.restartChecks(balancer);
  return { HealthCheck: describeHealthCheck(balancer.healthCheck) };
};
