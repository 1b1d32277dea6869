import { env } from '../../env';
import { ImageFailed, ImageRefused, NothingToRollBackTo } from '../../errors';
import { findImages } from '../../image/find';
import type { Pipeline } from '../../pipeline/pipeline';
import { getItem, type Key, putItem, REMOVED, setPaths } from '../../table';
import { isBuildId, pipelineOf, requestedAt } from '../id';
import { type BuildRecord, byTurns, findRecord, imageOf, keyOfRecord, readRecords } from '../record';
import { findFormerNames } from '../removed/register';
import type { Plan } from '../state';

/** The image of an earlier build that is used instead of a new one. */
export type Reuse = NonNullable<Plan['reuse']>;

/** The build that last made an image of a fingerprint. */
interface Baked {
  build: string;
  /** The number of that build. */
  fence: number;
}

/** A year, as records are kept. */
const KEPT_SECONDS = 365 * 24 * 60 * 60;

function keyOf(pipeline: string, fingerprint: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: `BAKED#${fingerprint}` };
}

/** Remembers by its fingerprint that a build made a good image. That of a later turn stays. */
export async function rememberBaked(record: BuildRecord): Promise<void> {
  if (record.status === 'SUCCEEDED') await keepBaked(record);
}

async function keepBaked({ id, pipeline, fence = 0, fingerprint, imageId }: BuildRecord): Promise<void> {
  if (!fingerprint || !imageId) return;
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  const baked: Baked = { build: id, fence };
  await putItem(
    { ...keyOf(pipeline, fingerprint), ...baked, expiresAt },
    { expression: 'attribute_not_exists(#fence) OR #fence < :fence', values: { ':fence': fence } },
  );
}

/**
 * Finds an image of a pipeline that has a fingerprint already: baking another would make the same.
 *
 * @returns undefined where there is none that could be used: it is gone, lacks a copy, or is older than the pipeline allows
 * @throws ImageRefused if people have rolled back from it or have called it bad, or left it unapproved: a new one would be as bad
 */
export async function findReusable(
  { name, definition: { image } }: Pipeline,
  fingerprint: string,
): Promise<Reuse | undefined> {
  const baked = await getItem<Baked>(keyOf(name, fingerprint));
  const record = baked && (await findRecord(baked.build));
  if (!record) return undefined;
  const refusal = findRefusal(record);
  if (refusal)
    throw new ImageRefused(
      `This build would make the image ${record.imageId} of build ${record.id} again, all that shapes it is the same, and ${refusal}. Change what was wrong with it, or say force.`,
    );
  const { startedAt = '' } = record;
  const { copyTo, rebuildAfter } = image;
  if (rebuildAfter !== undefined && Date.parse(startedAt) + rebuildAfter * 1000 < Date.now())
    return undefined;
  const regions = [env('AWS_REGION'), ...copiesOf(record).map(({ region }) => region)];
  if (copyTo.some((region) => !regions.includes(region))) return undefined;
  return (await isAvailable(record)) ? reuseOf(record) : undefined;
}

/** Why the image of a build is used no more, in words. */
export function findRefusal({ rolledBack, revoked }: BuildRecord): string | undefined {
  if (revoked)
    return `${revoked.by ?? 'somebody'} revoked it at ${revoked.at}${revoked.reason ? `: ${revoked.reason}` : ''}`;
  return rolledBack && (rolledBack.why ?? `build ${rolledBack.by} rolled back from it at ${rolledBack.at}`);
}

function reuseOf(record: BuildRecord): Reuse {
  const { id, imageId = '' } = record;
  return { build: id, image: { id: imageId }, copies: copiesOf(record) };
}

/** Those that are there, as far as it is known. */
function copiesOf({ copies = [], gone = {} }: BuildRecord): Reuse['copies'] {
  return copies.filter(({ imageId }) => !gone[imageId]);
}

