import type { Ec2Port, IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Network } from '../../network';
import { authorization } from './authorization';
import * as account from './operations/account';
import * as listeners from './operations/listeners';
import * as loadBalancers from './operations/load-balancers';
import * as rules from './operations/rules';
import * as tags from './operations/tags';
import * as targetGroups from './operations/target-groups';
import * as targets from './operations/targets';
import { type Client, LoadBalancingState } from './state';

/** Elastic Load Balancing v2 of one region: its API, and load balancers that really balance. */
export const elasticLoadBalancingV2 = defineService<
  Client,
  LoadBalancingState,
  { ec2: Ec2Port; network: Network; iam: IamPort }
>({
  client: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  signingName: 'elasticloadbalancing',
  version: '2015-12-01',
  needs: ['ec2', 'network', 'iam'],
  authorization,
  create: (context, needs) => new LoadBalancingState(context, needs),
  operations: { ...loadBalancers, ...listeners, ...rules, ...targetGroups, ...targets, ...tags, ...account },
  dispose: (elb) => elb.dispose(),
});
