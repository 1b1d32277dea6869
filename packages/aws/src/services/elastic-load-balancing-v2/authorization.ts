import type { Authorization } from '../../core/authorization/authorization';
import type { LoadBalancingState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
export const authorization: Authorization<LoadBalancingState> = {
  find({ context }, type, { operation, input }) {
    const prefix = `arn:aws:elasticloadbalancing:${context.region}:${context.accountId}:`;
    const kind = { application: 'app', network: 'net', gateway: 'gwy' }[String(input.Type ?? 'application')];
    if (operation === 'CreateLoadBalancer') return [`${prefix}loadbalancer/${kind}/${input.Name}/*`];
    if (operation === 'CreateTargetGroup') return [`${prefix}targetgroup/${input.Name}/*`];
    if (operation === 'SetRulePriorities')
      return ((input.RulePriorities ?? []) as readonly { readonly RuleArn?: string }[]).flatMap(
        ({ RuleArn = [] }) => RuleArn,
      );
    // They may be of any type, and name it.
    if (type === 'loadbalancer' && /^(Add|Remove)Tags$/.test(operation))
      return ((input.ResourceArns ?? []) as readonly string[]).filter((arn) =>
        arn.includes(':loadbalancer/'),
      );
    return undefined;
  },
  resource({ tags }, arn) {
    return { tags: new Map(tags.list(arn).map(({ Key = '', Value = '' }) => [Key, Value])) };
  },
};
