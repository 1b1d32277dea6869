import { defineService } from '../../core/service';
import type { Network } from '../../network';
import { authorization } from './authorization/authorization';
import type { InstanceProfiles, Quotas } from './inventory';
import * as operations from './operations';
import { withDryRun } from './requests/dry-run';
import { type Client, Ec2State } from './state';

/** Amazon EC2 in one region, born with a default VPC and Amazon's images. */
export const ec2 = defineService<
  Client,
  Ec2State,
  {
    network: Network;
    iam: InstanceProfiles;
    'service-quotas': Quotas;
  }
>({
  client: () => import('@aws-sdk/client-ec2'),
  signingName: 'ec2',
  version: '2016-11-15',
  needs: ['network', 'iam', 'service-quotas'],
  authorization,
  create: (context, { network, iam, 'service-quotas': quotas }) =>
    new Ec2State(context, network, iam, quotas),
  operations: { ...withDryRun(operations), RunInstances: operations.RunInstances },
  dispose: (state) => state.lifecycle.dispose(),
});
