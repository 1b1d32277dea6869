import type { Image } from '@aws-sdk/client-ec2';
import { isBuildId } from '../build/id';
import { type BuildRecord, findRecord } from '../build/record';
import type { Target } from '../build/state';
import { describeAllGroups } from '../rollout/groups';
import { deleteVersions, listVersions } from '../rollout/template';
import { byTag, tagOf } from '../tags';
import { discardImages, findImages } from './discard';
import { findImagesThatRun } from './instances';

/** An image, and the record of the build that made it. */
interface Made {
  image: Image;
  record: BuildRecord;
}

interface Template {
  id: string;
  versions: { number: string; imageId: string; isUsed: boolean }[];
}

/**
 * Keeps the newest good images of a pipeline and retires the others: deregisters them and their copies in other regions,
 * deletes their snapshots and the launch template versions that name them. Leaves alone an image that a server runs, in any region
 * that it was copied to, and one that the default version of a target's template names, or a version that a group uses: whatever
 * group it is, since others may share the template, or be targets no more.
 */
export async function retireImages({
  pipeline,
  keep,
  targets = [],
}: Pick<BuildRecord, 'pipeline' | 'keep' | 'targets'>): Promise<void> {
  // A build that was planned before records said how many: the next one retires.
  if (keep === undefined) return;
  const old = newestFirst(await findGoodImages(pipeline)).slice(keep);
  if (old.length === 0) return;
  const templates = await describeTemplates(targets);
  const used = await findImagesThatRun(old.map(({ image }) => image.ImageId ?? ''));
  for (const { imageId } of templates.flatMap(({ versions }) => versions.filter((one) => one.isUsed)))
    used.add(imageId);
  const retired: Image[] = [];
  for (const { image, record } of old)
    if (!used.has(image.ImageId ?? '') && (await discardCopies(record))) retired.push(image);
  await deleteVersionsOf(retired, templates);
  await discardImages(retired);
}

/**
 * The images of a pipeline's builds that succeeded, as their records say. Tags alone say nothing: people's tools copy them, and another
 * deployment of Kiln may have a pipeline of the same name.
 */
async function findGoodImages(pipeline: string): Promise<Made[]> {
  const images = await findImages([byTag('kiln:pipeline', pipeline)]);
  const found = await Promise.all(
    images.map(async (image) => ({ image, record: await findRecordOf(image) })),
  );
  return found.flatMap(({ image, record }) =>
    record?.status === 'SUCCEEDED' && record.imageId === image.ImageId ? [{ image, record }] : [],
  );
}

async function findRecordOf(image: Image): Promise<BuildRecord | undefined> {
  const build = tagOf(image, 'kiln:build');
  return build && isBuildId(build) ? findRecord(build) : undefined;
}

function newestFirst(made: Made[]): Made[] {
  return made.toSorted((a, b) => (b.image.CreationDate ?? '').localeCompare(a.image.CreationDate ?? ''));
}

async function describeTemplates(targets: Target[]): Promise<Template[]> {
  if (targets.length === 0) return [];
  const inUse = new Set<string>();
  for (const group of await describeAllGroups()) {
    for (const { LaunchTemplate } of [group, ...(group.Instances ?? [])]) {
      inUse.add(`${LaunchTemplate?.LaunchTemplateId} ${LaunchTemplate?.Version}`);
    }
  }
  const ids = [...new Set(targets.map((target) => target.launchTemplateId))];
  return Promise.all(ids.map((id) => describeTemplate(id, inUse)));
}

async function describeTemplate(id: string, inUse: Set<string>): Promise<Template> {
  const versions = await listVersions(id);
  return {
    id,
    versions: versions.map(({ VersionNumber, LaunchTemplateData, DefaultVersion }) => ({
      number: String(VersionNumber),
      imageId: LaunchTemplateData?.ImageId ?? '',
      isUsed: DefaultVersion === true || inUse.has(`${id} ${VersionNumber}`),
    })),
  };
}

async function deleteVersionsOf(retired: Image[], templates: Template[]): Promise<void> {
  const ids = new Set(retired.map((image) => image.ImageId));
  for (const { id, versions } of templates) {
    const dead = versions.filter(({ imageId }) => ids.has(imageId)).map(({ number }) => number);
    await deleteVersions(id, dead);
  }
}

/** Removes the copies of an image. @returns whether none is left: one stays while a server runs it */
async function discardCopies({ copies = [] }: BuildRecord): Promise<boolean> {
  let left = 0;
  for (const { region, imageId } of copies) {
    const found = await findImages([{ Name: 'image-id', Values: [imageId] }], region);
    left += (await discardImages(found, region)).length;
  }
  return left === 0;
}
