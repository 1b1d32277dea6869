import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { ec2 } from '../aws';
import type { Seen } from '../wait/look';
import type { Outcome, Wait } from '../wait/wait';

/** As many values as EC2 takes in one filter. */
const IMAGES_A_CALL = 200;

/** EC2 may not list an image at once after it has accepted to make it, in milliseconds. */
const LISTED_WITHIN = 5 * 60_000;

/** Looks at images that are waited for, all of one region. By a filter, because an unknown id would fail the call. */
export async function lookAtImages(waits: Wait[], region: string): Promise<Seen> {
  const outcomes = new Map<Wait, Outcome>();
  for (let at = 0; at < waits.length; at += IMAGES_A_CALL) {
    const some = waits.slice(at, at + IMAGES_A_CALL);
    const Filters = [{ Name: 'image-id', Values: some.map((wait) => wait.resource) }];
    const { Images = [] } = await ec2(region).send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
    const images = new Map(Images.map((image) => [image.ImageId, image]));
    for (const wait of some) {
      const outcome = judgeImage(images.get(wait.resource), wait);
      if (outcome) outcomes.set(wait, outcome);
    }
  }
  return { outcomes, problems: [] };
}

function judgeImage(image: Image | undefined, wait: Wait): Outcome | undefined {
  if (!image) {
    if (Date.now() - wait.since < LISTED_WITHIN) return undefined;
    return fail(`The image ${wait.resource} is gone: it was deregistered before it was available.`);
  }
  if (image.State === 'available') {
    const snapshots = image.BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []) ?? [];
    return { output: { id: wait.resource, snapshots, region: wait.region } };
  }
  if (image.State === 'pending') return undefined;
  const reason = image.StateReason?.Message ?? 'AWS gives no reason';
  return fail(`AWS could not make the image ${wait.resource}: it is ${image.State}. ${reason}.`);
}

function fail(cause: string): Outcome {
  return { error: 'ImageFailed', cause };
}
