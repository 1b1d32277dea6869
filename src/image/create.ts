import { CreateImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2 } from '../aws/ec2';
import { isAwsError } from '../aws/error';
import { updateRecord } from '../build/record';
import { BuildState, Plan } from '../build/state';
import { TransientFailure } from '../errors';
import { buildTags, tagSpecifications } from '../tags';
import { imageName } from './own';
import { knowImage } from './watch/gone';

export const CreateImageInput = BuildState.extend({
  plan: Plan,
  base: z.object({ instanceId: z.string() }),
});

/**
 * Makes an AMI of the base instance. EC2 reboots the instance first, so that its disk is consistent. A repeated call
 * finds the image of the first by its name.
 */
export async function createImage({
  build,
  plan,
  base,
}: z.infer<typeof CreateImageInput>): Promise<{ id: string; name: string }> {
  const name = imageName(build.id);
  const id = (await requestImage(name, build.id, plan, base.instanceId)) ?? (await findImageByName(name));
  const isUnprepared = plan.prepare.by === 'none';
  await updateRecord(build.id, { imageId: id, ...(isUnprepared && { prepared: { by: 'none' } }) });
  await knowImage(build.id, id);
  return { id, name };
}

/** @returns the id of the new image; undefined if there is one of this name */
async function requestImage(
  name: string,
  build: string,
  plan: Plan,
  instanceId: string,
): Promise<string | undefined> {
  const tags = buildTags(build, { 'kiln:fingerprint': plan.fingerprint });
  try {
    const { ImageId } = await ec2().send(
      new CreateImageCommand({
        InstanceId: instanceId,
        Name: name,
        Description: plan.description || `Built by Kiln, build ${build}`,
        NoReboot: false,
        TagSpecifications: tagSpecifications(tags, 'image', 'snapshot'),
      }),
    );
    return ImageId;
  } catch (error) {
    if (isAwsError(error, 'InvalidAMIName.Duplicate')) return undefined;
    throw error;
  }
}

async function findImageByName(name: string): Promise<string> {
  const { Images } = await ec2().send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] }),
  );
  const id = Images?.[0]?.ImageId;
  // It may not list at once what it has just accepted to make: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
  if (!id)
    throw new TransientFailure(`EC2 says that there is an image named ${name}, but does not list it yet.`);
  return id;
}
