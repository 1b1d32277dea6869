import type { Usage, UsedServers } from '../../remote/answers';
import type { UnitPrice } from '../../remote/price-list';
import { counted } from '../text';
import { duration } from '../time';

/** What a build comes to by AWS's list, in US dollars. */
export interface PlanPrice {
  /** Of the build itself. */
  readonly usd?: { readonly least: number; readonly most: number };
  /** Of what is kept, at most. */
  readonly usdAMonth?: number;
  /** Of servers that run from then on. */
  readonly usdAnHour?: number;
  /** What has no price, and why. */
  readonly notKnown?: readonly string[];
}

/** Who tells what a unit costs. */
interface Prices {
  instance(region: string, instanceType: string, operation: string): Promise<UnitPrice>;
  volume(region: string): Promise<UnitPrice>;
  snapshot(region: string): Promise<UnitPrice>;
  address(region: string): Promise<UnitPrice>;
}

/** As AWS's examples have it. */
const HOURS_A_MONTH = 730;
/** EC2 charges for a minute at least. */
const LEAST_SECONDS = 60;

/**
 * What a build comes to. What is not known is left out and told; nothing is guessed.
 *
 * @param region where the build runs
 */
export async function priceOf(usage: Usage, region: string, prices: Prices): Promise<PlanPrice> {
  const notKnown = new Set<string>();
  const usdOf = (price: UnitPrice): number | undefined => {
    if ('usd' in price) return price.usd;
    notKnown.add(price.why);
    return undefined;
  };
  const hourOf = async (servers: UsedServers): Promise<number | undefined> => {
    const { instanceType, orTypes = [], volumeSize = 0, publicAddress } = servers;
    if (orTypes.length > 0) {
      notKnown.add(`AWS chooses among ${[instanceType, ...orTypes].join(', ')}`);
      return undefined;
    }
    if (!usage.usageOperation) {
      notKnown.add('EC2 does not say which licence the base image has');
      return undefined;
    }
    const [instance, volume, address] = await Promise.all([
      prices.instance(region, instanceType, usage.usageOperation).then(usdOf),
      volumeSize > 0 ? prices.volume(region).then(usdOf) : 0,
      publicAddress ? prices.address(region).then(usdOf) : 0,
    ]);
    if (instance === undefined || volume === undefined || address === undefined) return undefined;
    return servers.count * (instance + (volume * volumeSize) / HOURS_A_MONTH + address);
  };
  let usd: { least: number; most: number } | undefined;
  let usdAnHour: number | undefined;
  for (const servers of usage.servers) {
    const hour = await hourOf(servers);
    const { seconds, stay } = servers;
    if (hour === undefined) continue;
    if (stay) usdAnHour = (usdAnHour ?? 0) + hour;
    else if (seconds) {
      const of = (least: number) => (hour * Math.max(least, LEAST_SECONDS)) / 3600;
      usd = { least: (usd?.least ?? 0) + of(seconds.least), most: (usd?.most ?? 0) + of(seconds.most) };
    } else notKnown.add('no earlier build tells how long its servers run');
  }
  const kept = await Promise.all(
    usage.snapshots.map(async ({ region: of, size }) => {
      const gb = usdOf(await prices.snapshot(of));
      return gb === undefined ? [] : [gb * size];
    }),
  );
  const months = kept.flat();
  return {
    ...(usd && { usd }),
    ...(months.length > 0 && { usdAMonth: months.reduce((sum, one) => sum + one, 0) }),
    ...(usdAnHour !== undefined && { usdAnHour }),
    ...(notKnown.size > 0 && { notKnown: [...notKnown] }),
  };
}

/** What a build uses, in AWS's own units. */
export function usageWords({ servers, snapshots }: Usage): string[] {
  const regions = snapshots.map(({ region }) => region).join(', ');
  return [
    ...servers.map(describeServers),
    ...(snapshots[0] ? [`keeps up to ${snapshots[0].size} GB of snapshot in ${regions}`] : []),
  ];
}

function describeServers(servers: UsedServers): string {
  const { purpose, autoScalingGroup, instanceType, orTypes = [], count, seconds, stay } = servers;
  const types = [instanceType, ...orTypes].join(' or ');
  const time = seconds
    ? ` for ${[...new Set([duration(seconds.least), duration(seconds.most)])].join(' to ')}`
    : '';
  if (purpose !== 'rollout') return `its ${purpose} server ${types}${time}`;
  const more = `${counted(count, `${stay ? 'first' : 'further'} server`)} of ${autoScalingGroup} ${types}`;
  return `${more}${stay ? ' from then on' : time}`;
}

/** `price 0.0011 to 0.0013 USD, then up to 0.40 USD a month of snapshots`. */
export function describePrice({ usd, usdAMonth, usdAnHour, notKnown = [] }: PlanPrice): string {
  const parts = [
    ...(usd ? [`${[...new Set([dollars(usd.least), dollars(usd.most)])].join(' to ')} USD`] : []),
    ...(usdAMonth === undefined ? [] : [`up to ${dollars(usdAMonth)} USD a month for what is kept`]),
    ...(usdAnHour === undefined ? [] : [`${dollars(usdAnHour)} USD an hour for servers that stay`]),
  ];
  const known = parts.length > 0 ? `price ${parts.join(', ')}, by the On-Demand list` : '';
  const unknown =
    notKnown.length > 0 ? `${known ? 'of the rest ' : 'price '}not known: ${notKnown.join('; ')}` : '';
  return [known, unknown].filter(Boolean).join('; ') || 'price: nothing that is charged by the hour';
}

/** Two digits that say something. */
function dollars(amount: number): string {
  return amount >= 0.1 ? amount.toFixed(2) : Number(amount.toPrecision(2)).toString();
}
