import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  type Filter,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { ec2, isAwsError } from '../aws';
import { byTag } from '../tags';
import { findImagesThatRun } from './instances';

/** EC2 deregisters images and deletes snapshots at 5 a second. */
const AT_ONCE = 4;

/** The images of this account in a region that match. */
export async function findImages(Filters: Filter[], region?: string): Promise<Image[]> {
  const found: Image[] = [];
  const input = { Owners: ['self'], Filters, IncludeDeprecated: true, MaxResults: 200 };
  for await (const page of paginateDescribeImages({ client: ec2(region) }, input))
    found.push(...(page.Images ?? []));
  return found;
}

/** The snapshots of this account in a region that match. */
export async function findSnapshots(Filters: Filter[], region?: string): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  const input = { OwnerIds: ['self'], Filters, MaxResults: 200 };
  for await (const page of paginateDescribeSnapshots({ client: ec2(region) }, input)) {
    found.push(...(page.Snapshots ?? []));
  }
  return found;
}

/** Removes all images of a build in a region, and all its snapshots: also those whose image never came to be. */
export async function discardImagesOf(build: string, region?: string): Promise<void> {
  const filters = [byTag('kiln:build', build)];
  const kept = await discardImages(await findImages(filters, region), region);
  const used = new Set(
    kept.flatMap(({ BlockDeviceMappings = [] }) =>
      BlockDeviceMappings.map((mapping) => mapping.Ebs?.SnapshotId),
    ),
  );
  const snapshots = await findSnapshots(filters, region);
  await deleteSnapshots(
    snapshots.filter(({ SnapshotId }) => !used.has(SnapshotId)),
    region,
  );
}

/**
 * Deregisters images and deletes their snapshots, but for those that a server runs, whoever launched it and whoever asks: its group
 * could not heal without.
 *
 * @returns those that were kept
 */
export async function discardImages(images: Image[], region?: string): Promise<Image[]> {
  const run = await findImagesThatRun(
    images.flatMap(({ ImageId }) => ImageId ?? []),
    region,
  );
  const limit = pLimit(AT_ONCE);
  const unused = images.filter(({ ImageId = '' }) => !run.has(ImageId));
  await Promise.all(unused.map((image) => limit(() => discardImage(image, region))));
  return images.filter((image) => !unused.includes(image));
}

async function discardImage({ ImageId, BlockDeviceMappings = [] }: Image, region?: string): Promise<void> {
  try {
    await ec2(region).send(new DeregisterImageCommand({ ImageId }));
  } catch (error) {
    if (!isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable')) throw error;
  }
  for (const { Ebs } of BlockDeviceMappings)
    if (Ebs?.SnapshotId) await deleteSnapshot(Ebs.SnapshotId, region);
}

/** Deletes snapshots. */
export async function deleteSnapshots(snapshots: Snapshot[], region?: string): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(snapshots.map(({ SnapshotId = '' }) => limit(() => deleteSnapshot(SnapshotId, region))));
}

async function deleteSnapshot(SnapshotId: string, region?: string): Promise<void> {
  try {
    await ec2(region).send(new DeleteSnapshotCommand({ SnapshotId }));
  } catch (error) {
    if (!isAwsError(error, 'InvalidSnapshot.NotFound')) throw error;
  }
}
