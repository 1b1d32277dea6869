import {
  type AutoScalingGroup,
  type LaunchTemplateSpecification,
  paginateDescribeLaunchConfigurations,
} from '@aws-sdk/client-auto-scaling';
import { type LaunchTemplateVersion, paginateDescribeLaunchTemplateVersions } from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { autoScaling, autoScalingPatiently } from '../../aws/auto-scaling';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { describeAllGroups, describeWarmPool } from '../../rollout/groups';
import { findActiveRefresh } from '../../rollout/refresh';
import { findVersionOf } from '../../rollout/template';
import { specificationsOf } from '../../rollout/version/configuration';

/** The versions of a launch template that name an image; none if the template is gone. */
export async function findVersionsOf(
  imageId: string,
  LaunchTemplateId: string,
  region?: string,
): Promise<LaunchTemplateVersion[]> {
  const input = { LaunchTemplateId, Filters: [{ Name: 'image-id', Values: [imageId] }], MaxResults: 200 };
  const found: LaunchTemplateVersion[] = [];
  try {
    for await (const page of paginateDescribeLaunchTemplateVersions({ client: ec2(region) }, input))
      found.push(...(page.LaunchTemplateVersions ?? []));
  } catch (error) {
    if (!isAwsError(error, 'InvalidLaunchTemplateId.NotFound')) throw error;
  }
  return found;
}

/**
 * The versions of launch templates that groups use, each as `lt-… 7` and `name 7`: their own, those of their servers and of those in their
 * warm pools, of their mixed instances, and of a refresh that runs. Whatever group it is: others may share the template, or be targets no more.
 *
 * @param leaving servers that count no more
 * @param isUndone that versions are to go of which a group that follows the newest need not know yet: it follows the one of before then
 */
export async function findVersionsInUse(
  launchTemplateIds: readonly string[],
  leaving: ReadonlySet<string> = new Set(),
  isUndone = false,
): Promise<Set<string>> {
  if (launchTemplateIds.length === 0) return new Set();
  const groups = await describeAllGroups();
  const specifications = await identifyAll([
    ...groups.flatMap((group) => specificationsIn(group, leaving)),
    ...(await findAllRefreshed(groups)),
    ...(await findAllWarm(groups, leaving)),
  ]);
  const inUse = new Set(
    specifications.flatMap(({ LaunchTemplateId, LaunchTemplateName, Version = '$Default' }) => [
      `${LaunchTemplateId} ${Version}`,
      `${LaunchTemplateName} ${Version}`,
    ]),
  );
  if (isUndone) return inUse;
  for (const id of launchTemplateIds)
    if (inUse.has(`${id} $Latest`))
      inUse.add(`${id} ${(await findLatest({ LaunchTemplateId: id }))?.VersionNumber}`);
  return inUse;
}

/** AWS may tell the template of an override by its name alone. */
async function identifyAll(
  specifications: readonly LaunchTemplateSpecification[],
): Promise<LaunchTemplateSpecification[]> {
  const ids = new Map<string, string | undefined>();
  const found: LaunchTemplateSpecification[] = [];
  for (const spec of specifications) {
    const { LaunchTemplateId, LaunchTemplateName } = spec;
    if (LaunchTemplateName && !LaunchTemplateId && !ids.has(LaunchTemplateName))
      ids.set(LaunchTemplateName, (await findLatest({ LaunchTemplateName }))?.LaunchTemplateId);
    found.push({ ...spec, LaunchTemplateId: LaunchTemplateId ?? ids.get(LaunchTemplateName ?? '') });
  }
  return found;
}

function findLatest(template: LaunchTemplateSpecification): Promise<LaunchTemplateVersion | undefined> {
  return findVersionOf(template, '$Latest');
}

function specificationsIn(
  group: AutoScalingGroup,
  leaving: ReadonlySet<string>,
): LaunchTemplateSpecification[] {
  const stay = (group.Instances ?? []).filter(({ InstanceId = '' }) => !leaving.has(InstanceId));
  const servers = stay.flatMap(({ LaunchTemplate }) => LaunchTemplate ?? []);
  return [...specificationsOf(group), ...servers];
}

/** So many groups are asked for their refreshes side by side: Auto Scaling tells those of one group a call. */
const AT_ONCE = 10;

/**
 * What groups are being refreshed to. A person may be bringing an old image back: until the first server runs, only the refresh says so.
 * Any group may be: it need not use the template until then.
 */
async function findAllRefreshed(groups: readonly AutoScalingGroup[]): Promise<LaunchTemplateSpecification[]> {
  const limit = pLimit(AT_ONCE);
  const found = groups.map(({ AutoScalingGroupName = '' }) =>
    limit(() => findRefreshed(AutoScalingGroupName)),
  );
  return (await Promise.all(found)).flat();
}

/** What runs in warm pools comes into service when groups scale out. */
async function findAllWarm(
  groups: readonly AutoScalingGroup[],
  leaving: ReadonlySet<string>,
): Promise<LaunchTemplateSpecification[]> {
  const limit = pLimit(AT_ONCE);
  const pools = await Promise.all(groups.map((group) => limit(() => describeWarmPool(group))));
  return pools
    .flat()
    .flatMap(({ InstanceId = '', LaunchTemplate }) =>
      LaunchTemplate && !leaving.has(InstanceId) ? [LaunchTemplate] : [],
    );
}

async function findRefreshed(group: string): Promise<LaunchTemplateSpecification[]> {
  const desired = (await findActiveRefresh(group, autoScalingPatiently()))?.DesiredConfiguration;
  return specificationsOf(desired ?? {});
}

/** Which launch configurations of a region name which image: EC2 does not count them among the references. */
export async function findLaunchConfigurations(region?: string): Promise<[imageId: string, name: string][]> {
  const found: [string, string][] = [];
  for await (const page of paginateDescribeLaunchConfigurations({ client: autoScaling(region) }, {}))
    for (const { ImageId = '', LaunchConfigurationName = '' } of page.LaunchConfigurations ?? [])
      found.push([ImageId, LaunchConfigurationName]);
  return found;
}