async function isAvailable({ imageId, gone = {} }: BuildRecord): Promise<boolean> {
  if (imageId === undefined || gone[imageId]) return false;
  const [image] = await findImages([{ Name: 'image-id', Values: [imageId] }]);
  return image?.State === 'available';
}

/** The record of the build that made the image which a build rolled out: its own, or the one whose image it used again. */
export async function findMaker(build: string): Promise<BuildRecord | undefined> {
  const record = await findRecord(build);
  return record?.reused ? findRecord(record.reused.build) : record;
}

/**
 * Makes sure that nobody has called the image of a build bad since it was made or chosen.
 *
 * @throws ImageFailed with who did, and why
 */
export async function checkNotRevoked(build: string): Promise<void> {
  const maker = await findMaker(build);
  if (maker?.revoked)
    throw new ImageFailed(
      `The image ${maker.imageId} of build ${maker.id} is used no more: ${findRefusal(maker)}.`,
    );
}

/**
 * Finds the build whose image a pipeline shall go back to.
 *
 * @param build as it was asked for; it may itself have used an image again, or be of a name that the pipeline had before
 * @throws NothingToRollBackTo if there is no such image any more, or if it was revoked
 */
export async function findRestorable(
  pipeline: string,
  build: string,
): Promise<{ asked: BuildRecord; maker: BuildRecord; reuse: Reuse }> {
  const isOwn =
    isBuildId(build) &&
    (pipelineOf(build) === pipeline || (await findFormerNames(pipeline)).includes(pipelineOf(build)));
  const asked = isOwn ? await findRecord(build) : undefined;
  if (!asked) refuse(build, `there is no build ${build} of pipeline ${pipeline}`);
  const maker = asked.reused ? await findRecord(asked.reused.build) : asked;
  if (maker?.status !== 'SUCCEEDED' || !maker.imageId)
    refuse(build, `build ${build} is ${asked.status}: it made no good image`);
  if (maker.revoked) refuse(build, `the image ${maker.imageId} of build ${build}: ${findRefusal(maker)}`);
  if (!(await isAvailable(maker)))
    refuse(build, `the image ${maker.imageId} of build ${build} is not available any more`);
  return { asked, maker, reuse: reuseOf(maker) };
}

function refuse(build: string, why: string): never {
  throw new NothingToRollBackTo(
    `It can't be gone back to build ${build}: ${why}. GET the builds of the pipeline for others.`,
    {
      fields: [{ field: 'body.build', detail: why }],
    },
  );
}

/** What is asked of a pipeline here: whether it has groups. */
interface Fleet {
  name: string;
  definition: { rollout: readonly unknown[] };
}

/** Whether a build brought an image to the groups of its pipeline or, where that has none, was to. */
export function hasServed(record: BuildRecord, { definition }: Pick<Fleet, 'definition'>): boolean {
  const { status, rollout, rollouts } = record;
  const isRolledOut = definition.rollout.length === 0 || Object.keys(rollouts).length > 0;
  return status === 'SUCCEEDED' && rollout !== false && isRolledOut && imageOf(record) !== undefined;
}

/**
 * The builds whose images a pipeline has served, that which it serves now first: also of those that were for once only, and of those that it had
 * under a former name.
 *
 * @param since when the oldest was asked for that anybody wants to know of, milliseconds since 1970
 */
async function* readServed(pipeline: Fleet, since = 0): AsyncGenerator<BuildRecord> {
  yield* readServedAs(pipeline.name, pipeline, since);
  for (const former of await findFormerNames(pipeline.name)) yield* readServedAs(former, pipeline, since);
}

async function* readServedAs(name: string, pipeline: Fleet, since: number): AsyncGenerator<BuildRecord> {
  for await (const page of readRecords(name)) {
    yield* byTurns(page.filter((record) => hasServed(record, pipeline)));
    const last = page.at(-1);
    if (last && requestedAt(last.id) < since) return;
  }
}

