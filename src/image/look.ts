import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { ec2 } from '../aws/ec2';
import { byTag, tagOf } from '../tags';
import type { Seen } from '../wait/look';
import type { Outcome, Said, Wait } from '../wait/wait';
import { findSnapshots } from './find';

/** As many values as EC2 takes in one filter. */
const VALUES_A_FILTER = 200;

/** EC2 may not list an image at once after it has accepted to make it, in milliseconds. */
const LISTED_WITHIN = 5 * 60_000;

/** Looks at images that are waited for, all of one region. By a filter, because an unknown id would fail the call. */
export async function lookAtImages(waits: Wait[], region: string): Promise<Seen> {
  const outcomes = new Map<Wait, Outcome>();
  const said = new Map<Wait, string>();
  for (let at = 0; at < waits.length; at += VALUES_A_FILTER) {
    const some = waits.slice(at, at + VALUES_A_FILTER);
    const Filters = [{ Name: 'image-id', Values: some.map((wait) => wait.resource) }];
    const { Images = [] } = await ec2(region).send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
    const images = new Map(Images.map((image) => [image.ImageId, image]));
    for (const wait of some) {
      const outcome = judgeImage(images.get(wait.resource), wait);
      if ('says' in outcome) said.set(wait, outcome.says);
      else outcomes.set(wait, outcome);
    }
  }
  try {
    return { outcomes, said: await addProgress(said, region), problems: [] };
  } catch (problem) {
    return { outcomes, said, problems: [problem] };
  }
}

/** Of an image that is being made only its snapshots tell how far it is. They are found by their build's tag: the image may not name them yet. */
async function addProgress(said: Map<Wait, string>, region: string): Promise<Map<Wait, string>> {
  const builds = [...new Set([...said.keys()].map(({ build }) => build))];
  const progress = new Map<string, string>();
  const snapshots = builds.length > 0 ? await findSnapshots([byTag('kiln:build', ...builds)], region) : [];
  for (const snapshot of snapshots) {
    const build = tagOf(snapshot, 'kiln:build') ?? '';
    const text = `snapshot ${snapshot.SnapshotId} ${snapshot.State} ${snapshot.Progress ?? ''}`.trim();
    progress.set(build, [progress.get(build), text].filter(Boolean).join(', '));
  }
  return new Map(
    [...said].map(([wait, says]) => [wait, [says, progress.get(wait.build)].filter(Boolean).join('; ')]),
  );
}

function judgeImage(image: Image | undefined, wait: Wait): Outcome | Said {
  if (!image) {
    if (Date.now() - wait.since < LISTED_WITHIN) return { says: 'EC2 does not list it yet' };
    return fail(`The image ${wait.resource} is gone: it was deregistered before it was available.`);
  }
  if (image.State === 'available') {
    const snapshots = image.BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []) ?? [];
    return { output: { id: wait.resource, snapshots, region: wait.region } };
  }
  if (image.State === 'pending') return { says: 'pending' };
  const reason = image.StateReason?.Message ?? 'AWS gives no reason';
  return fail(`AWS could not make the image ${wait.resource}: it is ${image.State}. ${reason}.`);
}

function fail(cause: string): Outcome {
  return { error: 'ImageFailed', cause };
}
