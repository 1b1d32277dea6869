import type { Image } from '@aws-sdk/client-ec2';
import type { BuildRecord } from '../build/record';
import type { Target } from '../build/state';
import { describeAllGroups } from '../rollout/groups';
import { deleteVersions, listVersions } from '../rollout/template';
import { byTag, tagOf } from '../tags';
import { discardImages, findImages } from './discard';
import { findImagesThatRun } from './instances';

interface Template {
  id: string;
  versions: { number: string; imageId: string; isUsed: boolean }[];
}

/**
 * Keeps the newest images of a pipeline and retires the others: deregisters them, in all regions of the pipeline,
 * deletes their snapshots and the launch template versions that name them. Leaves alone an image that a server runs,
 * and one that the default version of a target's template names, or a version that a group uses: whatever group it is,
 * since others may share the template, or be targets no more.
 */
export async function retireImages({
  pipeline,
  keep,
  targets = [],
  copyTo = [],
}: Pick<BuildRecord, 'pipeline' | 'keep' | 'targets' | 'copyTo'>): Promise<void> {
  // A build that was planned before records said how many: the next one retires.
  if (keep === undefined) return;
  const images = newestFirst(await findImages([byTag('kiln:pipeline', pipeline)]));
  const old = images.slice(keep);
  if (old.length === 0) return;
  const templates = await describeTemplates(targets);
  const used = await findImagesThatRun(old.map(({ ImageId = '' }) => ImageId));
  for (const { imageId } of templates.flatMap(({ versions }) => versions.filter((one) => one.isUsed)))
    used.add(imageId);
  const retired = old.filter(({ ImageId = '' }) => !used.has(ImageId));
  await deleteVersionsOf(retired, templates);
  await discardImages(retired);
  await retireCopies(retired, copyTo);
}

function newestFirst(images: Image[]): Image[] {
  return images.toSorted((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''));
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

/** The copies of an image carry the tag of its build. */
async function retireCopies(retired: Image[], regions: string[]): Promise<void> {
  const builds = retired.flatMap((image) => tagOf(image, 'kiln:build') ?? []);
  if (builds.length === 0) return;
  for (const region of regions)
    await discardImages(await findImages([byTag('kiln:build', ...builds)], region), region);
}
