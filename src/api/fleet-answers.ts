import * as z from 'zod';
import { MadeVersion } from '../build/state';

const Time = z.iso.datetime().describe('ISO 8601, UTC');

const Server = z
  .strictObject({
    instanceId: z.string(),
    zone: z.string(),
    type: z.string(),
    imageId: z.string().optional(),
    build: z.string().optional().describe('The build that made the image, if one of this deployment did'),
    launchTemplateId: z.string().optional().describe('Missing for one that its group did not launch'),
    version: z.string().optional().describe('The launch template version that it was launched from'),
    launchedAt: Time.optional(),
    state: z.string().describe('Its lifecycle state in the group: InService, Warmed:Stopped, …'),
    healthy: z.boolean().describe('As Auto Scaling sees it'),
    right: z.boolean().describe('Whether it is what should run'),
    why: z.string().optional().describe('Why it is not, or what is about to become of it'),
  })
  .meta({ id: 'Server' });

const FleetGroup = z
  .strictObject({
    autoScalingGroup: z.string().describe('The name of an Auto Scaling group'),
    pipeline: z.string().describe('Whose build was verified there last; before the first, one that names it'),
    alsoOf: z.array(z.string()).optional().describe('Other pipelines that name the group'),
    want: z
      .strictObject({
        imageId: z.string().optional(),
        build: z.string().optional().describe('The build that was verified there last'),
        version: z.string().optional().describe('Of its launch template'),
        others: z
          .array(z.strictObject(MadeVersion.shape))
          .optional()
          .describe('Versions of templates that overrides name'),
      })
      .describe('What should run; nothing where no build was verified'),
    problems: z.array(z.string()).describe('What is wrong with the group, or not known of it'),
    servers: z.array(Server).describe('Those that are not right first'),
  })
  .meta({ id: 'FleetGroup' });

const ImageParameter = z
  .strictObject({
    name: z.string(),
    pipeline: z.string(),
    channel: z
      .enum(['newest', 'tested', 'proven'])
      .describe('newest is image.parameter of the pipeline, the others are its image.channels'),
    imageId: z.string().optional().describe('What it names now; missing where there is no such parameter'),
  })
  .meta({ id: 'ImageParameter' });

export const Fleet = z
  .strictObject({
    at: Time.describe('When AWS was asked'),
    groups: z.array(FleetGroup).describe('By name'),
    next: z.string().optional().describe('To be given as ?next= for the following groups'),
    problems: z
      .array(z.string())
      .optional()
      .describe('What is wrong with pipelines that roll out to no group; on the first page'),
    imageParameters: z
      .array(ImageParameter)
      .optional()
      .describe('The SSM parameters in which the pipelines of these groups name their images'),
    notKnown: z.array(z.string()).optional().describe('What AWS denied an answer to'),
  })
  .meta({ id: 'Fleet' });
