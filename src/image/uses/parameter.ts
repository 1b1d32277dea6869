import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import {
  DescribeLaunchTemplateVersionsCommand,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { imageParametersOf, type Pipeline } from '../../pipeline/pipeline';
import { describeAllGroups } from '../../rollout/groups';
import { nameOf, specificationsOf } from '../../rollout/version/configuration';

/**
 * Who has an image from an SSM parameter: pipelines that are built on it or name their images in it, and launch templates, by their
 * newest or default version, or by one of a group's template. EC2 does not count those among what refers to an image.
 *
 * @returns who it is, in words
 */
export async function findParameterUses(name: string, pipelines: readonly Pipeline[]): Promise<string[]> {
  const reference = `resolve:ssm:${name}`;
  const isReference = (text: string) => text === reference || text.startsWith(`${reference}:`);
  const users = pipelines
    .filter(({ definition: { base, image, parameters } }) => {
      const defaults = Object.values(parameters).map((one) => one.default ?? '');
      return imageParametersOf({ image }).includes(name) || [base.image, ...defaults].some(isReference);
    })
    .map((pipeline) => `pipeline ${pipeline.name}`);
  const Filters = [{ Name: 'image-id', Values: [reference, `${reference}:*`] }];
  const newest = paginateDescribeLaunchTemplateVersions(
    { client: ec2() },
    { Versions: ['$Latest', '$Default'], Filters },
  );
  const templates = new Set<string>();
  for await (const { LaunchTemplateVersions = [] } of newest)
    for (const { LaunchTemplateId = '' } of LaunchTemplateVersions) templates.add(LaunchTemplateId);
  for (const named of await findTemplatesOfGroups())
    if (await hasVersion(named, Filters)) templates.add(nameOf(named));
  return [...users, ...[...templates].map((id) => `launch template ${id}`)];
}

/** Each once, by its id where AWS tells it. */
async function findTemplatesOfGroups(): Promise<LaunchTemplateSpecification[]> {
  const specifications = (await describeAllGroups()).flatMap(specificationsOf);
  const named = new Map(
    specifications.map((spec) => {
      const { LaunchTemplateId, LaunchTemplateName } = spec;
      return [nameOf(spec), LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName }];
    }),
  );
  return [...named.values()];
}

async function hasVersion(
  template: LaunchTemplateSpecification,
  Filters: { Name: string; Values: string[] }[],
): Promise<boolean> {
  try {
    const { LaunchTemplateVersions = [] } = await ec2().send(
      new DescribeLaunchTemplateVersionsCommand({ ...template, Filters, MaxResults: 1 }),
    );
    return LaunchTemplateVersions.length > 0;
  } catch (error) {
    if (isAwsError(error, 'InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateName.NotFoundException'))
      return false;
    throw error;
  }
}
