import {
  type _InstanceType,
  DescribeInstanceTypesCommand,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, type ServiceQuota } from '@aws-sdk/client-service-quotas';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { serviceQuotas } from '../../aws/service-quotas';
import { env } from '../../env';
import { CapacityUnavailable, InvalidPipeline } from '../../errors';
import type { Pipeline } from '../../pipeline/pipeline';
import { tagOf } from '../../tags';
import { isBuildId } from '../id';
import { findRecord, isHeld } from '../record';
import type { Target } from '../state';

/**
 * The quotas of vCPUs of On-Demand Instances, by what the names of their types begin with.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
 */
const QUOTAS: readonly (readonly [RegExp, string])[] = [
  [/^dl\d/, 'L-6E869C2A'],
  [/^f\d/, 'L-74FC7D96'],
  [/^(g|gr|vt)\d/, 'L-DB2E81BA'],
  [/^u\d*[a-z]*-/, 'L-43DA4232'],
  [/^hpc\d/, 'L-F7808C92'],
  [/^inf\d/, 'L-1945791B'],
  [/^p\d/, 'L-417A185B'],
  [/^trn\d/, 'L-2C3B7624'],
  [/^x\d/, 'L-7295265B'],
  // Mac types run on hosts, which have quotas of their own.
  [/^(?!mac)[acdhimrtz]/, 'L-1216C47A'],
];

/** Servers that run at the same time, beside what runs already. */
interface Servers {
  type: string;
  /** Further types that may run instead. */
  orTypes?: readonly string[] | undefined;
  count: number;
  /** `its base server`, to be read after "for". */
  what: string;
}

/**
 * Checks that the account's quotas of vCPUs have room for what a build runs beside what runs already: the base server, the server that
 * tests the image once that has ended, and the further servers of the rollout. How much is in use is asked of EC2 itself: what CloudWatch
 * knows of it is minutes old.
 *
 * @param bakes false where an earlier image is used: then no server makes or tests one
 * @throws CapacityUnavailable with what is needed, what is in use and what the quota is
 * @throws InvalidPipeline for a type that is not there
 */
export async function checkVcpus(
  pipeline: Pipeline,
  targets: readonly Target[],
  bakes = true,
): Promise<void> {
  const phases = listPhases(pipeline, targets, bakes);
  if (phases.length === 0) return;
  const vcpus = await describeTypes(pipeline.name, [...new Set(phases.flat().flatMap(typesOf))]);
  const codes = new Set(phases.flat().flatMap((servers) => codeFor(servers) ?? []));
  if (codes.size === 0) return;
  const [used, quotas] = await Promise.all([countUsed(), Promise.all([...codes].map(describeQuota))]);
  const problems = quotas.flatMap((quota) => findProblem(quota, used, phases, vcpus) ?? []);
  if (problems.length > 0) throw new CapacityUnavailable(problems.join('\n'));
}

/** What runs at the same time, in the order of the build. */
function listPhases({ definition }: Pipeline, targets: readonly Target[], bakes: boolean): Servers[][] {
  const { base, image } = definition;
  const one = { type: base.instanceType, count: 1 };
  const rollout = targets.flatMap(({ autoScalingGroup, isFirstImage, adds }) => {
    if (!adds || adds.servers === 0) return [];
    const { servers: count, instanceType: type, orTypes } = adds;
    const which = isFirstImage ? 'first' : 'further';
    const what = count === 1 ? `a ${which} server` : `${count} ${which} servers`;
    return [{ type, orTypes, count, what: `${what} of ${autoScalingGroup}` }];
  });
  return [
    ...(bakes ? [[{ ...one, what: 'its base server' }]] : []),
    ...(bakes && image.test ? [[{ ...one, what: 'the server that tests its image' }]] : []),
    ...(rollout.length > 0 ? [rollout] : []),
  ];
}

function typesOf({ type, orTypes = [] }: Servers): string[] {
  return [type, ...orTypes];
}

/** The quota that servers count for; undefined where AWS may choose among types of several. */
function codeFor(servers: Servers): string | undefined {
  const codes = new Set(typesOf(servers).map(codeOf));
  return codes.size === 1 ? codeOf(servers.type) : undefined;
}

