import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as images from './operations/images';
import * as lifecycle from './operations/lifecycle-policies';
import * as policies from './operations/policies';
import * as repositories from './operations/repositories';
import * as settings from './operations/settings';
import * as tags from './operations/tags';
import { type Client, EcrState } from './state';

/** Amazon ECR of one region. */
export const ecr = defineService<Client, EcrState>({
  client: () => import('@aws-sdk/client-ecr'),
  signingName: 'ecr',
  target: 'AmazonEC2ContainerRegistry_V20150921',
  authorization,
  create: (context) => new EcrState(context),
  operations: { ...repositories, ...images, ...lifecycle, ...policies, ...settings, ...tags },
});
