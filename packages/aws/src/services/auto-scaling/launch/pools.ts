import type { InstancesDistribution } from '@aws-sdk/client-auto-scaling';
import { isWeighted, type Kind, weightIn } from '../records/configuration';
import { capacityOf, type Group, type GroupInstance } from '../records/group';
import type { ResolvedTemplate } from './launch-templates';

export type Market = 'on-demand' | 'spot';

/** A kind of instance whose template was looked up. */
export interface Pool extends Kind {
  readonly template: ResolvedTemplate;
  readonly type: string | undefined;
}

/** How AWS words that it could not launch from any pool. */
export const MARKET_WORDS: Readonly<Record<Market, string>> = {
  'on-demand': 'On-Demand Instances',
  spot: 'Spot Instances',
};

/**
 * How much of a capacity is On-Demand: the base, and of what is above it the percentage; a fraction counts in favor of On-Demand.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/mixed-instances-groups-set-up-overview.html
 */
export function onDemandShare(capacity: number, distribution: InstancesDistribution = {}): number {
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: percent = 100 } = distribution;
  return Math.min(capacity, base) + Math.ceil((Math.max(0, capacity - base) * percent) / 100);
}

/** On which market the next instance is launched, beside those that stay. */
export function chooseMarket(
  distribution: InstancesDistribution | undefined,
  staying: readonly GroupInstance[],
): Market {
  const onDemand = capacityOf(staying.filter(({ isSpot }) => !isSpot));
  return onDemand < onDemandShare(capacityOf(staying) + 1, distribution) ? 'on-demand' : 'spot';
}

/**
 * The pools in the order in which they are tried. Nothing is known of prices and spare capacity: what has fewer vCPUs and less memory per
 * unit of capacity is called cheaper, and capacity is the same everywhere.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
 *
 * @param priceOf what stands for the price of a type
 */
export function orderPools(
  pools: readonly Pool[],
  market: Market,
  distribution: InstancesDistribution | undefined,
  staying: readonly GroupInstance[],
  priceOf: (type: string | undefined) => number,
): Pool[] {
  const price = ({ type, override }: Pool) => priceOf(type) / Number(override?.WeightedCapacity ?? 1);
  const cheapest = () => [...pools].sort((a, b) => price(a) - price(b));
  if (market === 'on-demand')
    return distribution?.OnDemandAllocationStrategy === 'lowest-price' ? cheapest() : [...pools];
  const { SpotAllocationStrategy: strategy = 'lowest-price', SpotInstancePools: most = 2 } =
    distribution ?? {};
  if (strategy === 'price-capacity-optimized') return cheapest();
  if (strategy !== 'lowest-price') return [...pools];
  const ordered = cheapest();
  const spread = ordered.slice(0, most);
  const inPool = ({ type }: Pool) =>
    capacityOf(staying.filter((one) => one.isSpot && one.instanceType === type));
  return [...spread.sort((a, b) => inPool(a) - inPool(b)), ...ordered.slice(most)];
}

/** Whether the order depends on prices. */
export function asksForPrices(market: Market, distribution: InstancesDistribution = {}): boolean {
  if (market === 'on-demand') return distribution.OnDemandAllocationStrategy === 'lowest-price';
  return !distribution.SpotAllocationStrategy?.startsWith('capacity-optimized');
}

/** Gives instances the weights that the group's configuration has for their types; one that it does not know keeps its own. */
export function reweigh(group: Pick<Group, 'configuration' | 'instances'>): void {
  const { configuration } = group;
  for (const instance of group.instances.values()) {
    if (!isWeighted(configuration)) instance.weight = undefined;
    else instance.weight = weightIn(configuration, instance.instanceType) ?? instance.weight;
  }
}
