import type { Authorization } from '../../core/authorization/authorization';
import type { ClassicLoadBalancingState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancing.html */
export const authorization: Authorization<ClassicLoadBalancingState> = {
  resource({ loadBalancers }, arn) {
    const found = loadBalancers.get(arn.split(':loadbalancer/')[1] ?? '');
    return found && { tags: found.tags };
  },
  context(_elb, _access, { input }) {
    const listeners = (input.Listeners ?? []) as readonly { readonly Protocol?: string }[];
    const list = (member: string) => input[member] as readonly string[] | undefined;
    return {
      'elasticloadbalancing:Scheme': input.Scheme === undefined ? undefined : String(input.Scheme),
      'elasticloadbalancing:Subnet': list('Subnets'),
      'elasticloadbalancing:SecurityGroup': list('SecurityGroups'),
      'elasticloadbalancing:ListenerProtocol':
        listeners.length > 0 ? listeners.map(({ Protocol = '' }) => Protocol) : undefined,
    };
  },
};
