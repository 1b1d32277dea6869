import type { Image } from '@aws-sdk/client-ec2';
import { isBuildId } from '../build/id';
import { type BuildRecord, findRecord } from '../build/record';
import { findAmongBefore, findRefusal } from '../build/release/reuse';
import { findFormerNames } from '../build/removed/register';
import { byTag, tagOf } from '../tags';
import {
  addDiscarded,
  type Discarded,
  discardImages,
  judgeImages,
  nothingDiscarded,
  removeImages,
} from './discard';
import { findImages } from './find';
import type { Made, Uses } from './uses/uses';

/**
 * Keeps the newest good images of a pipeline, those under its former names among them, and retires the others: deregisters them and their copies in other regions,
 * deletes their snapshots and the launch template versions that their builds made of them. Leaves alone an image that anybody refers
 * to, there or where it was copied to, and, where more than one is to be kept, the one that the pipeline would go back to.
 *
 * @param keep how many; 0 retires all that nobody needs
 */
export async function retireImages(pipeline: string, keep: number): Promise<Discarded> {
  const { old, judged, free } = await judgeOld(pipeline, keep);
  const discarded = await discardCopies(free);
  holdBack(old, judged, discarded);
  addDiscarded(discarded, await removeImages(old, judged));
  return discarded;
}

/** Which images of a pipeline `retireImages` would retire now, and which of the old ones stay, and why. Changes nothing. */
export async function previewRetirement(
  pipeline: string,
  keep: number,
): Promise<{ retired: string[]; kept: { imageId: string; why: string }[] }> {
  const { old, judged, free } = await judgeOld(pipeline, keep);
  const kept = old
    .filter((one) => !free.includes(one))
    .map(({ image: { ImageId: imageId = '' } }) => {
      const { users = [], problem } = judged.get(imageId) ?? {};
      return { imageId, why: users.join('; ') || `it is not known who uses it: ${problem}` };
    });
  return { retired: free.map(({ image }) => image.ImageId ?? ''), kept };
}

/** The images of a pipeline that are not to be kept, who uses each, and those that nobody does. */
async function judgeOld(pipeline: string, keep: number) {
  const names = [pipeline, ...(await findFormerNames(pipeline))];
  const made = newestFirst(await findGoodImages(names));
  const records = made.map(({ record }) => record);
  // Images that were only published may be newer, and more than are kept: nobody can go back to one that was never served.
  const before = keep > 1 && made.length > keep ? await findAmongBefore(pipeline, records) : undefined;
  const old = chooseOld(made, keep).filter(({ record }) => record.id !== before);
  const judged = await judgeImages(old);
  const free = old.filter(({ image }) => {
    const { users, problem } = judged.get(image.ImageId ?? '') ?? {};
    return problem === undefined && (users ?? []).length === 0;
  });
  return { old, judged, free };
}

/**
 * Those of a pipeline's images, newest first, that are not to be kept. One that was revoked, or that people went back from, takes no good
 * one's place: what served before it must be there should the next be bad, too. It goes when it is older than all that are kept, and those
 * are as many as there should be: until then somebody may take back what he has called it, or go back to it by name.
 */
function chooseOld(made: Made[], keep: number): Made[] {
  const isGood = ({ record }: Made) => findRefusal(record) === undefined;
  const kept = new Set(made.filter(isGood).slice(0, keep));
  const oldest = kept.size < keep ? made.length : made.findLastIndex((one) => kept.has(one));
  return made.filter((one, at) => !kept.has(one) && (at > oldest || isGood(one)));
}

/** The copies of images, region by region: one that AWS closes to us holds up no other. */
async function discardCopies(made: readonly Made[]): Promise<Discarded> {
  const discarded = nothingDiscarded();
  const copies = made.flatMap(({ record }) => (record.copies ?? []).map((copy) => ({ ...copy, record })));
  for (const region of new Set(copies.map((copy) => copy.region))) {
    const here = copies.filter((copy) => copy.region === region);
    try {
      const Values = here.map(({ imageId }) => imageId);
      const images = await findImages([{ Name: 'image-id', Values }], region);
      const found = images.flatMap((image) => {
        const record = here.find(({ imageId }) => imageId === image.ImageId)?.record;
        return record ? [{ image, record }] : [];
      });
      addDiscarded(discarded, await discardImages(found, region));
    } catch (error) {
      for (const { imageId } of here) discarded.failed.push({ imageId, region, error: error as Error });
    }
  }
  return discarded;
}

/** By an image its copies are found again: it goes last. */
function holdBack(made: readonly Made[], judged: Map<string, Uses>, { kept, failed }: Discarded): void {
  const left = new Set([...kept, ...failed].map(({ imageId }) => imageId));
  for (const { image, record } of made)
    for (const { region, imageId } of record.copies ?? [])
      if (left.has(imageId))
        judged.get(image.ImageId ?? '')?.users.push(`its copy ${imageId} in ${region} is there`);
}

/**
 * The images of pipelines' builds that succeeded, as their records say. Tags alone say nothing: people's tools copy them, and another
 * deployment of Kiln may have a pipeline of the same name.
 */
export async function findGoodImages(pipelines: readonly string[]): Promise<Made[]> {
  const images = await findImages([byTag('kiln:pipeline', ...pipelines)]);
  const found = await Promise.all(
    images.map(async (image) => ({ image, record: await findRecordOf(image) })),
  );
  return found.flatMap(({ image, record }) =>
    record?.status === 'SUCCEEDED' && record.imageId === image.ImageId ? [{ image, record }] : [],
  );
}

async function findRecordOf(image: Image): Promise<BuildRecord | undefined> {
  const build = tagOf(image, 'kiln:build');
  return build && isBuildId(build) ? findRecord(build) : undefined;
}

function newestFirst(made: Made[]): Made[] {
  return made.toSorted((a, b) => (b.image.CreationDate ?? '').localeCompare(a.image.CreationDate ?? ''));
}
