import { env } from '../../env';
import {
  addDiscarded,
  type Discarded,
  describeDiscarded,
  discardImagesOf,
  nothingDiscarded,
  undoAlone,
} from '../../image/discard';
import { findInstances, terminateInstances } from '../../image/instances';
import { leaveUnapproved, restoreNewestImage } from '../../image/parameter';
import { noticeGone } from '../../image/watch/gone';
import { logger } from '../../log';
import { undoRollouts } from '../../rollout/undo/undo';
import { removeLists } from '../../server/packages/remove';
import { deleteWait, findWaitsOf } from '../../wait/store';
import {
  type BuildRecord,
  findRecord,
  hasSucceeded,
  imageOf,
  isHeld,
  isOver,
  namedBefore,
  updateRecord,
} from '../record';
import { findMaker, isUnapproved } from '../release/reuse';
import { noteServerTaken } from './held/server';

/**
 * Undoes all that a build made and that is not serving: its rollouts, its instances, its image with snapshots and
 * copies; restores what it changed. What it made is looked for, not only read in the record, so a build that died
 * between a call and its note leaves nothing either. Can be repeated at any time.
 *
 * Undoes nothing of a build that succeeded or may still, or that has no record here: whoever asks, its record decides. What AWS refuses
 * for good, and whatever is in a region that answers nobody, holds up nothing else: the record names it.
 *
 * @param build the id of a build that has ended, or that must
 * @param undone takes what was undone, in words
 * @param isLate that it was undone already: what came after that is looked for, and no group is changed for another reason
 * @returns what became of its images
 */
export async function cleanUpBuild(build: string, undone: string[] = [], isLate = false): Promise<Discarded> {
  const record = await findRecord(build);
  if (!record || hasSucceeded(record) || !isOver(record)) return nothingDiscarded();
  for (const wait of await findWaitsOf(build)) await deleteWait(wait);
  const discarded = nothingDiscarded();
  const instances = await findInstances(build);
  const left = new Set(instances.flatMap(({ InstanceId }) => InstanceId ?? []));
  for (const instance of instances) {
    const { InstanceId = '' } = instance;
    if (isHeld(record, InstanceId)) continue;
    const what = `instance ${InstanceId}`;
    await undoAlone(discarded, what, async () => {
      await terminateInstances([instance]);
      left.delete(InstanceId);
      undone.push(what);
    });
  }
  await noteServerTaken(record, left);
  await undoChanges(record, undone, discarded, isLate);
  await nameLeft(record, discarded);
  return discarded;
}

/** What could not be undone stands in the record as long as that is so. */
async function nameLeft({ id, left: before = [] }: BuildRecord, discarded: Discarded): Promise<void> {
  const left = describeDiscarded({ ...discarded, kept: [] });
  if (left.length > 0 || before.length > 0) await updateRecord(id, { left });
}

/**
 * Undoes what came only after a build was undone: a function goes on when its build has failed, in any branch of it, and what it asks of
 * AWS may come late. What is found is named in the record.
 *
 * @returns what became of its images
 */
export async function cleanUpLate(build: string): Promise<Discarded> {
  const undone: string[] = [];
  try {
    return await cleanUpBuild(build, undone, true);
  } finally {
    // Also of what is still to be undone a part may be.
    if (undone.length > 0) await nameLate(build, undone);
  }
}

async function nameLate(build: string, undone: readonly string[]): Promise<void> {
  logger.warn(`build ${build}: after its end was found, and undone: ${undone.join('; ')}`);
  const { late = [] } = (await findRecord(build)) ?? {};
  await updateRecord(build, { late: [...new Set([...late, ...undone])] });
}

async function undoChanges(
  record: BuildRecord,
  undone: string[],
  discarded: Discarded,
  isLate: boolean,
): Promise<void> {
  // Others launch what is named: not one that people have called bad, however long groups take to go back from it, or where it goes on to serve.
  const isRevoked = (await findMaker(record.id))?.revoked !== undefined;
  if (isRevoked) await nameBefore(record, undone, discarded);
  const serves = await undoRollouts(record, undone, isLate);
  // No build has made its image good, though servers run it. One that it used again was good before, and may be better than that which it was to replace.
  if (!isRevoked && !(serves && record.reused)) await nameBefore(record, undone, discarded);
  if (serves) return;
  if (isUnapproved(record))
    await undoAlone(discarded, `that SSM parameters name ${imageOf(record)}`, async () => {
      for (const parameter of await leaveUnapproved(record)) undone.push(`SSM parameter ${parameter}`);
    });
  const others = (record.copyTo ?? []).filter((region) => region !== env('AWS_REGION'));
  addDiscarded(discarded, await discardImagesOf(record));
  // Side by side: a region that answers nobody takes its time.
  const elsewhere = await Promise.all(others.map((region) => discardImagesOf(record, region)));
  for (const more of elsewhere) addDiscarded(discarded, more);
  // Of an image that has not come to be there is a list already.
  const isImageLeft = [...discarded.kept, ...discarded.failed].length > 0;
  const lists = [record.bom?.key, record.scanned?.key].filter((key) => key !== undefined);
  if (lists.length > 0 && !isImageLeft)
    await undoAlone(discarded, `what is known of the image: ${lists.join(', ')}`, () => removeLists(record));
  for (const { imageId, region } of discarded.gone)
    undone.push(`image ${imageId}${region ? ` in ${region}` : ''}`);
  await noticeOthers(record);
}

async function nameBefore(record: BuildRecord, undone: string[], discarded: Discarded): Promise<void> {
  const named = namedBefore(record).map(({ parameter }) => parameter);
  await undoAlone(discarded, `SSM parameter ${named.join(', ')}`, async () => {
    for (const parameter of await restoreNewestImage(record)) undone.push(`SSM parameter ${parameter}`);
  });
}

/** One that somebody else has removed is no more either. Where that is not known now, the night looks. */
async function noticeOthers({ imageId, copies = [] }: BuildRecord): Promise<void> {
  const ids = [imageId, ...copies.map((copy) => copy.imageId)].filter((id) => id !== undefined);
  const looks = ids.map(async (id) => {
    try {
      await noticeGone(id);
    } catch (error) {
      logger.warn(`whether the image ${id} is gone is not known`, error as Error);
    }
  });
  await Promise.all(looks);
}
