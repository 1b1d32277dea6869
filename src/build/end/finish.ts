import * as z from 'zod';
import { env } from '../../env';
import { type Copy, deprecateImage, shareImage } from '../../image/distribute';
import { findInstances, terminateInstances } from '../../image/instances';
import { nameNewestImage } from '../../image/parameter';
import { holdGroup } from '../../rollout/lease';
import { moveDefaultVersion } from '../../rollout/template';
import { holdLock } from '../lock';
import { BuildState, Held, Plan } from '../state';
import { endBuild } from './end';

export const FinishInput = BuildState.extend({
  build: Held,
  plan: Plan,
  image: z.object({ id: z.string() }),
  copies: z.array(z.object({ region: z.string(), imageId: z.string() })),
  rollouts: z.array(
    z.object({
      autoScalingGroup: z.string(),
      launchTemplateId: z.string(),
      version: z.string(),
      fence: z.number(),
    }),
  ),
});
type FinishInput = z.infer<typeof FinishInput>;

/**
 * Ends a build whose fleet is verified: moves the default versions, lets others see the image, and then records success. What
 * follows that write cannot fail the build any more.
 *
 * @throws LeaseLost if the build is over already, or has lost its lock or a group
 */
export async function finishBuild(input: FinishInput): Promise<void> {
  const { build, rollouts } = input;
  for (const { autoScalingGroup, launchTemplateId, version, fence } of rollouts) {
    await holdGroup(autoScalingGroup, build.id, fence);
    await moveDefaultVersion(launchTemplateId, version);
  }
  await announceImage(input);
  // There are none, unless a launch took effect twice.
  await terminateInstances(await findInstances(build.id));
  await endBuild(build.id);
}

async function announceImage({ build, plan, image, copies }: FinishInput): Promise<void> {
  const { shareWith, deprecateAfter, parameter } = plan.image;
  const home: Copy = { region: env('AWS_REGION'), imageId: image.id };
  for (const copy of copies) await deprecateImage(copy, deprecateAfter);
  await holdLock(build);
  for (const one of [home, ...copies]) await shareImage(one, shareWith);
  await holdLock(build);
  if (parameter) await nameNewestImage(build.id, parameter, image.id);
}
