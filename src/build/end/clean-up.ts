import { env } from '../../env';
import { addDiscarded, type Discarded, discardImagesOf, nothingDiscarded } from '../../image/discard';
import { findInstances, terminateInstances } from '../../image/instances';
import { restoreNewestImage } from '../../image/parameter';
import { noticeGone } from '../../image/watch/gone';
import { undoRollouts } from '../../rollout/undo/undo';
import { deleteWait, findWaitsOf } from '../../wait/store';
import { type BuildRecord, findRecord, isOver } from '../record';

/**
 * Undoes all that a build made and that is not serving: its rollouts, its instances, its image with snapshots and
 * copies; restores what it changed. What it made is looked for, not only read in the record, so a build that died
 * between a call and its note leaves nothing either. Can be repeated at any time.
 *
 * Undoes nothing of a build that succeeded or may still, or that has no record here: whoever asks, its record decides.
 *
 * @param build the id of a build that has ended, or that must
 * @returns what became of its images
 */
export async function cleanUpBuild(build: string): Promise<Discarded> {
  const record = await findRecord(build);
  if (!record || record.status === 'SUCCEEDED' || !isOver(record)) return nothingDiscarded();
  for (const wait of await findWaitsOf(build)) await deleteWait(wait);
  await terminateInstances(await findInstances(build));
  return undoChanges(record);
}

async function undoChanges(record: BuildRecord): Promise<Discarded> {
  const discarded = nothingDiscarded();
  if (await undoRollouts(record)) return discarded;
  await restoreNewestImage(record);
  const others = (record.copyTo ?? []).filter((region) => region !== env('AWS_REGION'));
  for (const region of [undefined, ...others]) addDiscarded(discarded, await discardImagesOf(record, region));
  // One that somebody else has removed is no more either.
  for (const { imageId } of [record, ...(record.copies ?? [])]) if (imageId) await noticeGone(imageId);
  return discarded;
}
