import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import { LATE_MILLISECONDS } from '../build/end/late';
import type { BuildRecord } from '../build/record';
import { env } from '../env';
import { byTag } from '../tags';
import { findImages, findSnapshots } from './find';

/** The name of a build's image, and of its copies. */
export function imageName(build: string): string {
  return `kiln-${build}`;
}

/**
 * The images in a region that are provably a build's own: that which its record names, or, where it came not to write it down, the one
 * that CreateImage made under its name, of which EC2 allows one only. Of copies that came not to be written down: the one of its image
 * by its name. People's tools copy names and tags; an image that they made is none of these.
 *
 * @returns `doubtful` those of which one may be the build's own and which cannot be told apart
 */
export async function findOwnImages(
  record: BuildRecord,
  region?: string,
): Promise<{ own: Image[]; doubtful: Image[] }> {
  const named = await findImages([{ Name: 'name', Values: [imageName(record.id)] }], region);
  if (!region) return { own: named.filter((image) => isOwn(record, image)), doubtful: [] };
  const known = record.copies?.find((copy) => copy.region === region)?.imageId;
  if (known) return { own: named.filter(({ ImageId }) => ImageId === known), doubtful: [] };
  const like = named.filter((image) => isCopyOf(record, image));
  return like.length === 1 ? { own: like, doubtful: [] } : { own: [], doubtful: like };
}

function isOwn({ imageId }: BuildRecord, { ImageId, SourceInstanceId }: Image): boolean {
  return imageId ? ImageId === imageId : SourceInstanceId !== undefined;
}

/** EC2 tells whole seconds. */
const SECOND = 1_000;

/** Made of the build's image, here, while the build was alive: what a person copies of it later is that person's. */
function isCopyOf(
  { imageId, startedAt = '', endedAt }: BuildRecord,
  { SourceImageId, SourceImageRegion, CreationDate = '' }: Image,
): boolean {
  const made = Date.parse(CreationDate);
  return (
    imageId !== undefined &&
    SourceImageId === imageId &&
    SourceImageRegion === env('AWS_REGION') &&
    made > Date.parse(startedAt) - SECOND &&
    (!endedAt || made < Date.parse(endedAt) + LATE_MILLISECONDS)
  );
}

/** Whether a snapshot was made for one of these images, as EC2 says. */
export function isMadeFor({ Description = '' }: Snapshot, imageIds: readonly string[]): boolean {
  return imageIds.includes(MADE_FOR.exec(Description)?.[1] ?? '');
}

/** What EC2 writes into the description of a snapshot that it makes for an image or for a copy of one. */
const MADE_FOR = /^(?:Created by CreateImage\(i-\w+\) for|Copied for DestinationAmi) (ami-[\w-]+)/;

/** The image that EC2 made a snapshot for, as it says itself. */
export function imageOf({ Description = '' }: Snapshot): string | undefined {
  return MADE_FOR.exec(Description)?.[1];
}

/** The snapshots in a region that EC2 made for a build's own images, also for those that are gone. */
export async function findOwnSnapshots(
  record: BuildRecord,
  own: readonly Image[],
  region?: string,
): Promise<Snapshot[]> {
  const known = region
    ? record.copies?.filter((copy) => copy.region === region).map(({ imageId }) => imageId)
    : [record.imageId];
  const ids = new Set([...(known ?? []), ...own.map(({ ImageId }) => ImageId)]);
  const tagged = await findSnapshots([byTag('kiln:build', record.id)], region);
  return tagged.filter((snapshot) => {
    const id = imageOf(snapshot);
    return id !== undefined && ids.has(id);
  });
}
