import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  type Image,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { ec2 } from '../aws/ec2';
import { isAwsError } from '../aws/error';
import type { BuildRecord } from '../build/record';
import { TransientFailure } from '../errors';
import { nameTransient, throwAll } from '../failures';
import { logger } from '../log';
import { deleteVersions } from '../rollout/template';
import { removeLists } from '../server/packages/remove';
import { findOwnImages, findOwnSnapshots, imageOf } from './own';
import { findUses, type Made, type Uses } from './uses/uses';
import { noteGone } from './watch/gone';

/** EC2 deregisters images and deletes snapshots at 5 a second. */
const AT_ONCE = 4;

interface Place {
  imageId: string;
  /** None: that of the function. */
  region?: string | undefined;
}

/** What became of images that were to go. One that cannot go holds up no other. */
export interface Discarded {
  gone: Place[];
  /** Those that something refers to, and what. */
  kept: (Place & { why: string })[];
  failed: (Place & { error: Error })[];
  /** Snapshots of images that are gone, and why AWS did not delete them. */
  left: (Place & { snapshotId: string; error: Error })[];
  /** What else of their build was to be undone and AWS refuses for good, in words. */
  stuck: { what: string; error: Error }[];
}

export function nothingDiscarded(): Discarded {
  return { gone: [], kept: [], failed: [], left: [], stuck: [] };
}

export function addDiscarded(to: Discarded, more: Discarded): void {
  to.gone.push(...more.gone);
  to.kept.push(...more.kept);
  to.failed.push(...more.failed);
  to.left.push(...more.left);
  to.stuck.push(...more.stuck);
}

/** Does a part of undoing that others do not hang on. What AWS refuses for good is noted; after what passes to try again is thrown. */
export async function undoAlone(to: Discarded, what: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Error) || nameTransient(error) instanceof TransientFailure) throw error;
    to.stuck.push({ what, error });
  }
}

/** What people must know of images that were to go, one text for each. */
export function describeDiscarded({ kept, failed, left, stuck }: Discarded): string[] {
  const at = ({ imageId, region }: Place) => (region ? `${imageId} in ${region}` : imageId);
  return [
    ...kept.map((one) => `image ${at(one)} stays: ${one.why}`),
    ...failed.map((one) => `image ${at(one)} could not be removed: ${one.error.name}: ${one.error.message}`),
    ...left.map(
      (one) =>
        `snapshot ${one.snapshotId} of image ${at(one)} could not be deleted, and is tried again at night: ${one.error.name}: ${one.error.message}`,
    ),
    ...stuck.map(({ what, error }) => `${what} could not be undone: ${error.name}: ${error.message}`),
  ];
}

/** Logs what became of images that were to go. */
export function logDiscarded(discarded: Discarded): Discarded {
  for (const text of describeDiscarded(discarded)) logger.warn(text);
  return discarded;
}

/** So long what passes is tried again at once; then each night. Milliseconds. */
const AT_ONCE_FOR = 24 * 60 * 60_000;

/**
 * Logs what became of images that were to go.
 *
 * @param since milliseconds since 1970: when they were to go first
 * @throws those failures after which to try again at once; the others, and those that have lasted a day, come again in the night
 */
export function settleDiscarded(discarded: Discarded, since = Date.now()): Discarded {
  logDiscarded(discarded);
  if (Date.now() - since > AT_ONCE_FOR) return discarded;
  throwAll(
    [...discarded.failed, ...discarded.left]
      .map(({ error }) => nameTransient(error))
      .filter((error) => error instanceof TransientFailure),
  );
  return discarded;
}

/** Removes the images of a build in a region that are its own, and their snapshots: also those whose image never came to be. */
export async function discardImagesOf(record: BuildRecord, region?: string): Promise<Discarded> {
  try {
    const { own, doubtful } = await findOwnImages(record, region);
    const discarded = await discardImages(
      own.map((image) => ({ image, record })),
      region,
    );
    const why = `it may be the build's own copy or a person's: two are named ${doubtful[0]?.Name}`;
    for (const { ImageId = '' } of doubtful) discarded.kept.push({ imageId: ImageId, region, why });
    discarded.left.push(...(await discardSnapshotsOf(record, own, discarded, region)));
    return discarded;
  } catch (error) {
    const imageId = record.imageId ?? `of build ${record.id}`;
    return { ...nothingDiscarded(), failed: [{ imageId, region, error: error as Error }] };
  }
}

/** Deletes the snapshots that EC2 made for a build's images, but for those of images that are there. */
async function discardSnapshotsOf(
  record: BuildRecord,
  own: readonly Image[],
  { gone, left: tried }: Discarded,
  region?: string,
): Promise<Discarded['left']> {
  const left = own.filter(({ ImageId }) => !gone.some(({ imageId }) => imageId === ImageId));
  const snapshots = await findOwnSnapshots(record, own, region);
  const others = snapshots.filter((one) => !tried.some(({ snapshotId }) => snapshotId === one.SnapshotId));
  return deleteUnused(others, left, region);
}

