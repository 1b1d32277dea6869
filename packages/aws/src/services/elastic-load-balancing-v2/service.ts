import { defineService } from '../../core/service';
import type { Network } from '../../network';
import type { Ec2 } from '../ec2';
import { ElbV2 } from '.';

/** Elastic Load Balancing v2 in one region: its API, and load balancers that really balance. */
export const elasticLoadBalancingV2 = defineService({
  client: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  signingName: 'elasticloadbalancing',
  version: '2015-12-01',
  needs: ['ec2', 'network'],
  create: (context, needs: { ec2: Ec2; network: Network }) => new ElbV2(context, needs),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
