import type { Clock } from '../../../core/clock';
import type { Network, Source } from '../../../network';
import { type Probe, probe } from '../../../network/balancing/probe';
import { type HealthCheckSettings, matchesStatus } from '../operations/read-health-check';
import type { CheckFailure } from '../records/target-health';

const TIMED_OUT: CheckFailure = { Reason: 'Target.Timeout', Description: 'Request timed out' };
const FAILED: CheckFailure = { Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' };

/** Checks a target once, from the load balancer's node. @returns why it failed, or undefined when it is well */
export async function checkTarget(
  around: { network: Network; clock: Clock },
  node: Source,
  address: string,
  port: number,
  settings: HealthCheckSettings,
  signal: AbortSignal,
): Promise<CheckFailure> {
  const { path, timeoutSeconds } = settings;
  const { protocol: given } = settings;
  const protocol: Probe['protocol'] = given === 'TCP' || given === 'HTTPS' ? given : 'HTTP';
  const asked = { protocol, port, path, timeoutSeconds, userAgent: 'ELB-HealthChecker/2.0' };
  const result = await probe(around, node, address, asked, signal);
  switch (result.kind) {
    case 'open':
      return undefined;
    case 'timeout':
      return TIMED_OUT;
    case 'failed':
      return FAILED;
    case 'answered':
      if (matchesStatus(settings.matcher, result.status)) return undefined;
      return {
        Reason: 'Target.ResponseCodeMismatch',
        Description: `Health checks failed with these codes: [${result.status}]`,
      };
  }
}
