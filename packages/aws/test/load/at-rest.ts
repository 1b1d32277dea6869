import { EC2 } from '@aws-sdk/client-ec2';
import { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { connectAws } from '../../src/connect';
import type { Server } from './server';
import { IMAGE } from './shared';

/** vCPUs of Standard instances, two for each t3.nano. */
const QUOTA = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
/** EC2 takes no more in one call of its default quota. */
const AT_ONCE = 250;
/** AWS seconds. */
const QUOTA_SECONDS = 1000;
const BOOT_SECONDS = 300;
const END_SECONDS = 3700;

/** What instances cost that do nothing. */
export interface AtRest {
  readonly instances: number;
  /** Real seconds until all had passed their status checks. */
  readonly bootSeconds: number;
  readonly bootCpuSeconds: number;
  /** Of heap and buffers, for each. */
  readonly kilobytesEach: number;
  /** Of one core, while nobody asks for anything. */
  readonly cpuPercent: number;
  readonly pages: number;
  /** Real milliseconds for a page of 100. */
  readonly pageMilliseconds: number;
  /** Megabytes that are left once all have been forgotten. */
  readonly leftMegabytes: number;
}

const heldBy = ({ memory }: { memory: NodeJS.MemoryUsage }) => memory.heapUsed + memory.external;
const secondsOf = ({ cpu }: { cpu: NodeJS.CpuUsage }) => (cpu.user + cpu.system) / 1e6;

/**
 * Boots so many instances in leaping time, lets them rest, and terminates them.
 *
 * @param server one whose time leaps
 * @param seconds of rest that are looked at, real ones
 */
export async function measureRest(server: Server, count: number, seconds: number): Promise<AtRest> {
  const aws = await connectAws(server.endpoint);
  const ec2 = new EC2(aws.client);
  const quotas = new ServiceQuotas(aws.client);
  await quotas.requestServiceQuotaIncrease({ ...QUOTA, DesiredValue: 2 * count + 640 });
  await aws.clock.sleep(QUOTA_SECONDS);

  const before = await server.look();
  const begun = performance.now();
  for (let left = count; left > 0; left -= AT_ONCE) {
    const size = Math.min(left, AT_ONCE);
    await ec2.runInstances({ ImageId: IMAGE, InstanceType: 't3.nano', MinCount: size, MaxCount: size });
  }
  await aws.clock.sleep(BOOT_SECONDS);
  const checked = await pageThrough(async (token) => {
    const { InstanceStatuses = [], NextToken } = await ec2.describeInstanceStatus({
      MaxResults: 100,
      NextToken: token,
      Filters: [{ Name: 'instance-status.status', Values: ['ok'] }],
    });
    return { found: InstanceStatuses.length, next: NextToken };
  });
  if (checked.found !== count) throw new Error(`only ${checked.found} of ${count} instances have booted`);
  const bootSeconds = (performance.now() - begun) / 1000;

  const booted = await server.look();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rested = await server.look();

  const asked = performance.now();
  const ids: string[] = [];
  const { pages, found } = await pageThrough(async (token) => {
    const { Reservations = [], NextToken } = await ec2.describeInstances({
      MaxResults: 100,
      NextToken: token,
    });
    const own = Reservations.flatMap(({ Instances = [] }) =>
      Instances.map(({ InstanceId = '' }) => InstanceId),
    );
    ids.push(...own);
    return { found: own.length, next: NextToken };
  });
  if (found !== count || new Set(ids).size !== count)
    throw new Error(`the pages have ${found} instances, ${new Set(ids).size} different ones, of ${count}`);
  const pageMilliseconds = (performance.now() - asked) / pages;

  for (let from = 0; from < count; from += AT_ONCE)
    await ec2.terminateInstances({ InstanceIds: ids.slice(from, from + AT_ONCE) });
  await aws.clock.sleep(END_SECONDS);
  const after = await server.look();
  ec2.destroy();
  quotas.destroy();
  return {
    instances: count,
    bootSeconds,
    bootCpuSeconds: secondsOf(booted) - secondsOf(before),
    kilobytesEach: (heldBy(booted) - heldBy(before)) / count / 1e3,
    cpuPercent: ((secondsOf(rested) - secondsOf(booted)) / seconds) * 100,
    pages,
    pageMilliseconds,
    leftMegabytes: (heldBy(after) - heldBy(before)) / 1e6,
  };
}

async function pageThrough(
  page: (token: string | undefined) => Promise<{ found: number; next: string | undefined }>,
): Promise<{ pages: number; found: number }> {
  let pages = 0;
  let found = 0;
  let token: string | undefined;
  do {
    const one = await page(token);
    pages += 1;
    found += one.found;
    token = one.next;
  } while (token);
  return { pages, found };
}
