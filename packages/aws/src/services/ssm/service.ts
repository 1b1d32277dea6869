import { defineService } from '../../core/service';
import * as labels from './operations/labels';
import * as parameters from './operations/parameters';
import * as tags from './operations/tags';
import { type Client, SsmState } from './state';

/** The Parameter Store of AWS Systems Manager in one region. */
export const ssm = defineService<Client, SsmState>({
  client: () => import('@aws-sdk/client-ssm'),
  signingName: 'ssm',
  target: 'AmazonSSM',
  create: (context) => new SsmState(context),
  operations: { ...parameters, ...labels, ...tags },
  dispose: (state) => state.dispose(),
});
