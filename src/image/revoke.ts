import { isBuildId } from '../build/id';
import type { Unmade } from '../build/plan/unmade';
import { type BuildRecord, findRecord, imageOf, keyOfRecord } from '../build/record';
import { UnknownImage } from '../errors';
import type { Pipeline } from '../pipeline/definition';
import { shorten } from '../pipeline/expected';
import { findWish, type Wish } from '../rollout/view/wanted';
import { setPaths } from '../table';
import { ownService, SERVICE_TAG, tagOf } from '../tags';
import { findImages } from './find';
import { moveParameter } from './parameter';
import { findBuildOf } from './watch/gone';

/** Who calls an image bad, and why. */
export interface Revoking {
  by?: string | undefined;
  reason: string;
}

/** What became of an image that was revoked. */
export interface Revocation {
  imageId: string;
  /** Why it was revoked first. */
  reason: string;
  /** The record of the build that made it. */
  maker: BuildRecord;
  /** The pipelines whose groups should run it, as their records say. */
  served: string[];
  /** The SSM parameters of its pipeline that named it, and what each names now. */
  moved: { parameter: string; imageId: string }[];
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
    reason: first?.reason ?? reason,
    maker,
    served: [...new Set(served)].sort(),
    moved,
  };
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
  { id, imageId = '', pipeline, parameter, channels = {} }: BuildRecord,
  wish: Wish,
  unmade: Unmade,
): Promise<Revocation['moved']> {
  const moved: Revocation['moved'] = [];
  const [newest, proven] = [wish.newest.get(pipeline), wish.proven.get(pipeline)];
  const all = [
    [parameter, newest],
    [channels.tested, newest],
    [channels.proven, proven],
  ] as const;
  for (const [name, build] of all) {
    if (!name) continue;
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
