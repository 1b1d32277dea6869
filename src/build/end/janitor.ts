import { discardLeftovers, settleDiscarded } from '../../image/discard';
import { findImages, findSnapshots } from '../../image/find';
import { findAllInstances, findInstances, terminateInstances } from '../../image/instances';
import { noticeAllGone } from '../../image/watch/gone';
import { logger } from '../../log';
import { loadPipelines } from '../../pipeline/load';
import { pipelinesFolder } from '../../pipelines-folder';
import { tagOf } from '../../tags';
import { findWaitsOf } from '../../wait/store';
import { findExecution } from '../execution';
import { pipelineOf } from '../id';
import { findLockHolder, releaseLock } from '../lock';
import { listOpen } from '../open';
import { startQueuedBuild } from '../queue';
import { type BuildRecord, findRecord } from '../record';
import { attendBuild } from './attend';
import { cleanUpBuild } from './clean-up';

const BUILT = [{ Name: 'tag-key', Values: ['kiln:build'] }];

/**
 * Each night: removes what is tagged with a build that is over, but for the images of builds that succeeded; ends the
 * builds whose end nobody noticed, since events are best effort; starts a request that was forgotten in the queue; tells the records
 * of images that are gone.
 */
export async function tidyUp(): Promise<void> {
  const builds = await findBuilds();
  const problems: unknown[] = [];
  for (const build of builds) await tidyBuild(build).catch((problem) => problems.push(problem));
  for (const { name } of await loadPipelines(pipelinesFolder()))
    await startQueuedBuild(name).catch((problem) => problems.push(problem));
  await noticeAllGone().catch((problem) => problems.push(problem));
  // One build that cannot be tidied must not keep the others from it.
  if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('; '));
}

/** All builds that something in AWS is tagged with, here or where images are copied to, or that hold a lock. */
async function findBuilds(): Promise<Set<string>> {
  const pipelines = await loadPipelines(pipelinesFolder());
  const copyTo = new Set(pipelines.flatMap(({ definition }) => definition.image.copyTo));
  const regions = [undefined, ...copyTo];
  const found = await Promise.all([
    findAllInstances(),
    ...regions.map((region) => findImages(BUILT, region)),
    ...regions.map((region) => findSnapshots(BUILT, region)),
  ]);
  const open = (await listOpen()).map(({ build }) => build);
  const holders = await Promise.all(pipelines.map(({ name }) => findLockHolder(name)));
  const tagged = found.flat().map((resource) => tagOf(resource, 'kiln:build'));
  return new Set([...tagged, ...open, ...holders].filter((build) => build !== undefined));
}

async function tidyBuild(build: string): Promise<void> {
  const record = await findRecord(build);
  switch (record?.status) {
    case 'QUEUED':
    case 'RUNNING':
      return attendBuild(build);
    case 'SUCCEEDED':
      return removeBeside(record);
    case undefined:
      // People's tools copy tags, and another deployment has records of its own: without one nothing is known to be ours.
      return logger.warn(
        `something is tagged kiln:build ${build}, of which there is no record here: left alone`,
      );
    default:
      settleDiscarded(await cleanUpBuild(build));
      // None holds one, unless it ended in the moment in which it took it.
      return releaseLock(pipelineOf(build), build);
  }
}

/** Removes what a build made beside its images. */
async function removeBeside(record: BuildRecord): Promise<void> {
  const { id, copies = [] } = record;
  if ((await findExecution(id))?.status === 'RUNNING' || (await findWaitsOf(id)).length > 0) return;
  for (const region of [undefined, ...copies.map((copy) => copy.region)])
    await discardLeftovers(record, region);
  await terminateInstances(await findInstances(id));
}
