import type { AutoScalingGroup, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { Target } from '../../build/state';

/** What keeps a group with a mixed instances policy from getting a new image by new versions of its templates, if anything. */
export function findPolicyProblem({ MixedInstancesPolicy }: AutoScalingGroup): string | undefined {
  const { Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {};
  const named = Overrides.filter(({ ImageId }) => ImageId);
  if (named.length === 0) return undefined;
  const said = named
    .map(({ InstanceType = 'an override', ImageId }) => `${InstanceType} (${ImageId})`)
    .join(', ');
  return `has a mixed instances policy whose overrides name images themselves: ${said}. They would not run the new image, which new versions of the launch templates name. Take ImageId out of the overrides.`;
}

/** The types of servers that a group may launch; what instance requirements choose AWS chooses for the image. */
export function listTypes(
  policy: MixedInstancesPolicy | undefined,
  own: LaunchTemplateVersion,
  versionOf: (override: number) => LaunchTemplateVersion | undefined,
): string[] {
  const ofTemplate = (version: LaunchTemplateVersion | undefined) =>
    version?.LaunchTemplateData?.InstanceType;
  const overrides = policy?.LaunchTemplate?.Overrides ?? [];
  const types =
    overrides.length === 0
      ? [ofTemplate(own)]
      : overrides.map(({ InstanceType, InstanceRequirements }, at) =>
          InstanceRequirements ? undefined : (InstanceType ?? ofTemplate(versionOf(at))),
        );
  return [...new Set(types.flatMap((type) => type ?? []))];
}

/**
 * How many On-Demand servers a mixed group runs beside those that ran, at least: some of what it adds is Spot, which has quotas of its own,
 * and of several types AWS takes the next where one lacks room.
 *
 * @param before and after: units of capacity
 * @param types that the group may launch
 */
export function findMixedAdds(
  policy: MixedInstancesPolicy,
  before: number,
  after: number,
  types: readonly string[],
): Pick<Target, 'adds'> {
  const { InstancesDistribution, LaunchTemplate } = policy;
  const overrides = LaunchTemplate?.Overrides ?? [];
  const [instanceType, ...orTypes] = types;
  const isOpen = overrides.some(({ InstanceRequirements }) => InstanceRequirements);
  // Segments divide capacity otherwise.
  if (!instanceType || isOpen || InstancesDistribution?.DistributionSegments) return {};
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: percent = 100 } =
    InstancesDistribution ?? {};
  const onDemand = (units: number) =>
    Math.min(units, base) + Math.ceil((Math.max(0, units - base) * percent) / 100);
  const largest = Math.max(1, ...overrides.map(({ WeightedCapacity = '1' }) => Number(WeightedCapacity)));
  const servers = Math.ceil(Math.max(0, onDemand(after) - onDemand(before)) / largest);
  return { adds: { servers, instanceType, ...(orTypes.length > 0 && { orTypes }) } };
}
