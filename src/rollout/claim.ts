import { type AutoScalingGroup, CreateOrUpdateTagsCommand } from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../aws/auto-scaling';
import { TargetNotRefreshable } from '../errors';
import { ownService, SERVICE_TAG } from '../tags';
import { describeGroups } from './groups';

/**
 * Checks that no other deployment of Kiln has a group: leases stand in the table of one deployment, so that two could take one fleet
 * apart. A group without the tag is free.
 *
 * @throws TargetNotRefreshable if another has it; says what to do
 */
export function checkClaim({ AutoScalingGroupName, Tags = [] }: AutoScalingGroup): void {
  const holder = Tags.find(({ Key }) => Key === SERVICE_TAG)?.Value;
  if (!holder || holder === ownService()) return;
  throw new TargetNotRefreshable(
    `The Auto Scaling group ${AutoScalingGroupName} belongs to another deployment of Kiln, ${holder}: its tag ${SERVICE_TAG} says so, and this is ${ownService()}. Name a group of its own for this stage in pipeline.<stage>.yml, or remove the tag if that deployment is gone.`,
  );
}

/**
 * Makes a group that of this deployment, before anything of it is changed. Its role may set the tag only where there is none, or its
 * own (`aws:ResourceTag` of https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html), and may
 * act on no group that has another: of two deployments that come at once one is refused, here or by AWS. Servers do not get the tag.
 *
 * @returns the group
 * @throws TargetNotRefreshable if another deployment has it, or had it first
 */
export async function claimGroup(name: string): Promise<AutoScalingGroup> {
  const group = await describeGroup(name);
  checkClaim(group);
  if (group.Tags?.some(({ Key }) => Key === SERVICE_TAG)) return group;
  const tag = { ResourceId: name, ResourceType: 'auto-scaling-group', Key: SERVICE_TAG, Value: ownService() };
  await autoScaling().send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, PropagateAtLaunch: false }] }));
  const claimed = await describeGroup(name);
  checkClaim(claimed);
  return claimed;
}

async function describeGroup(name: string): Promise<AutoScalingGroup> {
  const group = (await describeGroups([name])).get(name);
  if (group) return group;
  throw new TargetNotRefreshable(`The Auto Scaling group ${name} is gone.`);
}
