import type { InstancesDistribution, LaunchTemplateOverrides, Tag } from '@aws-sdk/client-auto-scaling';
import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Place } from '../records/activities';
import type { Group } from '../records/group';
import type { ResolvedTemplate } from './launch-templates';
import type { Market } from './pools';

/** The tag that says which group an instance belongs to. */
export const GROUP_TAG = 'aws:autoscaling:groupName';

/** What a template says stays; the group adds the place, its tags and, with a policy, the instance type. */
export function launchRequest(
  group: Pick<Group, 'name' | 'tags'>,
  template: ResolvedTemplate,
  override: LaunchTemplateOverrides | undefined,
  place: Place,
): RunInstancesCommandInput {
  const { launchedFrom, data } = template;
  const ownInterface = (data.NetworkInterfaces ?? []).length > 0;
  return {
    MinCount: 1,
    MaxCount: 1,
    LaunchTemplate: { LaunchTemplateId: launchedFrom.LaunchTemplateId, Version: launchedFrom.Version },
    ...(override?.InstanceType && {
      InstanceType: override.InstanceType as RunInstancesCommandInput['InstanceType'],
    }),
    ...(override?.ImageId && { ImageId: override.ImageId }),
    ...(place.subnetId && !ownInterface && { SubnetId: place.subnetId }),
    ...(place.subnetId &&
      ownInterface && {
        NetworkInterfaces: (data.NetworkInterfaces ?? []).map((nic, index) => ({
          DeviceIndex: nic.DeviceIndex ?? index,
          AssociatePublicIpAddress: nic.AssociatePublicIpAddress,
          DeleteOnTermination: nic.DeleteOnTermination,
          Description: nic.Description,
          Groups: nic.Groups,
          SubnetId: place.subnetId,
        })),
      }),
    ...(!place.subnetId && { Placement: { AvailabilityZone: place.zone } }),
    TagSpecifications: [{ ResourceType: 'instance', Tags: launchTags(group, template) }],
  };
}

/**
 * What makes a request one for the market.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMarketOptionsRequest.html
 */
export function onMarket(
  market: Market,
  { SpotMaxPrice }: InstancesDistribution = {},
): Pick<RunInstancesCommandInput, 'InstanceMarketOptions'> {
  if (market === 'on-demand') return {};
  const SpotOptions = {
    SpotInstanceType: 'one-time' as const,
    ...(SpotMaxPrice && { MaxPrice: SpotMaxPrice }),
  };
  return { InstanceMarketOptions: { MarketType: 'spot', SpotOptions } };
}

/** The template's own tags yield to the group's where both name a key; the request replaces the template's list. */
function launchTags(group: Pick<Group, 'name' | 'tags'>, { data, launchedFrom }: ResolvedTemplate): Tag[] {
  const tags = new Map<string, string>();
  for (const spec of data.TagSpecifications ?? []) {
    if (spec.ResourceType !== 'instance') continue;
    for (const tag of spec.Tags ?? []) tags.set(tag.Key ?? '', tag.Value ?? '');
  }
  for (const tag of group.tags) if (tag.PropagateAtLaunch) tags.set(tag.Key ?? '', tag.Value ?? '');
  tags.set(GROUP_TAG, group.name);
  tags.set('aws:ec2launchtemplate:id', launchedFrom.LaunchTemplateId);
  tags.set('aws:ec2launchtemplate:version', launchedFrom.Version);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