function codeOf(type: string): string | undefined {
  return QUOTAS.find(([begins]) => begins.test(type))?.[1];
}

/** As many types as EC2 describes in one call. A group names 40 at most, and a pipeline may have many groups. */
const TYPES_A_CALL = 100;

async function describeTypes(pipeline: string, types: string[]): Promise<ReadonlyMap<string, number>> {
  const vcpus = new Map<string, number>();
  try {
    for (let at = 0; at < types.length; at += TYPES_A_CALL) {
      const { InstanceTypes = [] } = await ec2().send(
        new DescribeInstanceTypesCommand({
          InstanceTypes: types.slice(at, at + TYPES_A_CALL) as _InstanceType[],
        }),
      );
      for (const one of InstanceTypes) vcpus.set(one.InstanceType ?? '', one.VCpuInfo?.DefaultVCpus ?? 0);
    }
    return vcpus;
  } catch (error) {
    if (!isAwsError(error, 'InvalidInstanceType')) throw error;
    throw new InvalidPipeline(`pipeline ${pipeline}, base.instanceType: ${error.message}`, { cause: error });
  }
}

/**
 * By quota, the vCPUs of what is pending or runs. Spot Instances have quotas of their own; servers of other builds are gone in minutes, long
 * before the rollout, and must not keep a pipeline from being built that starts in the same night. One that is held for people is not.
 */
async function countUsed(): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, number>();
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2() }, { Filters })) {
    for (const instance of Reservations.flatMap(instancesOf)) {
      const { InstanceType = '', InstanceLifecycle, CpuOptions, Tags = [] } = instance;
      const code = codeOf(InstanceType);
      if (code === undefined || InstanceLifecycle === 'spot') continue;
      const isOfBuild = Tags.some(({ Key }) => Key === 'kiln:purpose');
      if (isOfBuild && !(await isHeldForPeople(instance))) continue;
      const { CoreCount = 0, ThreadsPerCore = 1 } = CpuOptions ?? {};
      used.set(code, (used.get(code) ?? 0) + CoreCount * ThreadsPerCore);
    }
  }
  return used;
}

async function isHeldForPeople(instance: Instance): Promise<boolean> {
  const build = tagOf(instance, 'kiln:build') ?? '';
  const record = isBuildId(build) ? await findRecord(build) : undefined;
  return record !== undefined && isHeld(record, instance.InstanceId);
}

function instancesOf({ Instances = [] }: { Instances?: Instance[] | undefined }): Instance[] {
  return Instances;
}

async function describeQuota(QuotaCode: string): Promise<ServiceQuota> {
  const asked = new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode });
  const { Quota } = await serviceQuotas().send(asked);
  return { ...Quota, QuotaCode };
}

function findProblem(
  { QuotaCode = '', QuotaName, Value }: ServiceQuota,
  used: ReadonlyMap<string, number>,
  phases: readonly Servers[][],
  vcpus: ReadonlyMap<string, number>,
): string | undefined {
  if (Value === undefined) return undefined;
  const inUse = used.get(QuotaCode) ?? 0;
  // Of several types AWS takes another where one lacks room: so many they need at least.
  const needsOf = (servers: Servers) =>
    servers.count * Math.min(...typesOf(servers).map((type) => vcpus.get(type) ?? 0));
  const own = phases.map((phase) => phase.filter((servers) => codeFor(servers) === QuotaCode));
  const most = Math.max(...own.map((phase) => phase.reduce((sum, servers) => sum + needsOf(servers), 0)));
  if (inUse + most <= Value) return undefined;
  const needs = own
    .filter((phase) => phase.length > 0)
    .map((phase) =>
      phase
        .map((one) => `${needsOf(one)} vCPUs for ${one.what} (${typesOf(one).join(' or ')})`)
        .join(' and '),
    );
  return `This build needs ${needs.join(', then ')}, beside the ${inUse} that are in use: up to ${inUse + most}, but the quota of ${env('AWS_REGION')} for ${QuotaName} is ${Value}. End what is not needed, or ask for more: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${QuotaCode} --desired-value ${inUse + most}`;
}
