import type { ProtocolEnum, TargetGroup as Shape } from '@aws-sdk/client-elastic-load-balancing-v2';
import { randomFraction } from '../../../core/ids';
import { type HealthCheckSettings, kindOfProtocol } from '../operations/read-health-check';
import type { LoadBalancerKind } from './arns';
import { Attributes, targetGroupAttributes } from './attributes';
import type { Target } from './target';

/** A target group: its settings and its targets. */
export class TargetGroup {
  readonly targets = new Map<string, Target>();
  readonly attributes: Attributes;
  /** The ARN of the load balancer whose listeners forward to it. AWS allows one. */
  balancerArn: string | undefined;
  private turn = 0;

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly type: 'instance' | 'ip',
    readonly protocol: ProtocolEnum,
    readonly protocolVersion: string | undefined,
    readonly port: number,
    readonly vpcId: string,
    public healthCheck: HealthCheckSettings,
  ) {
    // Network Load Balancer User Guide, Client IP preservation: off by default for addresses with TCP and TLS.
    const overrides: Record<string, string> =
      this.kind === 'network' && type === 'ip' ? { 'preserve_client_ip.enabled': 'false' } : {};
    this.attributes = new Attributes('Target group', targetGroupAttributes[this.kind], overrides);
  }

  get kind(): LoadBalancerKind {
    return kindOfProtocol(this.protocol);
  }

  /**
   * Chooses among targets by the group's algorithm. While a target is in slow start, each has a share by how far it is.
   * @param now AWS time in milliseconds
   */
  choose(candidates: readonly Target[], now: number): Target | undefined {
    if (candidates.length === 0) return undefined;
    this.turn = (this.turn + 1) % Number.MAX_SAFE_INTEGER;
    const weights = this.slowStartWeights(candidates, now);
    if (weights) return chooseByWeight(candidates, weights);
    const algorithm = this.attributes.get('load_balancing.algorithm.type');
    if (algorithm === 'weighted_random')
      return chooseByWeight(
        candidates,
        candidates.map(() => 1),
      );
    const rotated = candidates.map((_, index) => candidates[(index + this.turn) % candidates.length]);
    if (algorithm !== 'least_outstanding_requests') return rotated[0];
    return rotated.reduce((least, one) =>
      one && least && one.outstanding < least.outstanding ? one : least,
    );
  }

  describe(): Shape {
    const { healthCheck } = this;
    return {
      TargetGroupArn: this.arn,
      TargetGroupName: this.name,
      Protocol: this.protocol,
      Port: this.port,
      VpcId: this.vpcId,
      HealthCheckProtocol: healthCheck.protocol,
      HealthCheckPort: healthCheck.port,
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
      HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
      HealthyThresholdCount: healthCheck.healthyThreshold,
      UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
      HealthCheckPath: healthCheck.path,
      Matcher: healthCheck.matcher,
      LoadBalancerArns: this.balancerArn ? [this.balancerArn] : [],
      TargetType: this.type,
      ProtocolVersion: this.protocolVersion,
      IpAddressType: 'ipv4',
    };
  }

  private slowStartWeights(candidates: readonly Target[], now: number): number[] | undefined {
    const duration = this.attributes.number('slow_start.duration_seconds') * 1000;
    if (duration === 0) return undefined;
    const weights = candidates.map(({ healthySince }) =>
      healthySince === undefined ? 1 : Math.min(1, Math.max(0.1, (now - healthySince) / duration)),
    );
    return weights.every((weight) => weight === 1) ? undefined : weights;
  }
}

/** One of the items, each as likely as its weight says; undefined when all weights are 0. */
export function chooseByWeight<Item>(items: readonly Item[], weights: readonly number[]): Item | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return undefined;
  let point = randomFraction() * total;
  for (const [index, item] of items.entries()) {
    point -= weights[index] ?? 0;
    if (point < 0) return item;
  }
  return items.at(-1);
}
