import { discardImagesOf } from '../../image/discard';
import { findInstances, terminateInstances } from '../../image/instances';
import { restoreNewestImage } from '../../image/parameter';
import { undoRollouts } from '../../rollout/undo';
import { deleteWait, findWaitsOf } from '../../wait/store';
import { type BuildRecord, findRecord, isOver } from '../record';

/**
 * Undoes all that a build made and that is not serving: its rollouts, its instances, its image with snapshots and
 * copies; restores what it changed. What it made is found by tags, not only by the record, so a build that died
 * between a call and its note leaves nothing either. Can be repeated at any time.
 *
 * Undoes nothing of a build that succeeded or may still: whoever asks, its record decides.
 *
 * @param build the id of a build that has ended, or that must
 */
export async function cleanUpBuild(build: string): Promise<void> {
  const record = await findRecord(build);
  if (record && (record.status === 'SUCCEEDED' || !isOver(record))) return;
  for (const wait of await findWaitsOf(build)) await deleteWait(wait);
  await terminateInstances(await findInstances(build));
  if (record) await undoChanges(record);
  else await discardImagesOf(build);
}

async function undoChanges(record: BuildRecord): Promise<void> {
  if (await undoRollouts(record)) return;
  await restoreNewestImage(record);
  for (const region of [undefined, ...(record.copyTo ?? [])]) await discardImagesOf(record.id, region);
}