/** Deletes what a build that succeeded has left beside its images in a region. @returns those images, and what could not be deleted */
export async function discardLeftovers(
  record: BuildRecord,
  region?: string,
): Promise<{ own: Image[]; discarded: Discarded }> {
  const { own } = await findOwnImages(record, region);
  const left = await deleteUnused(await findOwnSnapshots(record, own, region), own, region);
  return { own, discarded: { ...nothingDiscarded(), left } };
}

async function deleteUnused(
  snapshots: Snapshot[],
  images: readonly Image[],
  region?: string,
): Promise<Discarded['left']> {
  const used = new Set(images.flatMap(snapshotsOf));
  // One that is not finished need not name its snapshots yet.
  const pending = new Set(images.filter(({ State }) => State === 'pending').map(({ ImageId }) => ImageId));
  const limit = pLimit(AT_ONCE);
  const unused = snapshots.filter(
    (snapshot) => !used.has(snapshot.SnapshotId ?? '') && !pending.has(imageOf(snapshot)),
  );
  const left = unused.map((snapshot) =>
    limit(() => deleteSnapshot(snapshot.SnapshotId ?? '', imageOf(snapshot) ?? '', region)),
  );
  return (await Promise.all(left)).flat();
}

function snapshotsOf({ BlockDeviceMappings = [] }: Image): string[] {
  return BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}

/**
 * Deregisters images of one region and deletes their snapshots, and the launch template versions that their own builds made of them;
 * but nothing of an image that anybody refers to, whoever asks: a group could not heal without it.
 */
export async function discardImages(made: readonly Made[], region?: string): Promise<Discarded> {
  const judged = await judgeImages(made, region);
  return removeImages(made, judged, region);
}

/** Who refers to each image of a region. What is not known is no leave to remove it. */
export async function judgeImages(made: readonly Made[], region?: string): Promise<Map<string, Uses>> {
  try {
    return await findUses(made, region);
  } catch (problem) {
    return new Map(made.map(({ image }) => [image.ImageId ?? '', { users: [], versions: [], problem }]));
  }
}

const RETIRED = 'retired: newer images took its place, or its pipeline is no more';
const UNDONE = 'removed with all that its build made, since that did not succeed';

/** Removes those images of a region that were judged to be nobody's need. */
export async function removeImages(
  made: readonly Made[],
  judged: ReadonlyMap<string, Uses>,
  region?: string,
): Promise<Discarded> {
  const discarded = nothingDiscarded();
  const limit = pLimit(AT_ONCE);
  const remove = async ({ image, record }: Made) => {
    const imageId = image.ImageId ?? '';
    const { users, versions, problem } = judged.get(imageId) ?? {
      users: ['it was not judged'],
      versions: [],
    };
    try {
      if (problem) throw problem;
      if (users.length > 0) return void discarded.kept.push({ imageId, region, why: users.join('; ') });
      for (const { launchTemplateId, version } of versions) await deleteVersions(launchTemplateId, [version]);
      await deregisterImage(imageId, region);
      await noteGone(record.id, imageId, record.status === 'SUCCEEDED' ? RETIRED : UNDONE);
      discarded.gone.push({ imageId, region });
      for (const id of snapshotsOf(image))
        discarded.left.push(...(await deleteSnapshot(id, imageId, region)));
      if (imageId === record.imageId) await removeLists(record);
    } catch (error) {
      discarded.failed.push({ imageId, region, error: error as Error });
    }
  };
  await Promise.all(made.map((one) => limit(() => remove(one))));
  return discarded;
}

async function deregisterImage(ImageId: string, region?: string): Promise<void> {
  try {
    await ec2(region).send(new DeregisterImageCommand({ ImageId }));
  } catch (error) {
    if (!isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable')) throw error;
  }
}

/**
 * One that is gone already is no error; one of which a person has made another image stays with that. For minutes after an image was
 * deregistered EC2 may hold that it uses its snapshots still; a snapshot may be locked. It is tried again: each night, and for the
 * image of a build that failed two minutes later.
 *
 * @returns why it is left, if it is
 */
async function deleteSnapshot(
  snapshotId: string,
  imageId: string,
  region?: string,
): Promise<Discarded['left']> {
  try {
    await ec2(region).send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    return [];
  } catch (error) {
    const { name, message } = error as Error;
    const isAnothers = name === 'InvalidSnapshot.InUse' && isUsedByAnother(message, imageId);
    if (name === 'InvalidSnapshot.NotFound' || isAnothers) return [];
    return [{ imageId, region, snapshotId, error: error as Error }];
  }
}

/** Its message names the image: `The snapshot snap-… is currently in use by ami-…`. */
function isUsedByAnother(message: string, imageId: string): boolean {
  const users: string[] = message.match(/\bami-[\w-]+/g) ?? [];
  return users.length > 0 && !users.includes(imageId);
}
