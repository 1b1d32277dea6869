import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { MadeVersion, Target } from '../build/state';
import { describeAddresses } from '../image/instances';
import { lookAtEach, type Seen } from '../wait/look';
import type { Outcome, Said, Wait } from '../wait/wait';
import { judgeBalancers, type Place } from './balancers/judge';
import { describeGroups, describeWarmPool } from './groups';

/** Where a server of a fleet answers. Where nothing that balances its load says it, the port is the pipeline's. */
export interface Server {
  instanceId: string;
  privateIp: string;
  port?: number;
}

/** What a fleet is held against. */
export interface Expected {
  version?: string;
  /** Of a mixed group: the template of that version, and the further versions that a server may run. */
  launchTemplateId?: string | undefined;
  others?: readonly MadeVersion[] | undefined;
  /** That the group is empty on purpose, as Plan found it. */
  mayBeEmpty?: boolean;
  /** Where servers are asked for the site, as Plan found it. */
  askAt?: Record<string, number[]>;
  /** Which servers the refresh leaves as they are, on purpose. */
  leaves?: Leaves;
}

/** What a pipeline has a refresh leave as it is. */
export interface Leaves {
  /** Servers that are protected from scale-in. */
  protected: boolean;
  /** Servers in Standby. */
  standby: boolean;
}

/** A server of the old version that the pipeline leaves. */
export interface Left {
  instanceId: string;
  version: string;
  why: string;
}

/** What a target leaves as it is. */
export function leavesOf({
  scaleInProtected,
  standby,
}: Pick<Target, 'scaleInProtected' | 'standby'>): Leaves {
  return { protected: scaleInProtected === 'ignore', standby: standby === 'ignore' };
}

/** A fleet as AWS sees it: what is wrong, and if nothing is where its servers answer. */
interface Judged {
  problems: string[];
  places: Place[];
  /** Those that run the old version on purpose: they are asked for nothing. */
  left: Left[];
}

/** A state of the machine takes 256 KiB: some 70 bytes a server, and room for the rest. */
const MOST_PLACES = 3000;

/**
 * Looks at fleets that are waited for: done are those in which AWS finds nothing wrong any more, and those that are gone. The outcome
 * names the servers that are to be asked for the site.
 */
export async function lookAtFleets(waits: Wait[]): Promise<Seen> {
  const groups = await describeGroupsOf(waits);
  return lookAtEach(waits, (wait) => lookAtFleet(groups.get(wait.resource), wait));
}

async function lookAtFleet(group: AutoScalingGroup | undefined, wait: Wait): Promise<Outcome | Said> {
  if (!group) return fail(`The Auto Scaling group ${wait.resource} was deleted.`);
  if (group.Status)
    return fail(`The Auto Scaling group ${wait.resource} is being deleted (${group.Status}).`);
  const { problems, places } = await judgeFleet(group, wait);
  if (problems.length > 0) return { says: problems.join('; ') };
  if (wait.verify !== 'site') return { output: { servers: [] } };
  if (places.length > MOST_PLACES) {
    return fail(
      `The fleet of ${wait.resource} has ${places.length} servers, more than the ${MOST_PLACES} that Kiln can ask for the site. Say verify: targetGroup.`,
    );
  }
  const servers = await findServers(places);
  const next = {
    stage: `AskServers/${wait.resource}`,
    waitsFor: `the servers of ${wait.resource}, to serve the site`,
  };
  return servers
    ? { output: { servers }, ...(servers.length > 0 && { next }) }
    : { says: 'a server has just gone' };
}

function fail(cause: string): Outcome {
  return { error: 'FleetNotHealthy', cause };
}

/** @returns undefined while EC2 does not know one of them: it has just gone */
async function findServers(places: Place[]): Promise<Server[] | undefined> {
  const addresses = await describeAddresses([...new Set(places.map(({ instanceId }) => instanceId))]);
  const servers = places.flatMap(({ instanceId, port }) => {
    const privateIp = addresses.get(instanceId);
    return privateIp ? [{ instanceId, privateIp, ...(port !== undefined && { port }) }] : [];
  });
  return servers.length === places.length ? servers : undefined;
}

function describeGroupsOf(waits: Wait[]): Promise<Map<string, AutoScalingGroup>> {
  return describeGroups([...new Set(waits.map((wait) => wait.resource))]);
}

/** What keeps fleets from being verified, in words: which server lacks what. */
export async function findFleetProblems(waits: Wait[]): Promise<Map<Wait, string[]>> {
  const groups = await describeGroupsOf(waits);
  const found = waits.map(async (wait) => {
    const group = groups.get(wait.resource);
    const problems = group
      ? (await judgeFleet(group, wait)).problems
      : [`the group ${wait.resource} is gone`];
    return [wait, problems] as const;
  });
  return new Map(await Promise.all(found));
}

