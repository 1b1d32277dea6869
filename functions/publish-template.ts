import { PublishTemplateInput, publishTemplate } from '../src/rollout/template';
import { stage } from '../src/stage';

/** PublishTemplate: a new version of the launch template names the image. */
export const handler = stage(PublishTemplateInput, publishTemplate);
