import type { Ec2Port, IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Network } from '../../network';
import { authorization } from './authorization';
import * as account from './operations/account';
import * as attributes from './operations/attributes';
import * as healthChecks from './operations/health-checks';
import * as instances from './operations/instances';
import * as listeners from './operations/listeners';
import * as loadBalancers from './operations/load-balancers';
import * as policies from './operations/policies';
import * as subnets from './operations/subnets';
import * as tags from './operations/tags';
import { ClassicLoadBalancingState, type Client } from './state';

/** Classic Load Balancers of one region: their API, and load balancers that really balance. */
export const elasticLoadBalancing = defineService<
  Client,
  ClassicLoadBalancingState,
  { ec2: Ec2Port; network: Network; iam: IamPort }
>({
  client: () => import('@aws-sdk/client-elastic-load-balancing'),
  signingName: 'elasticloadbalancing',
  version: '2012-06-01',
  needs: ['ec2', 'network', 'iam'],
  authorization,
  create: (context, needs) => new ClassicLoadBalancingState(context, needs),
  operations: {
    ...loadBalancers,
    ...listeners,
    ...instances,
    ...healthChecks,
    ...attributes,
    ...subnets,
    ...policies,
    ...tags,
    ...account,
  },
  dispose: (elb) => elb.dispose(),
});