/** Holds a fleet against what it should be, as AWS sees it: complete, on the new version, healthy in its target groups and Classic Load Balancers. */
export async function judgeFleet(group: AutoScalingGroup, expected: Expected): Promise<Judged> {
  const { DesiredCapacity = 0 } = group;
  const left = findLeft(group, expected);
  const isLeft = ({ InstanceId }: Instance) => left.some(({ instanceId }) => instanceId === InstanceId);
  const Instances = listServers(group, expected).filter((instance) => !isLeft(instance));
  const warm = await describeWarmPool(group);
  const problems = [
    ...Instances.flatMap((instance) => findInstanceProblem(instance, expected) ?? []),
    ...warm.flatMap((instance) => findWarmProblem(instance, expected) ?? []),
  ];
  // Those in Standby are no part of the desired capacity, nor are those that leave.
  const there = (group.Instances ?? []).filter(
    (instance) => instance.LifecycleState !== 'Standby' && !isLeaving(instance),
  );
  const missing = DesiredCapacity - capacityOf(there);
  const unit = there.some(({ WeightedCapacity }) => WeightedCapacity) ? 'units of capacity' : 'servers';
  if (missing > 0) problems.push(`${missing} of ${DesiredCapacity} ${unit} are missing`);
  if (DesiredCapacity === 0 && !expected.mayBeEmpty)
    problems.push('its desired capacity is 0, which it was not when the build was planned');
  // Only a complete group is worth the calls to what balances its load.
  if (problems.length > 0 || Instances.length === 0) return { problems, places: [], left };
  return { ...(await judgeBalancers(group, Instances, expected.askAt)), left };
}

/** How much of a group's capacity servers are: each one unit, unless its policy has weights. */
export function capacityOf(servers: readonly Instance[]): number {
  return servers.reduce((sum, { WeightedCapacity = '1' }) => sum + Number(WeightedCapacity), 0);
}

/**
 * The servers that a group has, but those of the right version that leave it: a scale-in may have a termination hook wait for up to two
 * days, and they serve no more. One of another version is one to be told of.
 */
export function listServers({ Instances = [] }: AutoScalingGroup, expected: Expected): Instance[] {
  return Instances.filter(
    (instance) => !isLeaving(instance) || !isExpected(instance.LaunchTemplate, expected),
  );
}

/** Whether a server is no part of its group any more: it terminates, a termination hook has it wait, or it is retained. */
export function isLeaving({ LifecycleState }: Instance): boolean {
  return LifecycleState?.startsWith('Terminat') ?? false;
}

/** States in which a server that has left its load balancers may stay: a hook decides when it goes, or it is kept for a look. */
const WAITS: Readonly<Record<string, string>> = {
  'Terminating:Wait': 'a termination hook has it wait (Terminating:Wait)',
  'Terminating:Retained': 'it is retained (Terminating:Retained)',
};

/** Servers of another version that the pipeline leaves as they are, or AWS keeps though they serve no more. */
function findLeft({ Instances = [] }: AutoScalingGroup, expected: Expected): Left[] {
  const { leaves } = expected;
  return Instances.flatMap(({ InstanceId = '', LaunchTemplate, LifecycleState, ProtectedFromScaleIn }) => {
    const found = LaunchTemplate?.Version ?? 'none';
    const why =
      leaves?.standby && LifecycleState === 'Standby'
        ? 'it is in Standby'
        : leaves?.protected && ProtectedFromScaleIn
          ? 'it is protected from scale-in'
          : LifecycleState && WAITS[LifecycleState];
    return why && !isExpected(LaunchTemplate, expected)
      ? [{ instanceId: InstanceId, version: found, why }]
      : [];
  });
}

/** Whether a server runs what it should. Where there is one version alone, the number tells it. */
function isExpected(
  found: Instance['LaunchTemplate'],
  { version, launchTemplateId, others = [] }: Expected,
): boolean {
  if (others.length === 0) return found?.Version === version;
  return [{ launchTemplateId, version }, ...others].some(
    (one) => found?.LaunchTemplateId === one.launchTemplateId && found?.Version === one.version,
  );
}

function describeExpected({ version, launchTemplateId, others = [] }: Expected): string {
  if (others.length === 0) return String(version);
  const all = [{ launchTemplateId, version }, ...others];
  return `one of ${all.map((one) => `${one.launchTemplateId} ${one.version}`).join(', ')}`;
}

function findInstanceProblem(instance: Instance, expected: Expected): string | undefined {
  const { InstanceId, LifecycleState, HealthStatus } = instance;
  const problem = findVersionProblem(instance, expected);
  if (problem) return `${InstanceId} ${problem}`;
  if (LifecycleState !== 'InService') return `${InstanceId} is ${LifecycleState}`;
  if (HealthStatus?.toLowerCase() !== 'healthy') return `${InstanceId} is ${HealthStatus}`;
  return undefined;
}

/** What a group draws on when it scales out. Those that are still being prepared need not be ready. */
function findWarmProblem(instance: Instance, expected: Expected): string | undefined {
  const problem = findVersionProblem(instance, expected);
  return problem && `${instance.InstanceId} in the warm pool ${problem}`;
}

function findVersionProblem({ LaunchTemplate }: Instance, expected: Expected): string | undefined {
  if (isExpected(LaunchTemplate, expected)) return undefined;
  const template = expected.others?.length ? `${LaunchTemplate?.LaunchTemplateId} ` : '';
  return `runs template version ${template}${LaunchTemplate?.Version}, expected ${describeExpected(expected)}`;
}
