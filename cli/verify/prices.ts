/** A public list price of us-east-1, in US dollars. */
export interface Price {
  readonly what: string;
  readonly dollars: number;
  readonly per: string;
  readonly source: string;
}

/** When the prices below were the published ones. */
export const PRICES_OF = '2025';

const EC2 = 'https://aws.amazon.com/ec2/pricing/on-demand/';
const EBS = 'https://aws.amazon.com/ebs/pricing/';

export const PRICES = {
  loadBalancer: {
    what: 'Application Load Balancer',
    dollars: 0.0225,
    per: 'hour',
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  },
  capacityUnit: {
    what: 'load balancer capacity unit',
    dollars: 0.008,
    per: 'hour',
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  },
  instance: { what: 't3.micro instances', dollars: 0.0104, per: 'hour', source: EC2 },
  address: {
    what: 'public IPv4 addresses',
    dollars: 0.005,
    per: 'hour',
    source: 'https://aws.amazon.com/vpc/pricing/',
  },
  volume: { what: 'gp3 volumes', dollars: 0.08 / 730, per: 'GB-hour', source: EBS },
  snapshot: { what: 'snapshots', dollars: 0.05 / 730, per: 'GB-hour', source: EBS },
  transition: {
    what: 'Step Functions state transitions',
    dollars: 0.000_025,
    per: 'transition',
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  key: {
    what: 'KMS key',
    dollars: 1 / 730,
    per: 'hour',
    source: 'https://aws.amazon.com/kms/pricing/',
  },
  metric: {
    what: 'CloudWatch metrics and alarms',
    dollars: 0.3 / 730,
    per: 'metric-hour',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
} as const satisfies Record<string, Price>;

export type Quantities = Readonly<Record<keyof typeof PRICES, number>>;

/** What a kind of thing comes to. */
export interface Cost extends Price {
  readonly quantity: number;
  readonly total: number;
}

/** How a verification runs, as far as its cost goes. Hours are AWS's. */
export interface Extent {
  /** As long as the fleet stands. */
  readonly hours: number;
  /** Servers of the fleet, and temporary instances, times their hours. */
  readonly instanceHours: number;
  readonly images: number;
  readonly transitions: number;
}

/** An Application Load Balancer has an address in each of its two subnets. */
const BALANCER_ADDRESSES = 2;
const VOLUME_GIB = 8;
/** What of a volume is written, and so is in its snapshot. */
const SNAPSHOT_GIB = 2;
const METRICS = 20;

/** How much of everything a verification takes. */
export function quantitiesOf({ hours, instanceHours, images, transitions }: Extent): Quantities {
  const started = Math.max(1, Math.ceil(hours));
  return {
    loadBalancer: started,
    capacityUnit: started,
    instance: instanceHours,
    address: instanceHours + BALANCER_ADDRESSES * hours,
    volume: instanceHours * VOLUME_GIB,
    snapshot: images * SNAPSHOT_GIB * hours,
    transition: transitions,
    key: started,
    metric: METRICS * started,
  };
}

/** What quantities come to by the list prices, dearest first. */
export function costsOf(quantities: Quantities): Cost[] {
  const kinds = Object.keys(PRICES) as (keyof typeof PRICES)[];
  return kinds
    .map((kind) => ({
      ...PRICES[kind],
      quantity: quantities[kind],
      total: quantities[kind] * PRICES[kind].dollars,
    }))
    .sort((one, other) => other.total - one.total);
}

export function totalOf(costs: readonly Cost[]): number {
  return costs.reduce((sum, { total }) => sum + total, 0);
}

/** Dollars, to a tenth of a cent. */
export function dollarsText(dollars: number): string {
  return `$${dollars.toFixed(3)}`;
}
