import { env } from '../../env';
import { addDiscarded, type Discarded, discardImagesOf, nothingDiscarded } from '../../image/discard';
import { findInstances, terminateInstances } from '../../image/instances';
import { restoreNewestImage } from '../../image/parameter';
import { noticeGone } from '../../image/watch/gone';
import { logger } from '../../log';
import { undoRollouts } from '../../rollout/undo/undo';
import { deleteWait, findWaitsOf } from '../../wait/store';
import { type BuildRecord, findRecord, isOver, updateRecord } from '../record';

/**
 * Undoes all that a build made and that is not serving: its rollouts, its instances, its image with snapshots and
 * copies; restores what it changed. What it made is looked for, not only read in the record, so a build that died
 * between a call and its note leaves nothing either. Can be repeated at any time.
 *
 * Undoes nothing of a build that succeeded or may still, or that has no record here: whoever asks, its record decides.
 *
 * @param build the id of a build that has ended, or that must
 * @param undone takes what was undone, in words
 * @returns what became of its images
 */
export async function cleanUpBuild(build: string, undone: string[] = []): Promise<Discarded> {
  const record = await findRecord(build);
  if (!record || record.status === 'SUCCEEDED' || !isOver(record)) return nothingDiscarded();
  for (const wait of await findWaitsOf(build)) await deleteWait(wait);
  const instances = await findInstances(build);
  await terminateInstances(instances);
  for (const { InstanceId } of instances) undone.push(`instance ${InstanceId}`);
  return undoChanges(record, undone);
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
    return await cleanUpBuild(build, undone);
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

async function undoChanges(record: BuildRecord, undone: string[]): Promise<Discarded> {
  const discarded = nothingDiscarded();
  if (await undoRollouts(record, undone)) return discarded;
  if (await restoreNewestImage(record)) undone.push(`SSM parameter ${record.previousImage?.parameter}`);
  const others = (record.copyTo ?? []).filter((region) => region !== env('AWS_REGION'));
  for (const region of [undefined, ...others]) addDiscarded(discarded, await discardImagesOf(record, region));
  for (const { imageId, region } of discarded.gone)
    undone.push(`image ${imageId}${region ? ` in ${region}` : ''}`);
  // One that somebody else has removed is no more either.
  for (const { imageId } of [record, ...(record.copies ?? [])]) if (imageId) await noticeGone(imageId);
  return discarded;
}
