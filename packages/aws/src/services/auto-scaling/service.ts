import { defineService } from '../../core/service';
import type { Ec2 } from '../ec2';
import type { ElbV2 } from '../elastic-load-balancing-v2';
import { AutoScaling } from '.';

/** Amazon EC2 Auto Scaling in one region: groups that keep their capacity, and instance refreshes. */
export const autoScaling = defineService({
  client: () => import('@aws-sdk/client-auto-scaling'),
  signingName: 'autoscaling',
  version: '2011-01-01',
  needs: ['ec2', 'elastic-load-balancing-v2'],
  create: (context, needs: { ec2: Ec2; 'elastic-load-balancing-v2': ElbV2 }) =>
    new AutoScaling(context, { ec2: needs.ec2, elbv2: needs['elastic-load-balancing-v2'] }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
