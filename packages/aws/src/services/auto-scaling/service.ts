import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as account from './operations/account';
import * as activities from './operations/activities';
import * as groups from './operations/groups';
import * as refreshes from './operations/instance-refreshes';
import * as instances from './operations/instances';
import * as hooks from './operations/lifecycle-hooks';
import * as metrics from './operations/metrics';
import * as policies from './operations/policies';
import * as processes from './operations/processes';
import * as scheduled from './operations/scheduled-actions';
import * as tags from './operations/tags';
import * as trafficSources from './operations/traffic-sources';
import * as warmPools from './operations/warm-pools';
import { AutoScalingState, type Client, type Needs } from './state';

/** Amazon EC2 Auto Scaling of one region: groups that keep their capacity, and instance refreshes. */
export const autoScaling = defineService<Client, AutoScalingState, Needs>({
  client: () => import('@aws-sdk/client-auto-scaling'),
  signingName: 'autoscaling',
  version: '2011-01-01',
  needs: ['ec2', 'elastic-load-balancing-v2', 'elastic-load-balancing', 'iam', 'cloudwatch'],
  authorization,
  create: (context, needs) => new AutoScalingState(context, needs),
  operations: {
    ...groups,
    ...instances,
    ...hooks,
    ...refreshes,
    ...activities,
    ...trafficSources,
    ...processes,
    ...metrics,
    ...policies,
    ...scheduled,
    ...tags,
    ...account,
    ...warmPools,
  },
  dispose: (autoScaling) => autoScaling.dispose(),
});
