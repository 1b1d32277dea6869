import { findImages, findSnapshots } from '../../image/find';
import { findLiving, isLaunchedBy } from '../../image/instances';
import { isMadeFor } from '../../image/own';
import { ownService, SERVICE_TAG, tagOf } from '../../tags';
import { emit } from '../../tell/events';
import { isBuildId } from '../id';
import { type BuildRecord, findRecord } from '../record';

/** Something that is tagged as a build's own and that the janitor leaves alone. */
export interface Stray {
  id: string;
  /** None: that of the function. */
  region?: string;
  build: string;
  why: string;
}

interface Tagged {
  id: string;
  region?: string;
  build: string;
  service: string | undefined;
  /** Why it is not that of the build whose record this is; none if it is. */
  judge(record: BuildRecord): string | undefined;
}

/**
 * All that builds make carries both. Servers of fleets carry the first alone, and so does what people's tools make of servers: a backup, say.
 */
const BUILT = [
  { Name: 'tag-key', Values: ['kiln:build'] },
  { Name: 'tag-key', Values: ['kiln:pipeline'] },
];

/**
 * What is tagged `kiln:build` and is not provably of a build of this deployment: people's tools copy tags, records are gone after a
 * year, and what an older Kiln made does not say of which deployment it is. What says that it is of another deployment is that one's.
 *
 * @param region one that images are copied to; without it that of the function, where instances are too
 */
export async function findStrays(region?: string): Promise<Stray[]> {
  const tagged = [...(region ? [] : await findInstances()), ...(await findImagesAndSnapshots(region))];
  const builds = [...new Set(tagged.map(({ build }) => build))];
  const records = new Map<string, BuildRecord | undefined>();
  for (const build of builds) records.set(build, isBuildId(build) ? await findRecord(build) : undefined);
  return tagged.flatMap((one) => {
    const why = findDoubt(one, records.get(one.build));
    return why ? [{ id: one.id, ...(one.region && { region: one.region }), build: one.build, why }] : [];
  });
}

function findDoubt({ service, judge }: Tagged, record: BuildRecord | undefined): string | undefined {
  if (service === undefined) return `it has no tag ${SERVICE_TAG}`;
  if (service !== ownService()) return undefined;
  return record ? judge(record) : 'there is no record of that build';
}

async function findInstances(): Promise<Tagged[]> {
  return (await findLiving(BUILT)).map((instance) => ({
    ...readTags(instance),
    id: instance.InstanceId ?? '',
    judge: ({ id }) =>
      isLaunchedBy(id, instance) ? undefined : 'that build did not launch it: its tags were copied',
  }));
}

async function findImagesAndSnapshots(region?: string): Promise<Tagged[]> {
  const where = region ? { region } : {};
  const images = (await findImages(BUILT, region)).map((image): Tagged => {
    const id = image.ImageId ?? '';
    const judge = (record: BuildRecord) =>
      imagesOf(record).includes(id) ? undefined : 'it is not the image of that build';
    return { ...readTags(image), ...where, id, judge };
  });
  const snapshots = (await findSnapshots(BUILT, region)).map((snapshot): Tagged => {
    const judge = (record: BuildRecord) =>
      isMadeFor(snapshot, imagesOf(record)) ? undefined : 'it was not made for the image of that build';
    return { ...readTags(snapshot), ...where, id: snapshot.SnapshotId ?? '', judge };
  });
  return [...images, ...snapshots];
}

function readTags(resource: Parameters<typeof tagOf>[0]) {
  return { build: tagOf(resource, 'kiln:build') ?? '', service: tagOf(resource, SERVICE_TAG) };
}

function imagesOf({ imageId, copies = [] }: BuildRecord): string[] {
  return [...(imageId ? [imageId] : []), ...copies.map((copy) => copy.imageId)];
}

/** So many are listed: an event has room for 256 kB, and people have little for more. */
const MOST = 200;

/** What people are told of strays: the same words as long as they are the same. */
export function describeStrays(strays: readonly Stray[]): string {
  const some = strays
    .slice(0, MOST)
    .map(({ id, region, why }) => `${id}${region ? ` in ${region}` : ''}: ${why}`);
  const more = strays.length > MOST ? `, and ${strays.length - MOST} more` : '';
  return `${strays.length} resources are tagged kiln:build and left alone. ${some.join('; ')}${more}.`;
}

/** Tells what was left alone as an event. */
export async function reportStrays(strays: readonly Stray[]): Promise<void> {
  const resources = strays.slice(0, MOST);
  await emit({ type: 'Resources Left Alone', detail: { count: strays.length, resources } });
}
