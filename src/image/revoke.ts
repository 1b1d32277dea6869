import { isBuildId, requestedAt } from '../build/id';
import type { Unmade } from '../build/plan/unmade';
import { type BuildRecord, findRecord, getRecord, imageOf, keyOfRecord, type Revoked } from '../build/record';
import { findRefusal } from '../build/release/reuse';
import { NotRevoked, TransientFailure, UnknownImage } from '../errors';
import { shorten } from '../pipeline/definition/expected';
import type { Pipeline } from '../pipeline/pipeline';
import { findWish, type Wish } from '../rollout/view/wanted';
import { REMOVED, setPaths } from '../table';
import { ownService, SERVICE_TAG, tagOf } from '../tags';
import { findImages } from './find';
import { findEarlierNamed, moveParameter } from './parameter';
import { findBuildOf } from './watch/gone';

/** Who calls an image bad, or good again, and why. */
export interface Revoking {
  by?: string | undefined;
  reason: string;
}

/** What became of an image that was revoked. */
export interface Revocation {
  imageId: string;
  /** When and why it was revoked first. */
  at: string;
  reason: string;
  /** The record of the build that made it. */
  maker: BuildRecord;
  /** The pipelines whose groups should run it, as their records say. */
  served: string[];
  /** The SSM parameters of its pipeline that named it, and what each names now. */
  moved: { parameter: string; imageId: string }[];
}

/** What became of an image whose revocation was taken back. */
export interface Unrevocation {
  imageId: string;
  /** The revocation that was taken back. */
  revoked: Revoked;
  /** Why it is used no more all the same, in words. */
  notUsed?: string | undefined;
  /** The SSM parameters of its pipeline that named an earlier image, and what each names now. */
  moved: Revocation['moved'];
}

const IMAGE_ID = /^ami-[0-9a-f]{8,17}$/;

/**
 * Marks an image bad, in the record of the build that made it: from then on no plan uses it again, nobody can go back to it, and no build
 * that uses it just then comes to a good end. Who revoked it first, and why, stays. Moves nothing back but the SSM parameters of its
 * pipeline, where those name it. The image itself stays as it is: servers that run it could else not be replaced until their group is
 * brought to another.
 *
 * @param imageId that of an image, or of a copy in another region
 * @param unmade is told what AWS denies, and what is left to people
 * @throws UnknownImage if no build of this deployment made it, or it is gone
 */
export async function revokeImage(
  imageId: string,
  { by, reason }: Revoking,
  pipelines: readonly Pipeline[],
  unmade: Unmade,
): Promise<Revocation> {
  const maker = await findMakerOf(imageId);
  const revoked = { at: new Date().toISOString(), ...(by && { by }), reason };
  await setPaths(keyOfRecord(maker.id), [[['revoked'], revoked]], {
    expression: 'attribute_exists(#pk) AND attribute_not_exists(#revoked)',
  });
  const first = (await findRecord(maker.id))?.revoked;
  const own = maker.imageId ?? '';
  const wish = await findWish(pipelines);
  const moved = await moveBack(maker, wish, unmade);
  const served = [...wish.groups.values()].flatMap(({ record }) =>
    imageOf(record) === own ? [record.pipeline] : [],
  );
  return {
    imageId: own,
    at: first?.at ?? revoked.at,
    reason: first?.reason ?? reason,
    maker,
    served: [...new Set(served)].sort(),
    moved,
  };
}

/**
 * Takes back that an image is revoked: from then on builds may use it again, and people may go back to it. Who did, when and why stands in
 * the record of the build that made it, with the revocation. That people went back from it because of that counts no more; that they did before it stays.
 * Rolls nothing out. The SSM parameters of its pipeline name it again if it is the newest good image and they name an earlier one, as `revokeImage` has left them.
 *
 * @param imageId that of an image, or of a copy in another region
 * @param unmade is told what AWS denies, or did not answer
 * @throws UnknownImage if no build of this deployment made it
 * @throws NotRevoked if it is not revoked
 */
export async function unrevokeImage(
  imageId: string,
  { by, reason }: Revoking,
  pipelines: readonly Pipeline[],
  unmade: Unmade,
): Promise<Unrevocation> {
  const { id } = await findMakerOf(imageId);
  const revoked = await takeBack(id, { by, reason });
  const maker = await getRecord(id);
  const { imageId: own = '', gone = {} } = maker;
  const lost = gone[own];
  const notUsed = findRefusal(maker) ?? (lost && `it is gone since ${lost.at}: ${lost.why}`);
  // It is taken back, whatever AWS says now: whoever asked again would be told that it is not revoked.
  const moved = await moveForth(maker, pipelines, unmade).catch((error: Error) => {
    unmade.words.push(
      `The SSM parameters of pipeline ${maker.pipeline} may name an earlier image still: ${error.message}`,
    );
    return [];
  });
  return { imageId: own, revoked, notUsed, moved };
}

