import * as z from 'zod';
import { env } from '../../env';
import { ImageFailed } from '../../errors';
import { type Copy, deprecateImage, shareImage } from '../../image/distribute';
import { checkAvailable } from '../../image/find';
import { findInstances, terminateInstances } from '../../image/instances';
import { nameInChannel, nameNewestImage, namesLaterImage } from '../../image/parameter';
import { holdGroup } from '../../rollout/lease';
import { restoreDefaultVersions, setDefaultVersions } from '../../rollout/version/default';
import { holdLock } from '../lock';
import { findRecord, namedBefore, updateRollout, withdrawVerified } from '../record';
import { checkNotRevoked } from '../release/reuse';
import { BuildState, Held, MadeVersion, Plan } from '../state';
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
      others: z.array(MadeVersion).optional(),
      fence: z.number(),
    }),
  ),
});
export type FinishInput = z.infer<typeof FinishInput>;
type Rolled = FinishInput['rollouts'][number];

/**
 * Ends a build whose fleet is verified: moves the default versions, lets others see the image, and then records success. What
 * follows that write cannot fail the build any more.
 *
 * @throws LeaseLost if the build is over already, or has lost its lock or a group
 * @throws FleetNotHealthy if somebody else has changed a group since it was verified
 * @throws ImageFailed if somebody has taken the image away: the fleet would run until its next server is launched
 */
export async function finishBuild(input: FinishInput): Promise<void> {
  const { build, rollouts } = input;
  await withdrawUnless(input, () => checkImage(input));
  for (const rollout of rollouts) await finishRollout(input, rollout);
  await announceImage(input);
  // Who revoked it since found no parameter that named it yet; who does it from now on moves them back.
  await withdrawUnless(input, () => checkNotRevoked(build.id));
  // There are none, unless a launch took effect twice.
  await terminateInstances(await findInstances(build.id));
  await endBuild(build.id, (await isUpToDate(input)) ? 'UP_TO_DATE' : 'SUCCEEDED');
}

/** Whether the build has changed nothing: its image is an earlier one, which ran everywhere and was the newest. */
async function isUpToDate({ build, plan, rollouts }: FinishInput): Promise<boolean> {
  if (!plan.reuse || rollouts.length > 0) return false;
  const record = await findRecord(build.id);
  return record !== undefined && namedBefore(record).length === 0;
}

/**
 * Looks whether the image is there, and whether nobody has revoked it.
 *
 * @throws ImageFailed if no server can be launched from it any more, or somebody has called it bad
 */
async function checkImage({ build, image: { id } }: FinishInput): Promise<void> {
  await checkAvailable(id);
  await checkNotRevoked(build.id);
}

/**
 * Unless the image is well no fleet of it counts as verified any more, so that each is brought back. But one that was empty before has nothing to go
 * back to: it serves as long as its servers last.
 */
async function withdrawUnless(
  { build, plan, rollouts }: FinishInput,
  isWell: () => Promise<void>,
): Promise<void> {
  try {
    await isWell();
  } catch (error) {
    if (!(error instanceof ImageFailed)) throw error;
    for (const { autoScalingGroup, fence } of rollouts) {
      const target = plan.targets.find((one) => one.autoScalingGroup === autoScalingGroup);
      if (!target || target.isFirstImage) continue;
      await withdrawVerified(build.id, autoScalingGroup);
      await holdGroup(autoScalingGroup, build.id, fence);
      // This, or an attempt before it, may have come to the defaults.
      await restoreDefaultVersions(target, listOwn(rollouts));
    }
    throw error;
  }
}

async function finishRollout({ build, plan, rollouts }: FinishInput, rollout: Rolled): Promise<void> {
  const { autoScalingGroup, fence } = rollout;
  const target = plan.targets.find((one) => one.autoScalingGroup === autoScalingGroup);
  if (!target) throw new Error(`The plan of build ${build.id} has no target ${autoScalingGroup}.`);
  await holdGroup(autoScalingGroup, build.id, fence);
  const isFresh = await hasJustRefreshed(build.id, autoScalingGroup);
  const otherDefault = await setDefaultVersions(target, rollout, listOwn(rollouts), isFresh);
  if (otherDefault) await updateRollout(build.id, autoScalingGroup, { otherDefault });
}

/** Until then a group need not show what its refresh has made of it. Milliseconds. */
const SEEN_MILLISECONDS = 2 * 60_000;

async function hasJustRefreshed(build: string, group: string): Promise<boolean> {
  const { endedAt = '' } = (await findRecord(build))?.stages[`AwaitRefresh/${group}`] ?? {};
  return Date.now() - Date.parse(endedAt) < SEEN_MILLISECONDS;
}

/** The versions that the build made of a launch template. */
function listOwn(rollouts: readonly Rolled[]): (launchTemplateId: string) => string[] {
  const made = rollouts.flatMap((one) => [one, ...(one.others ?? [])]);
  return (id) => made.filter((one) => one.launchTemplateId === id).map((one) => one.version);
}

async function announceImage({ build, plan, image, copies, rollouts }: FinishInput): Promise<void> {
  const { shareWith, deprecateAfter } = plan.image;
  const home: Copy = { region: env('AWS_REGION'), imageId: image.id };
  // One that is used again has its date since it was made.
  if (!plan.reuse) for (const copy of copies) await deprecateImage(copy, deprecateAfter);
  await holdLock(build);
  for (const one of [home, ...copies]) await shareImage(one, shareWith);
  await holdLock(build);
  await nameImages({ build, plan, image, rollouts });
}

/**
 * Lets the SSM parameters of the pipeline name the image. A night that has nothing to do takes back no image that was published since; people
 * who go back want that.
 */
async function nameImages({
  build,
  plan,
  image,
  rollouts,
}: Pick<FinishInput, 'build' | 'plan' | 'image' | 'rollouts'>): Promise<void> {
  const { parameter, channels: { tested, proven } = {} } = plan.image;
  const maker = plan.reuse && (await findRecord(plan.reuse.build));
  const isForward = maker && (await findRecord(build.id))?.rollback === undefined;
  const isLeft = async (name: string) => isForward && (await namesLaterImage(name, maker));
  if (parameter && !(await isLeft(parameter))) await nameNewestImage(build.id, parameter, image.id);
  // PublishImage has named a new one in the first channel.
  const names = [plan.reuse && tested, rollouts.length > 0 ? proven : undefined];
  for (const name of names) if (name && !(await isLeft(name))) await nameInChannel(build.id, name, image.id);
}
