import type {
  InstancesDistribution,
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import { checkRange, validationError } from '../errors';

const ON_DEMAND = ['prioritized', 'lowest-price'];
const SPOT = [
  'lowest-price',
  'capacity-optimized',
  'capacity-optimized-prioritized',
  'price-capacity-optimized',
];

/** As many types and templates as a group may have. */
const MOST_TYPES = 40;
const MOST_TEMPLATES = 20;

/**
 * Checks the overrides of a mixed instances policy.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
 *
 * @throws AwsError `ValidationError`
 */
export function checkOverrides(overrides: readonly LaunchTemplateOverrides[]): void {
  if (overrides.length > MOST_TYPES)
    throw validationError(`You can specify up to ${MOST_TYPES} instance types per Auto Scaling group.`);
  if (overrides.some(({ InstanceRequirements }) => InstanceRequirements))
    throw validationError(
      'InstanceRequirements are not supported here; name instance types in the overrides.',
    );
  const weights = overrides.map(({ WeightedCapacity }) => WeightedCapacity);
  for (const weight of weights) if (weight !== undefined) checkWeight(weight);
  if (weights.some((weight) => weight === undefined) && weights.some((weight) => weight !== undefined)) {
    throw validationError(
      'If you specify a value for WeightedCapacity for one instance type, you must specify a value for WeightedCapacity for all of them.',
    );
  }
}

function checkWeight(text: string): void {
  const weight = Number(text);
  if (!/^\d+$/.test(text) || weight < 1 || weight > 999)
    throw validationError(
      `WeightedCapacity value ${text} is not valid. Value must be in the range of 1-999.`,
    );
}

/** @throws AwsError `ValidationError` for more templates than a group may have */
export function checkCount(templates: Iterable<LaunchTemplateSpecification>): void {
  const ids = new Set([...templates].map(({ LaunchTemplateId }) => LaunchTemplateId));
  if (ids.size > MOST_TEMPLATES)
    throw validationError(`You can specify up to ${MOST_TEMPLATES} launch templates per Auto Scaling group.`);
}

/**
 * An instances distribution with AWS's defaults filled in. An empty maximum price takes it away; pools there are with one strategy alone.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
 *
 * @throws AwsError `ValidationError`
 */
export function completeDistribution(given: InstancesDistribution): InstancesDistribution {
  if (given.DistributionSegments) throw validationError('DistributionSegments are not supported here.');
  const { SpotMaxPrice, SpotInstancePools, ...others } = given;
  const distribution = {
    OnDemandAllocationStrategy: 'prioritized',
    OnDemandBaseCapacity: 0,
    OnDemandPercentageAboveBaseCapacity: 100,
    SpotAllocationStrategy: 'lowest-price',
    ...others,
  };
  checkStrategy('OnDemandAllocationStrategy', distribution.OnDemandAllocationStrategy, ON_DEMAND);
  checkStrategy('SpotAllocationStrategy', distribution.SpotAllocationStrategy, SPOT);
  checkRange(distribution.OnDemandBaseCapacity, 'onDemandBaseCapacity', 0);
  checkRange(distribution.OnDemandPercentageAboveBaseCapacity, 'onDemandPercentageAboveBaseCapacity', 0, 100);
  if (SpotMaxPrice && !(Number(SpotMaxPrice) >= 0.001))
    throw validationError(`SpotMaxPrice ${SpotMaxPrice} is not valid. The minimum value is 0.001.`);
  const isByPrice = distribution.SpotAllocationStrategy === 'lowest-price';
  if (SpotInstancePools && !isByPrice) {
    throw validationError(
      'SpotInstancePools option is only available with the lowest-price allocation strategy.',
    );
  }
  if (isByPrice) checkRange(SpotInstancePools, 'spotInstancePools', 1, 20);
  return {
    ...distribution,
    ...(isByPrice && { SpotInstancePools: SpotInstancePools ?? 2 }),
    ...(SpotMaxPrice && { SpotMaxPrice }),
  };
}

function checkStrategy(member: string, strategy: string, valid: readonly string[]): void {
  if (!valid.includes(strategy))
    throw validationError(`Invalid ${member}: ${strategy}. Valid values are [${valid.join(', ')}].`);
}
