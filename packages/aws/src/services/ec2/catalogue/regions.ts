/** A zone as DescribeAvailabilityZones shows it. */
export interface Zone {
  readonly name: string;
  readonly id: string;
}

interface RegionFacts {
  /** Short form in zone ids and usage types, e.g. `use1`. */
  readonly short: string;
  /** The letters of the zones that a new account sees. */
  readonly zones: string;
  readonly groupLongName: string;
  readonly optIn?: true;
}

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const regions: Readonly<Record<string, RegionFacts>> = {
  'us-east-1': { short: 'use1', zones: 'abcdef', groupLongName: 'US East (N. Virginia) 1' },
  'us-east-2': { short: 'use2', zones: 'abc', groupLongName: 'US East (Ohio) 1' },
  'us-west-1': { short: 'usw1', zones: 'ac', groupLongName: 'US West (N. California) 1' },
  'us-west-2': { short: 'usw2', zones: 'abcd', groupLongName: 'US West (Oregon) 1' },
  'ca-central-1': { short: 'cac1', zones: 'abd', groupLongName: 'Canada (Central) 1' },
  'sa-east-1': { short: 'sae1', zones: 'abc', groupLongName: 'South America (São Paulo) 1' },
  'eu-central-1': { short: 'euc1', zones: 'abc', groupLongName: 'Europe (Frankfurt) 1' },
  'eu-west-1': { short: 'euw1', zones: 'abc', groupLongName: 'Europe (Ireland) 1' },
  'eu-west-2': { short: 'euw2', zones: 'abc', groupLongName: 'Europe (London) 1' },
  'eu-west-3': { short: 'euw3', zones: 'abc', groupLongName: 'Europe (Paris) 1' },
  'eu-north-1': { short: 'eun1', zones: 'abc', groupLongName: 'Europe (Stockholm) 1' },
  'ap-south-1': { short: 'aps1', zones: 'abc', groupLongName: 'Asia Pacific (Mumbai) 1' },
  'ap-northeast-1': { short: 'apne1', zones: 'acd', groupLongName: 'Asia Pacific (Tokyo) 1' },
  'ap-northeast-2': { short: 'apne2', zones: 'abcd', groupLongName: 'Asia Pacific (Seoul) 1' },
  'ap-northeast-3': { short: 'apne3', zones: 'abc', groupLongName: 'Asia Pacific (Osaka) 1' },
  'ap-southeast-1': { short: 'apse1', zones: 'abc', groupLongName: 'Asia Pacific (Singapore) 1' },
  'ap-southeast-2': { short: 'apse2', zones: 'abc', groupLongName: 'Asia Pacific (Sydney) 1' },
  'af-south-1': { short: 'afs1', zones: 'abc', groupLongName: 'Africa (Cape Town) 1', optIn: true },
  'ap-east-1': { short: 'ape1', zones: 'abc', groupLongName: 'Asia Pacific (Hong Kong) 1', optIn: true },
  'ap-south-2': { short: 'aps2', zones: 'abc', groupLongName: 'Asia Pacific (Hyderabad) 1', optIn: true },
  'ap-southeast-3': { short: 'apse3', zones: 'abc', groupLongName: 'Asia Pacific (Jakarta) 1', optIn: true },
  'ap-southeast-4': {
    short: 'apse4',
    zones: 'abc',
    groupLongName: 'Asia Pacific (Melbourne) 1',
    optIn: true,
  },
  'ca-west-1': { short: 'caw1', zones: 'abc', groupLongName: 'Canada West (Calgary) 1', optIn: true },
  'eu-central-2': { short: 'euc2', zones: 'abc', groupLongName: 'Europe (Zurich) 1', optIn: true },
  'eu-south-1': { short: 'eus1', zones: 'abc', groupLongName: 'Europe (Milan) 1', optIn: true },
  'eu-south-2': { short: 'eus2', zones: 'abc', groupLongName: 'Europe (Spain) 1', optIn: true },
  'il-central-1': { short: 'ilc1', zones: 'abc', groupLongName: 'Israel (Tel Aviv) 1', optIn: true },
  'me-central-1': { short: 'mec1', zones: 'abc', groupLongName: 'Middle East (UAE) 1', optIn: true },
  'me-south-1': { short: 'mes1', zones: 'abc', groupLongName: 'Middle East (Bahrain) 1', optIn: true },
};

/** A region of any other name is taken to be like most: three zones, and not opted into. */
function factsOf(region: string): RegionFacts {
  const known = regions[region];
  if (known) return known;
  return { short: region.replace(/-/g, ''), zones: 'abc', groupLongName: region };
}

export interface RegionSummary {
  readonly name: string;
  readonly optIn: boolean;
}

/** All regions, by name. */
export function listRegions(): RegionSummary[] {
  return Object.keys(regions)
    .sort()
    .map((name) => ({ name, optIn: factsOf(name).optIn === true }));
}

/** The zones of a region, in the order of their names. */
export function zonesOf(region: string): Zone[] {
  const { short, zones } = factsOf(region);
  return [...zones].map((letter, i) => ({ name: `${region}${letter}`, id: `${short}-az${i + 1}` }));
}

export function zoneGroupLongName(region: string): string {
  return factsOf(region).groupLongName;
}

/** The domain of private names: `ec2.internal` in us-east-1, `<region>.compute.internal` elsewhere. */
export function privateDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

/** The domain of public names. */
function publicDomain(region: string): string {
  return region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${region}.compute.amazonaws.com`;
}

export function privateDnsName(region: string, address: string): string {
  return `ip-${address.replaceAll('.', '-')}.${privateDomain(region)}`;
}

export function publicDnsName(region: string, address: string): string {
  return `ec2-${address.replaceAll('.', '-')}.${publicDomain(region)}`;
}
