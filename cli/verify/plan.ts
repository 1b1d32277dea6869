import type { Names } from './names';
import type { Place } from './place';
import { type Cost, costsOf, dollarsText, type Extent, PRICES_OF, quantitiesOf, totalOf } from './prices';

/** Servers of the fleet. */
export const SERVERS = 2;
/** Builds that are asked for: three are rolled out, one is rolled back, one aborted. */
export const BUILDS = 5;

/**
 * How long it all takes on AWS, and so how much of everything. An instance refresh whose servers never get healthy takes the hour that
 * Auto Scaling gives them: https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export const EXPECTED: Extent = { hours: 2.5, instanceHours: 10, images: BUILDS, transitions: 60 * BUILDS };

const MINUTES = 60;

/** What a verification will make in which account, and what that costs: what a person is asked to agree to. */
export function planText(place: Pick<Place, 'account' | 'caller' | 'isEmbedded'>, names: Names): string {
  const costs = costsOf(quantitiesOf(EXPECTED));
  const where = place.isEmbedded
    ? `account ${place.account} of an embedded AWS`
    : `AWS account ${place.account}`;
  return [
    `In ${where}, region ${names.region}, as ${place.caller}, this will make`,
    `  the stack ${names.fleet}: a VPC with two public subnets, an Application Load Balancer, three Auto Scaling groups`,
    `  the stack ${names.name}: Kiln's service, with its functions, state machine, HTTP API, table, bucket, topic, key and roles`,
    `  ${SERVERS} instances of t3.micro for about ${Math.round(EXPECTED.hours * MINUTES)} minutes, and up to ${SERVERS} more while they are replaced`,
    `  ${BUILDS} builds, one after the other: each up to two more instances for some minutes, an image and its snapshot`,
    `and, when it is over or interrupted, remove all of it. Where the account never had them, the service-linked roles of Auto Scaling`,
    'and Elastic Load Balancing stay, and the key waits the seven days that AWS asks for before it goes; neither costs anything.',
    '',
    `An estimate of what it costs, by the public list prices of us-east-1 in ${PRICES_OF} (yours may be others; see the pages):`,
    ...costLines(costs),
  ].join('\n');
}

/** Each cost in a line, and their sum. */
export function costLines(costs: readonly Cost[]): string[] {
  const lines = costs.map(
    ({ what, quantity, per, total, source }) =>
      `  ${dollarsText(total).padStart(6)}  ${amountText(quantity)} ${unitText(per, quantity)} of ${what}, ${source}`,
  );
  return [...lines, `  ${dollarsText(totalOf(costs)).padStart(6)}  in all`];
}

function amountText(quantity: number): string {
  return String(Math.round(quantity * 10) / 10);
}

function unitText(unit: string, quantity: number): string {
  return quantity === 1 ? unit : `${unit}s`;
}
