import { defineService } from '../../core/service';
import * as account from './operations/account';
import * as coverage from './operations/coverage';
import * as findings from './operations/findings';
import { type Client, InspectorState, type Needs } from './state';

/** Amazon Inspector of one region, as far as it scans EC2's instances. */
export const inspector2 = defineService<Client, InspectorState, Needs>({
  client: () => import('@aws-sdk/client-inspector2'),
  signingName: 'inspector2',
  needs: ['ec2', 'iam', 'ssm'],
  create: (context, needs) => new InspectorState(context, needs),
  operations: { ...account, ...coverage, ...findings },
  dispose: (state) => state.dispose(),
});
