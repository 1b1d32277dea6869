import { defineService } from '../../core/service';
import { publicImageParameters } from '../ec2/images/amazon-images';
import { authorization } from './authorization';
import * as labels from './operations/labels';
import * as parameters from './operations/parameters';
import * as tags from './operations/tags';
import { publicParameters } from './public-parameters';
import { type Client, SsmState } from './state';

/** The Parameter Store of AWS Systems Manager in one region. */
export const ssm = defineService<Client, SsmState>({
  client: () => import('@aws-sdk/client-ssm'),
  signingName: 'ssm',
  target: 'AmazonSSM',
  authorization,
  create: (context) => new SsmState(context, publicParameters(publicImageParameters(context.region))),
  operations: { ...parameters, ...labels, ...tags },
  dispose: (state) => state.dispose(),
});
