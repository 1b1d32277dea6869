import { defineService } from '../../core/service';
import { publicImageParameters } from '../ec2/images/amazon-images';
import { authorization } from './authorization';
import * as commands from './operations/commands';
import * as documents from './operations/documents';
import * as instances from './operations/instances';
import * as labels from './operations/labels';
import * as parameters from './operations/parameters';
import * as tags from './operations/tags';
import { publicParameters } from './public-parameters';
import { type Client, type Needs, SsmState } from './state';

/** AWS Systems Manager in one region: its Parameter Store, and Run Command. */
export const ssm = defineService<Client, SsmState, Needs>({
  client: () => import('@aws-sdk/client-ssm'),
  signingName: 'ssm',
  target: 'AmazonSSM',
  needs: ['ec2', 'iam'],
  authorization,
  create: (context, needs) =>
    new SsmState(context, publicParameters(publicImageParameters(context.region)), needs),
  operations: { ...parameters, ...labels, ...tags, ...commands, ...documents, ...instances },
  dispose: (state) => state.dispose(),
});
