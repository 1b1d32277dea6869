import {
  CopyImageCommand,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import * as z from 'zod';
import { ec2 } from '../aws/ec2';
import { clientToken } from '../build/id';
import { updateRecord } from '../build/record';
import { BuildState, Plan } from '../build/state';
import { env } from '../env';
import { buildTags, tagSpecifications } from '../tags';
import { checkAvailable } from './find';
import { nameInChannel } from './parameter';
import { knowImage } from './watch/gone';

export const PublishImageInput = BuildState.extend({
  plan: Plan,
  image: z.object({ id: z.string(), name: z.string() }),
});

/** An image, or a copy of it, and the region it is in. */
export interface Copy {
  region: string;
  imageId: string;
}

/**
 * Begins to give out an image that passed its test: sets its deprecation date and starts its copies to other regions.
 * The SSM parameter and the sharing come last, in Finish: others must see it only once the fleet runs it, but those that follow the channel
 * of tested images.
 *
 * @returns the copies; each is awaited on its own
 * @throws ImageFailed if somebody has deregistered or disabled it meanwhile
 */
export async function publishImage({
  build,
  plan,
  image,
}: z.infer<typeof PublishImageInput>): Promise<{ copies: Copy[] }> {
  const home = env('AWS_REGION');
  try {
    await deprecateImage({ region: home, imageId: image.id }, plan.image.deprecateAfter);
  } catch (error) {
    // Of one that is gone AWS says that the role may not: it finds no tags of it.
    await checkAvailable(image.id);
    throw error;
  }
  const regions = plan.image.copyTo.filter((region) => region !== home);
  const limit = pLimit(4);
  const copies = await Promise.all(
    regions.map((region) => limit(() => copyImage(build.id, plan, image, home, region))),
  );
  await updateRecord(build.id, { copies });
  for (const { imageId, region } of copies) await knowImage(build.id, imageId, region);
  const { tested } = plan.image.channels ?? {};
  if (tested) await nameInChannel(build.id, tested, image.id);
  return { copies };
}

async function copyImage(
  build: string,
  plan: Plan,
  image: { id: string; name: string },
  SourceRegion: string,
  region: string,
): Promise<Copy> {
  const tags = buildTags(build, { 'kiln:fingerprint': plan.fingerprint });
  const { ImageId } = await ec2(region).send(
    new CopyImageCommand({
      Name: image.name,
      Description: plan.description || `Built by Kiln, build ${build}`,
      SourceImageId: image.id,
      SourceRegion,
      Encrypted: true,
      ClientToken: clientToken(build, region),
      TagSpecifications: tagSpecifications(tags, 'image', 'snapshot'),
    }),
  );
  if (!ImageId) throw new Error(`EC2 answered to CopyImage in ${region} without an image id.`);
  return { region, imageId: ImageId };
}

/** Sets the date from which on EC2 lists an image as deprecated. */
export async function deprecateImage({ region, imageId }: Copy, afterSeconds: number): Promise<void> {
  const DeprecateAt = new Date(Date.now() + afterSeconds * 1000);
  await ec2(region).send(new EnableImageDeprecationCommand({ ImageId: imageId, DeprecateAt }));
}

/** Lets other accounts launch an image. */
export async function shareImage({ region, imageId }: Copy, accounts: string[]): Promise<void> {
  if (accounts.length === 0) return;
  const Add = accounts.map((UserId) => ({ UserId }));
  await ec2(region).send(new ModifyImageAttributeCommand({ ImageId: imageId, LaunchPermission: { Add } }));
}
