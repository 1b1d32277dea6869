import { listOpen } from '../../build/open';
import {
  type BuildRecord,
  findRecord,
  hasSucceeded,
  imageOf,
  isOver,
  listRecords,
  namedBefore,
} from '../../build/record';
import { findMaker } from '../../build/release/reuse';
import { InvalidPipeline } from '../../errors';
import { seePipelines } from '../../pipeline/pushed/find';
import { templatesOf } from '../../rollout/version/configuration';

/** What Kiln itself needs. */
export interface Needs {
  /** By image: who needs it, in words. */
  images: Map<string, string>;
  /** Launch template versions that a build which runs, or is undone, may have to put back, as `lt-… 7`. */
  versions: Set<string>;
}

/** Some builds back: those that were refused before their base image was known have none. */
const BUILDS = 5;

/**
 * The images that a pipeline or a running build refers to: as the base of the next image, as the one that is just being made or
 * copied, as the one to which a failure would go back, or as the one to which people want to go back: also while that is not planned yet.
 *
 * @throws InvalidPipeline if a pipeline cannot be read
 */
export async function findNeeds(): Promise<Needs> {
  const { pipelines, unreadable } = await seePipelines();
  if (unreadable.size > 0)
    throw new InvalidPipeline(
      `What pipeline ${[...unreadable].join(', ')} is built on is not known: no image is retired until it can be read.`,
    );
  const images = new Map<string, string>();
  const versions = new Set<string>();
  for (const { name, definition } of pipelines) {
    images.set(definition.base.image, `pipeline ${name} is built on it`);
    // A reference leads to what it led to last.
    const newest = (await listRecords(name, BUILDS)).find(({ baseImageId }) => baseImageId);
    if (newest?.baseImageId) images.set(newest.baseImageId, `pipeline ${name} is built on it`);
  }
  for (const record of await findUnfinished()) {
    if (record.status === 'RUNNING')
      for (const id of imagesOf(record)) images.set(id, `build ${record.id}, which runs, refers to it`);
    const restored = await findRestored(record);
    if (restored) images.set(restored, `build ${record.id} goes back to it`);
    for (const { launchTemplateId, currentVersion } of (record.targets ?? []).flatMap(templatesOf))
      versions.add(`${launchTemplateId} ${currentVersion}`);
  }
  return { images, versions };
}

/** Those that run, and those that failed and are still to be undone: their groups go back to what they had. */
async function findUnfinished(): Promise<BuildRecord[]> {
  const found = await Promise.all((await listOpen()).map(({ build }) => findRecord(build)));
  return found.filter((record) => record !== undefined).filter((record) => !hasSucceeded(record));
}

/** The image to which a build goes back that waits for its turn, or runs. */
async function findRestored(record: BuildRecord): Promise<string | undefined> {
  if (!record.rollback || isOver(record)) return undefined;
  return (await findMaker(record.rollback.build))?.imageId;
}

function imagesOf(record: BuildRecord): string[] {
  const { baseImageId, copies = [] } = record;
  const ids = [
    imageOf(record),
    baseImageId,
    ...namedBefore(record).flatMap(({ value }) => value ?? []),
    ...copies.map((copy) => copy.imageId),
  ];
  return ids.filter((id) => id !== undefined);
}