const MOST_TRIES = 20;
/** So many are kept of an image. */
const MOST_TAKEN_BACK = 20;

/** @returns the revocation that is no more */
async function takeBack(build: string, { by, reason }: Revoking): Promise<Revoked> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { imageId, revoked, rolledBack, unrevoked = [] } = await getRecord(build);
    if (!revoked) throw new NotRevoked(describeNotRevoked(imageId, unrevoked.at(-1)));
    const done = { at: new Date().toISOString(), ...(by && { by }), reason, revoked };
    const isOfIt = rolledBack && !rolledBack.why && requestedAt(rolledBack.by) >= Date.parse(revoked.at);
    const isTaken = await setPaths(
      keyOfRecord(build),
      [
        [['unrevoked'], [...unrevoked, done].slice(-MOST_TAKEN_BACK)],
        [['revoked'], REMOVED],
        ...(isOfIt ? ([[['rolledBack'], REMOVED]] as const) : []),
      ],
      {
        expression: `#revoked.#at = :revoked AND ${rolledBack ? '#rolledBack.#at = :back' : 'attribute_not_exists(#rolledBack)'}`,
        values: { ':revoked': revoked.at, ...(rolledBack && { ':back': rolledBack.at }) },
      },
    );
    if (isTaken) return revoked;
  }
  throw new TransientFailure(`The record of build ${build} is being changed by others.`);
}

function describeNotRevoked(
  imageId: string | undefined,
  last: { at: string; by?: string } | undefined,
): string {
  const since = last ? ` any more: ${last.by ?? 'somebody'} took that back at ${last.at}` : '';
  return `The image ${imageId} is not revoked${since}. There is nothing to take back.`;
}

/** The record of the build that provably made an image: tags alone say nothing. */
async function findMakerOf(imageId: string): Promise<BuildRecord> {
  if (!IMAGE_ID.test(imageId))
    throw new UnknownImage(`"${shorten(imageId)}" is not the id of an image, expected one like ami-0123….`);
  const known = await findBuildOf(imageId);
  const [image] = known ? [] : await findImages([{ Name: 'image-id', Values: [imageId] }]);
  const tagged = image && tagOf(image, SERVICE_TAG) === ownService() ? tagOf(image, 'kiln:build') : undefined;
  const build = known ?? tagged ?? '';
  const record = isBuildId(build) ? await findRecord(build) : undefined;
  const isOwn = record?.imageId === imageId || record?.copies?.some((copy) => copy.imageId === imageId);
  if (record?.imageId && isOwn) return record;
  throw new UnknownImage(
    image
      ? `No build of this deployment of Kiln made the image ${imageId}: it can revoke its own alone.`
      : `There is no image ${imageId} that a build of this deployment of Kiln made.`,
  );
}

/** Others launch what the parameters name. */
async function moveBack(
  { id, imageId = '', pipeline, parameter, channels }: BuildRecord,
  wish: Wish,
  unmade: Unmade,
): Promise<Revocation['moved']> {
  const moved: Revocation['moved'] = [];
  for (const [name, build] of listNamed({ pipeline, parameter, channels }, wish)) {
    const to = build && imageOf(build);
    const how = await unmade.unlessDenied(`the SSM parameter ${name} names it`, () =>
      moveParameter(id, name, imageId, to),
    );
    if (how === 'moved' && to) moved.push({ parameter: name, imageId: to });
    if (how === 'noOther')
      unmade.words.push(
        `The SSM parameter ${name} still names it: pipeline ${pipeline} has no other good image. Build one, or write another into it.`,
      );
  }
  return moved;
}

/** What a build's image was taken out of when it was revoked. */
async function moveForth(
  maker: BuildRecord,
  pipelines: readonly Pipeline[],
  unmade: Unmade,
): Promise<Revocation['moved']> {
  const { id, imageId = '' } = maker;
  const moved: Revocation['moved'] = [];
  for (const [name, build] of listNamed(maker, await findWish(pipelines))) {
    if (!build || imageOf(build) !== imageId) continue;
    const how = await unmade.unlessDenied(`the SSM parameter ${name} names an earlier image`, async () => {
      const earlier = await findEarlierNamed(name, maker);
      return earlier && moveParameter(id, name, earlier, imageId);
    });
    if (how === 'moved') moved.push({ parameter: name, imageId });
  }
  return moved;
}

/** The SSM parameters of a pipeline, each with the build whose image it should name. */
function listNamed(
  { pipeline, parameter, channels = {} }: Pick<BuildRecord, 'pipeline' | 'parameter' | 'channels'>,
  wish: Wish,
): (readonly [name: string, build: BuildRecord | undefined])[] {
  const [newest, proven] = [wish.newest.get(pipeline), wish.proven.get(pipeline)];
  const all = [
    [parameter, newest],
    [channels.tested, newest],
    [channels.proven, proven],
  ] as const;
  return all.flatMap(([name, build]) => (name ? [[name, build] as const] : []));
}