/** The record of the build that made the image which a pipeline serves now; undefined where it has served none. */
export async function findServed(pipeline: Fleet): Promise<BuildRecord | undefined> {
  for await (const last of readServed(pipeline)) return findMaker(last.id);
  return undefined;
}

/**
 * Finds the build that made the image which a pipeline served before the one that it serves now.
 *
 * @param from the build that made the image which is served now
 * @throws NothingToRollBackTo if no such image is left
 */
export async function findImageBefore(pipeline: Pipeline, from: BuildRecord): Promise<string> {
  const known = new Set([from.id]);
  for await (const { id, reused } of readServed(pipeline)) {
    const made = reused?.build ?? id;
    if (known.has(made)) continue;
    known.add(made);
    const maker = await findRecord(made);
    if (maker && !findRefusal(maker) && (await isAvailable(maker))) return made;
  }
  throw new NothingToRollBackTo(
    `Pipeline ${pipeline.name} serves the image ${from.imageId} of build ${from.id}, and no image that it served before is left. image.keep says how many are kept.`,
  );
}

/**
 * Finds among images the one that a pipeline with groups would go back to from the one that it serves now.
 *
 * @param made the records of the builds that made them
 * @returns the build that made it; undefined where there is none
 */
export async function findAmongBefore(
  pipeline: string,
  made: readonly BuildRecord[],
): Promise<string | undefined> {
  const fleet: Fleet = { name: pipeline, definition: { rollout: ['any'] } };
  const good = new Set(made.filter((one) => findRefusal(one) === undefined).map(({ id }) => id));
  // Who serves an image was asked for after whoever made it, or is that.
  const since = Math.min(...[...good].map(requestedAt));
  let served: string | undefined;
  for await (const { id, reused } of readServed(fleet, since)) {
    const maker = reused?.build ?? id;
    served ??= maker;
    if (maker !== served && good.has(maker)) return maker;
  }
  return undefined;
}

/** Notes at the end of a rollback that people have gone back from an image, and that they trust the one that they went back to. */
export async function noteRollback(record: BuildRecord): Promise<void> {
  const { id, rollback, rolledBackFrom: from, reused, endedAt } = record;
  if (!rollback || !reused) return;
  const isThere = { expression: 'attribute_exists(#pk)' };
  await setPaths(keyOfRecord(reused.build), [[['rolledBack'], REMOVED]], isThere);
  if (!from || from === reused.build) return;
  const rolledBack = { at: endedAt ?? new Date().toISOString(), by: id };
  await setPaths(keyOfRecord(from), [[['rolledBack'], rolledBack]], isThere);
}

/** Whether nobody has approved a build in time, and its pipeline has that taken for a rollback (`approval.onTimeout`). */
export function isUnapproved({ approval, error }: Pick<BuildRecord, 'approval' | 'error'>): boolean {
  if (approval?.onTimeout !== 'rollback') return false;
  return approval.decision === 'expired' || error?.name === 'ApprovalTimedOut';
}

/**
 * Has the image of a build that nobody approved be refused from then on, as one that people went back from: its own, which is removed and
 * would be made again, or that of an earlier build. One that is served already, on other groups, is none that was gone back from.
 */
export async function noteUnapproved(record: BuildRecord): Promise<void> {
  const { id, pipeline, reused, approval, endedAt, targets = [] } = record;
  if (reused) {
    const served = await findServed({ name: pipeline, definition: { rollout: targets } });
    if (served?.id === reused.build) return;
  }
  const rolledBack = {
    at: endedAt ?? new Date().toISOString(),
    by: id,
    why: `nobody approved build ${id} until ${approval?.expiresAt}`,
  };
  await setPaths(keyOfRecord(reused?.build ?? id), [[['rolledBack'], rolledBack, 'unlessThere']], {
    expression: 'attribute_exists(#pk)',
  });
  if (!reused) await keepBaked(record);
}
