import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  EC2Client,
  type InstanceTypeInfo,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
} from '@aws-sdk/client-ec2';
import { describeInstanceType } from './describe-instance-type';

/*
 * Writes data/instance-types.json from an AWS account, whose credentials are found as the SDK finds them. The calls are
 * ec2:DescribeInstanceTypes and ec2:DescribeInstanceTypeOfferings.
 *
 * npx tsx packages/aws/scripts/generate-instance-types.ts --region us-east-1 --region eu-west-1
 *
 * Instance types of all the regions are written, and the zones of these regions where one is not offered. No package
 * publishes this: what stood there before the first refresh was written by hand, from AWS's pages of instance types.
 */

async function generateInstanceTypes(regions: readonly string[]): Promise<void> {
  const infos = new Map<string, InstanceTypeInfo>();
  const zones = new Set<string>();
  const offered = new Set<string>();
  for (const region of regions) {
    const client = new EC2Client({ region });
    for await (const { InstanceTypes = [] } of paginateDescribeInstanceTypes({ client }, {}))
      for (const info of InstanceTypes) infos.set(String(info.InstanceType), info);
    const input = { LocationType: 'availability-zone-id' } as const;
    for await (const page of paginateDescribeInstanceTypeOfferings({ client }, input))
      for (const { InstanceType, Location = '' } of page.InstanceTypeOfferings ?? []) {
        zones.add(Location);
        offered.add(`${InstanceType} ${Location}`);
      }
  }
  const lines = [...infos.values()]
    .map((info) =>
      describeInstanceType(
        info,
        [...zones].filter((zone) => !offered.has(`${info.InstanceType} ${zone}`)),
      ),
    )
    .sort(
      (left, right) =>
        compare(familyOf(left.name), familyOf(right.name)) ||
        left.vcpus - right.vcpus ||
        left.memoryMiB - right.memoryMiB ||
        compare(left.name, right.name),
    )
    .map((type) => JSON.stringify(type));
  // A type a line: a refresh reads as the types that it changed.
  writeFileSync(new URL('../data/instance-types.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
}

function familyOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const { region } = parseArgs({ options: { region: { type: 'string', multiple: true } } }).values;
if (!region) throw new Error('expected --region, e.g. --region us-east-1');
void generateInstanceTypes(region);
