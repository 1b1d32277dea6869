import { stage } from '../src/lambda';
import { PublishTemplateInput, publishTemplate } from '../src/rollout/template';

/** PublishTemplate: a new version of the launch template names the image. */
export const handler = stage(PublishTemplateInput, publishTemplate);
