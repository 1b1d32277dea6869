import type {
  Action,
  Certificate,
  Listener as ListenerShape,
  ProtocolEnum,
  RuleCondition,
  Rule as RuleShape,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerKind } from './arns';
import { Attributes, listenerAttributes } from './attributes';

/** A rule of a listener; the default rule has no priority and no conditions. */
export class Rule {
  constructor(
    readonly arn: string,
    public priority: number | undefined,
    public conditions: readonly RuleCondition[],
    public actions: readonly Action[],
  ) {}

  describe(): RuleShape {
    return {
      RuleArn: this.arn,
      Priority: this.priority === undefined ? 'default' : String(this.priority),
      Conditions: [...this.conditions],
      Actions: [...this.actions],
      IsDefault: this.priority === undefined,
    };
  }
}

/** A listener of a load balancer with its rules. */
export class Listener {
  readonly attributes: Attributes;
  /** ARNs of the certificates beside the default one. */
  moreCertificates: string[] = [];
  private readonly byPriority = new Map<string, Rule>();

  constructor(
    readonly arn: string,
    readonly balancerArn: string,
    public port: number,
    public protocol: ProtocolEnum,
    public certificates: readonly Certificate[],
    public sslPolicy: string | undefined,
    readonly defaultRule: Rule,
    private readonly kind: LoadBalancerKind,
  ) {
    this.attributes = new Attributes('Listener', listenerAttributes[kind]);
  }

  /** All rules in the order in which they are tried, the default one last. */
  rules(): Rule[] {
    const ordered = [...this.byPriority.values()].sort(
      (left, right) => (left.priority ?? 0) - (right.priority ?? 0),
    );
    return [...ordered, this.defaultRule];
  }

  add(rule: Rule): void {
    this.byPriority.set(rule.arn, rule);
  }

  remove(rule: Rule): void {
    this.byPriority.delete(rule.arn);
  }

  /** ARNs of all target groups that the rules forward to. */
  targetGroupArns(): string[] {
    return this.rules().flatMap(({ actions }) => actions.flatMap(forwardedGroups).map(({ arn }) => arn));
  }

  describe(): ListenerShape {
    return {
      ListenerArn: this.arn,
      LoadBalancerArn: this.balancerArn,
      // Of a Gateway Load Balancer it takes all packets, whatever their port.
      ...(this.kind !== 'gateway' && { Port: this.port, Protocol: this.protocol }),
      ...(this.certificates.length > 0 && { Certificates: this.certificates.map((one) => ({ ...one })) }),
      ...(this.sslPolicy && { SslPolicy: this.sslPolicy }),
      DefaultActions: [...this.defaultRule.actions],
    };
  }
}

/** The target groups of a forward action with their weights. */
export function forwardedGroups(action: Action): { arn: string; weight: number }[] {
  if (action.Type !== 'forward') return [];
  const groups = action.ForwardConfig?.TargetGroups;
  if (groups?.length)
    return groups.map(({ TargetGroupArn = '', Weight }) => ({ arn: TargetGroupArn, weight: Weight ?? 1 }));
  return action.TargetGroupArn ? [{ arn: action.TargetGroupArn, weight: 1 }] : [];
}
