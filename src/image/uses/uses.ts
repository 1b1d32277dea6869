import type { Image, ImageReference } from '@aws-sdk/client-ec2';
import { isBuildId } from '../../build/id';
import { type BuildRecord, findRecord, type Rollout } from '../../build/record';
import { builderOf } from '../../rollout/template';
import { findImagesThatRun } from '../instances';
import { findNeeds, type Needs } from './needs';
import { describeReferences } from './references';
import { findOthersUse } from './shared';
import { findLaunchConfigurations, findVersionsInUse, findVersionsOf } from './versions';

/** An image, and the record of the build that made it. */
export interface Made {
  image: Image;
  record: BuildRecord;
}

/** What holds an image. */
export interface Uses {
  /** Why it must stay, in words; none if it may go. */
  users: string[];
  /** The launch template versions that its build made of it and that nothing uses: they go with it. */
  versions: Pick<Rollout, 'launchTemplateId' | 'version'>[];
  /** Why it is not known whether it may go. */
  problem?: unknown;
}

const WORDS: Record<string, string> = {
  'ec2:Instance': 'instance',
  'ssm:Parameter': 'SSM parameter',
  'imagebuilder:ImageRecipe': 'image recipe',
  'imagebuilder:ContainerRecipe': 'container recipe',
};

/**
 * Who refers to images, in one region: instances that live, whoever launched them, launch template versions and configurations, SSM
 * parameters, recipes, pipelines, running builds, and accounts that an image is shared with. A version that the image's own build
 * made does not hold it, unless a group uses it or it is the default.
 */
export async function findUses(made: readonly Made[], region?: string): Promise<Map<string, Uses>> {
  const uses = new Map<string, Uses>(
    made.map(({ image }) => [image.ImageId ?? '', { users: [], versions: [] }]),
  );
  const ids = [...uses.keys()];
  if (ids.length === 0) return uses;
  const [running, references, configurations, needs] = await Promise.all([
    findImagesThatRun(ids, region),
    describeReferences(ids, region),
    findLaunchConfigurations(region),
    findNeeds(),
  ]);
  const say = (id: string, user: string) => uses.get(id)?.users.push(user);
  for (const id of ids) {
    if (running.has(id)) say(id, 'a server runs it');
    const need = needs.images.get(id);
    if (need) say(id, need);
  }
  for (const [id, name] of configurations) say(id, `launch configuration ${name} names it`);
  for (const { ImageId = '', ResourceType = '', Arn } of references)
    if (ResourceType !== 'ec2:LaunchTemplate')
      say(ImageId, `${WORDS[ResourceType] ?? ResourceType} ${Arn} refers to it`);
  await judgeVersions(made, references, needs, uses, region);
  for (const [id, found] of uses) await judgeSharing(id, found, region);
  return uses;
}

/** A report takes EC2 its time, and is no use for what stays anyhow. */
async function judgeSharing(imageId: string, found: Uses, region?: string): Promise<void> {
  if (found.users.length > 0) return;
  try {
    const others = await findOthersUse(imageId, region);
    if (others) found.users.push(others);
  } catch (error) {
    found.problem = error;
  }
}

async function judgeVersions(
  made: readonly Made[],
  references: readonly ImageReference[],
  needs: Needs,
  uses: Map<string, Uses>,
  region: string | undefined,
): Promise<void> {
  const named = references.flatMap(({ ImageId = '', ResourceType, Arn = '' }) =>
    ResourceType === 'ec2:LaunchTemplate' ? [{ ImageId, templateId: Arn.split('/').at(-1) ?? '' }] : [],
  );
  // Kiln makes versions at home only.
  const inUse = region ? new Set() : await findVersionsInUse(named.map(({ templateId }) => templateId));
  for (const { ImageId, templateId } of named) {
    const rollouts = Object.values(
      made.find(({ image }) => image.ImageId === ImageId)?.record.rollouts ?? {},
    ).flatMap((one) => [one, ...(one.others ?? [])]);
    for (const found of await findVersionsOf(ImageId, templateId, region)) {
      const { VersionNumber, DefaultVersion, LaunchTemplateName } = found;
      const version = String(VersionNumber);
      const keys = [`${templateId} ${version}`, `${LaunchTemplateName} ${version}`];
      const isOwn =
        !region &&
        (rollouts.some((one) => one.launchTemplateId === templateId && one.version === version) ||
          (await isOfReuse(builderOf(found), ImageId)));
      const isUsed = DefaultVersion || keys.some((key) => inUse.has(key) || needs.versions.has(key));
      if (isOwn && !isUsed) uses.get(ImageId)?.versions.push({ launchTemplateId: templateId, version });
      else uses.get(ImageId)?.users.push(`version ${version} of launch template ${templateId} names it`);
    }
  }
}

/** Whether a version is that of a later build, which rolled the image out again. */
async function isOfReuse(build: string | undefined, imageId: string): Promise<boolean> {
  return isBuildId(build ?? '') && (await findRecord(build ?? ''))?.reused?.imageId === imageId;
}
