import { findGoodImages } from '../../image/retire';
import { findLockHolder } from '../lock';
import { listQueued } from '../queue';
import { type BuildRecord, listRecords } from '../record';
import { findHold } from '../unattended/hold';
import { type Decision, listRegistered } from './register';

/** What is left of a pipeline whose folder is gone. */
export interface RemovedPipeline {
  pipeline: string;
  /** What a person has decided of it; none: nobody has yet. */
  decided?: Decision;
  /** Its good images here, and their copies with the region that each is in. */
  images: string[];
  /** The SSM parameters that name its images, its channels among them. */
  parameters: string[];
  /** Its builds, the newest first; the newest hundred. */
  builds: string[];
  /** The build that still holds its lock. */
  lockedBy?: string;
  /** The build that still waits for it, the next one. */
  queued?: string;
  /** Since when schedules and events were to start nothing. */
  heldSince?: string;
}

/** As many as are looked at: what older builds had, newer ones had too. */
const BUILDS = 100;

/**
 * The pipelines that have had builds here and whose folders are gone.
 *
 * @param living the names of those that are there
 * @param names further pipelines of which something was found in AWS
 */
export async function findRemoved(
  living: ReadonlySet<string>,
  names: Iterable<string> = [],
): Promise<{ pipeline: string; decided?: Decision }[]> {
  const registered = await listRegistered();
  const known = new Set(registered.map(({ pipeline }) => pipeline));
  const others = [...new Set(names)].filter((name) => !known.has(name)).map((pipeline) => ({ pipeline }));
  return [...registered, ...others].filter(({ pipeline }) => !living.has(pipeline));
}

/** Lists all that is left of a removed pipeline. */
export async function describeRemoved(pipeline: string, decided?: Decision): Promise<RemovedPipeline> {
  const records = await listRecords(pipeline, BUILDS);
  const made = await findGoodImages([pipeline]);
  const copies = made.flatMap(({ record }) => record.copies ?? []);
  const [lockedBy, [queued], hold] = await Promise.all([
    findLockHolder(pipeline),
    listQueued(pipeline),
    findHold(pipeline),
  ]);
  return {
    pipeline,
    ...(decided && { decided }),
    images: [
      ...made.map(({ image }) => image.ImageId ?? ''),
      ...copies.map(({ imageId, region }) => `${imageId} in ${region}`),
    ],
    parameters: parametersOf(records),
    builds: records.map(({ id }) => id),
    ...(lockedBy && { lockedBy }),
    ...(queued && { queued }),
    ...(hold?.held && { heldSince: hold.held.since }),
  };
}

function parametersOf(records: readonly BuildRecord[]): string[] {
  const named = records.flatMap(({ parameter, channels = {} }) => [
    parameter,
    channels.tested,
    channels.proven,
  ]);
  return [...new Set(named.filter((name) => name !== undefined))];
}

/** That nothing of a removed pipeline is there any more, or never was: it was pushed and never built. */
export function isNothingLeft({ images, builds, lockedBy, queued }: RemovedPipeline): boolean {
  return images.length === 0 && builds.length === 0 && !lockedBy && !queued;
}

/** The regions that images of a pipeline were copied to. */
export async function findRegionsOf(pipeline: string): Promise<string[]> {
  const records = await listRecords(pipeline, BUILDS);
  return records.flatMap(({ copyTo = [], copies = [] }) => [
    ...copyTo,
    ...copies.map(({ region }) => region),
  ]);
}

/** One removed pipeline in words, with what to do. */
export function describeInWords(one: RemovedPipeline): string {
  const { pipeline, images, parameters, builds, lockedBy, queued, heldSince } = one;
  const left = [
    `${images.length} images${images.length > 0 ? ` (${images.join(', ')})` : ''}`,
    ...parameters.map((name) => `the SSM parameter ${name}`),
    `the records of ${builds.length === BUILDS ? `${BUILDS} or more` : builds.length} builds`,
    ...(lockedBy ? [`its lock, which build ${lockedBy} has`] : []),
    ...(queued ? [`build ${queued} in its queue`] : []),
    ...(heldSince ? [`its hold since ${heldSince}`] : []),
  ];
  return `Pipeline ${pipeline} has no folder any more, and has left ${left.join(', ')}.`;
}
