import { findRecord, type GoneImage, keyOfRecord } from '../../build/record';
import { env } from '../../env';
import { failuresOf, throwAll } from '../../failures';
import { removeLists } from '../../server/packages/remove';
import { deleteItem, getItem, type Key, putItem, queryItems, setPaths } from '../../table';
import { findImages } from '../find';

/** An image that a record names, and that was there when it was last looked for. */
interface Known {
  imageId: string;
  build: string;
  region: string;
}

/** As long as records are kept. */
const KEPT_SECONDS = 365 * 24 * 60 * 60;

function keyOf(imageId: string): Key {
  return { pk: 'IMAGE', sk: imageId };
}

/** Remembers whose an image is, so that its record says when it goes, whoever removes it. */
export async function knowImage(build: string, imageId: string, region = env('AWS_REGION')): Promise<void> {
  const known: Known = { imageId, build, region };
  await putItem({ ...keyOf(imageId), ...known, expiresAt: Math.floor(Date.now() / 1000) + KEPT_SECONDS });
}

/** The build that made an image, as far as that is remembered: while it is there. */
export async function findBuildOf(imageId: string): Promise<string | undefined> {
  return (await getItem<Known>(keyOf(imageId)))?.build;
}

/** Writes into the record of a build that an image of it is gone, and why. Nothing else of the record is changed. */
export async function noteGone(build: string, imageId: string, why: string): Promise<void> {
  await writeGone(build, imageId, { at: new Date().toISOString(), why });
  await deleteItem(keyOf(imageId));
}

async function writeGone(build: string, imageId: string, gone: GoneImage): Promise<void> {
  // A record of before has no place for it yet.
  await setPaths(keyOfRecord(build), [[['gone'], {}]], {
    expression: 'attribute_exists(#pk) AND attribute_not_exists(#gone)',
  });
  await setPaths(keyOfRecord(build), [[['gone', imageId], gone]], { expression: 'attribute_exists(#gone)' });
}

const OUTSIDE = 'found to be deregistered: Kiln has not noted that it did that';

/** On an event that says that an image was deregistered: looks whether it is there, and tells its record if not. */
export async function noticeGone(imageId: string): Promise<void> {
  const known = await getItem<Known>(keyOf(imageId));
  if (known) await tellRecords([known], known.region);
}

/**
 * Looks for all images that records name: events are best effort, and those of other regions don't come here. Each region alone: one that
 * AWS has closed keeps nothing from being seen in the others.
 *
 * @throws what went wrong, once all the rest was done
 */
export async function noticeAllGone(): Promise<void> {
  const known = await queryItems<Known>('IMAGE');
  const regions = [...new Set(known.map((one) => one.region))];
  const looks = regions.map((region) =>
    tellRecords(
      known.filter((one) => one.region === region),
      region,
    ),
  );
  throwAll(failuresOf(await Promise.allSettled(looks)));
}

async function tellRecords(known: Known[], region: string): Promise<void> {
  const Values = known.map(({ imageId }) => imageId);
  const images = await findImages([{ Name: 'image-id', Values }], region);
  const there = new Set(images.map(({ ImageId }) => ImageId));
  for (const { build, imageId } of known.filter((one) => !there.has(one.imageId))) {
    // A build that runs is told by the state that waits for its image.
    const record = await findRecord(build);
    if (record?.status === 'RUNNING') continue;
    // The lists of what is on an image go with it, whoever removed it.
    if (record?.imageId === imageId) await removeLists(record);
    if (record && !record.gone?.[imageId]) await noteGone(build, imageId, OUTSIDE);
    else await deleteItem(keyOf(imageId));
  }
}
