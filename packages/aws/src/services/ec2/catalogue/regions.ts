import regions from '../../../../data/regions.json';

/** A zone as DescribeAvailabilityZones shows it. */
export interface Zone {
  readonly name: string;
  readonly id: string;
}

/** A region as DescribeRegions shows it. */
export interface RegionSummary {
  readonly name: string;
  readonly optIn: boolean;
}

/** Whether AWS has a region of this name. */
export function isRegion(name: string): boolean {
  return Object.hasOwn(regions, name);
}

/** The regions of an account of the partition `aws`, by name. */
export function listRegions(): RegionSummary[] {
  return Object.entries(regions)
    .filter(([, { partition }]) => partition === 'aws')
    .map(([name, { optIn }]) => ({ name, optIn: optIn === true }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The zones of a region, in the order of their names. A region that AWS has not is taken to be like most: it has three. */
export function zonesOf(region: string): Zone[] {
  const known = isRegion(region) ? regions[region] : undefined;
  const short = initials(region);
  const ids = known?.zones ?? { a: `${short}-az1`, b: `${short}-az2`, c: `${short}-az3` };
  return Object.entries(ids).map(([letter, id]) => ({ name: `${region}${letter}`, id }));
}

/** What DescribeAvailabilityZones calls the zones of a region together. */
export function zoneGroupLongName(region: string): string {
  const known = isRegion(region) ? regions[region] : undefined;
  return known ? `${known.longName} 1` : region;
}

/** How ids of zones begin: `apse9` of `ap-southeast-9`, `usgw2` of `us-gov-west-2`. */
function initials(region: string): string {
  return region
    .replace(
      /-(north|south|east|west|central)(east|west)?(?=-)/,
      (_, one: string, two = '') => `${one.charAt(0)}${two.charAt(0)}`,
    )
    .replace('-gov', 'g')
    .replaceAll('-', '');
}
