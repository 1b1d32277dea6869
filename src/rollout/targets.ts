import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { Unmade } from '../build/plan/unmade';
import type { Target, TemplateState } from '../build/state';
import { TargetNotRefreshable } from '../errors';
import { findAll } from '../failures';
import { chooseHealthy } from '../pipeline/definition/healthy';
import type { RolloutTarget } from '../pipeline/pipeline';
import { attachedTo } from './balancers/attached';
import { findWays, type Ways } from './balancers/ways';
import { findObstacle } from './checks/admission';
import { type Alarms, lookAtAlarms } from './checks/alarms';
import { findArchitectureProblem } from './checks/architecture';
import { findGroupTagProblem } from './checks/group-tag';
import { findRoleProblem, findTagProblem } from './checks/launch-template';
import { findMixedAdds, findPolicyProblem, listTypes } from './checks/mixed';
import { findSuspensionProblem } from './checks/suspended';
import { findKeyProblem } from './checks/volume-key';
import { checkClaim } from './claim';
import { describeGroups } from './groups';
import { findVersion, findVersionOf, isPublishedByKiln } from './template';
import { nameOf, normalize, referenceOf, specificationsOf } from './version/configuration';

/**
 * Checks that the targets of a pipeline can be refreshed, and their servers be asked for the site, before anything is made.
 *
 * @param planned what is known of the build
 * @param unmade is told what AWS does not let Kiln look at
 * @throws TargetNotRefreshable if one cannot be refreshed, or not be rolled back; says all that is to be changed, of all of them
 */
export async function checkTargets(
  rollout: RolloutTarget[],
  planned: Planned,
  unmade: Unmade,
): Promise<Target[]> {
  const groups = await describeGroups(rollout.map((target) => target.autoScalingGroup));
  const checks = rollout.map((target) =>
    checkTarget(target, groups.get(target.autoScalingGroup), planned, unmade),
  );
  return findAll(checks);
}

/** What is known of a build before it is made. */
export interface Planned {
  /** Where the site answers, on a server that no target group has. */
  readonly port: number;
  /** Of the new image; undefined where it is not known. */
  readonly architecture?: Promise<string | undefined>;
  /** Alarms that ring already keep it from nothing. */
  readonly isHotfix?: boolean;
}

/** A template of a group, as the group names it, and the version that it means. */
interface Named {
  spec: LaunchTemplateSpecification;
  version: LaunchTemplateVersion;
}

async function checkTarget(
  target: RolloutTarget,
  group: AutoScalingGroup | undefined,
  planned: Planned,
  unmade: Unmade,
): Promise<Target> {
  const found = checkGroup(target.autoScalingGroup, group);
  const [own, ...others] = await findNamed(target.autoScalingGroup, found);
  if (!own)
    refuse(target.autoScalingGroup, 'has a mixed instances policy without a launch template. Give it one.');
  const all = [own, ...others];
  const versions = distinctVersions(all);
  const isFirstImage =
    found.DesiredCapacity === 0 && versions.every((version) => !isPublishedByKiln(version));
  const types = listTypes(found.MixedInstancesPolicy, own.version, (at) => versionOfOverride(found, all, at));
  const attached = attachedTo(found);
  const ways =
    target.verify === 'site'
      ? await unmade.unlessDenied(`the probe can ask the servers of ${target.autoScalingGroup}`, () =>
          findWays(found, planned.port),
        )
      : undefined;
  const isOpen = ways && 'ports' in ways;
  const looked = {
    group: found,
    types,
    architecture: await planned.architecture,
    ways: isOpen ? ways : undefined,
  };
  let ringing: Alarms['ringing'] = [];
  await findAll([
    say(target, findGroupTagProblem(found)),
    say(target, findSuspensionProblem(found)),
    say(target, findPolicyProblem(found)),
    say(target, findSourceProblem(target, attached.others)),
    say(
      target,
      ways && 'problem' in ways ? `${ways.problem}${ways.isOfAsking ? ` ${OTHERWISE}` : ''}` : undefined,
    ),
    ...versions.map((version) => say(target, findUserDataProblem(target, version))),
    ...(isFirstImage
      ? [say(target, findRoomProblem(target, found))]
      : all.map(({ spec, version }) =>
          say(target, findRollbackProblem(target, spec, version, !found.LaunchTemplate)),
        )),
    ...LOOKS.map(([what, look]) =>
      unmade.unlessDenied(`${what} of ${target.autoScalingGroup}`, () =>
        findAll(versions.map((version) => look(target, version, looked))),
      ),
    ),
    unmade.unlessDenied(`the alarms are there of ${target.autoScalingGroup}`, async () => {
      const alarms = await lookAtAlarms(target.alarms, planned.isHotfix ?? false);
      ringing = alarms.ringing;
      await say(target, alarms.problem);
    }),
    unmade.unlessDenied(`the servers of ${target.autoScalingGroup} can run the image`, () =>
      say(target, findArchitectureProblem(types, looked.architecture)),
    ),
  ]);
  const { warmup, minCapacity, checkpoints, ...preferences } = target;
  const { name, ...template } = await planTemplate(own);
  const further = await Promise.all(others.map(planTemplate));
  const policy = found.MixedInstancesPolicy && normalize(found.MixedInstancesPolicy);
  return {
    ...preferences,
    alarms: target.alarms.filter((name) => !ringing.includes(name)),
    ...(ringing.length > 0 && { ringing: [...ringing] }),
    ...chooseBounds(target, found),
    ...(checkpoints && { checkpoints }),
    ...(warmup !== undefined && { warmup }),
    ...(minCapacity !== undefined && { minCapacity, minSize: found.MinSize ?? 0 }),
    ...template,
    ...(policy && { policy, ...(name && { launchTemplateName: name }) }),
    ...(further.length > 0 && { others: further }),
    targetGroups: attached.targetGroups,
    ...(attached.loadBalancers.length > 0 && { loadBalancers: attached.loadBalancers }),
    ...(isOpen && Object.keys(ways.askAt).length > 0 && { askAt: ways.askAt }),
    canRollBack: all.every(({ spec }) => isNumber(referenceOf(spec))),
    isFirstImage,
    ...findAdds(target, found, own.version, { isFirstImage, types }),
    isEmpty: found.DesiredCapacity === 0 && !isFirstImage,
  };
}

function isNumber(reference: string): boolean {
  return /^\d+$/.test(reference);
}

/** The templates of a group, each once for every version that it is named at, the group's own first. */
async function findNamed(group: string, found: AutoScalingGroup): Promise<Named[]> {
  const named = new Map<string, Named>();
  const settled = await findAll(
    specificationsOf(found).map(async (spec) => ({ spec, version: await describeVersion(group, spec) })),
  );
  for (const one of settled) {
    const key = keyOf(one);
    if (!named.has(key)) named.set(key, one);
  }
  return [...named.values()];
}

function keyOf({ spec, version }: Named): string {
  return `${version.LaunchTemplateId} ${referenceOf(spec)}`;
}

function distinctVersions(named: readonly Named[]): LaunchTemplateVersion[] {
  const found = new Map(
    named.map(({ version }) => [`${version.LaunchTemplateId} ${version.VersionNumber}`, version]),
  );
  return [...found.values()];
}

/** The version of the template that an override is launched from: its own, or the group's. Undefined where that is told by its name alone. */
function versionOfOverride(
  { MixedInstancesPolicy }: AutoScalingGroup,
  all: readonly Named[],
  at: number,
): LaunchTemplateVersion | undefined {
  const spec = MixedInstancesPolicy?.LaunchTemplate?.Overrides?.[at]?.LaunchTemplateSpecification;
  if (!spec) return all[0]?.version;
  const isSame = (one: LaunchTemplateSpecification) =>
    nameOf(one) === nameOf(spec) && referenceOf(one) === referenceOf(spec);
  return all.find((one) => isSame(one.spec))?.version;
}

async function planTemplate({ spec, version }: Named): Promise<TemplateState> {
  return {
    launchTemplateId: version.LaunchTemplateId ?? '',
    ...(version.LaunchTemplateName && { name: version.LaunchTemplateName }),
    currentVersion: String(version.VersionNumber),
    reference: referenceOf(spec),
    defaultVersion: await findDefault(version),
  };
}

/** Where the file says nothing, the group's own policy holds. AWS writes -1 for a bound that it does not have. */
function chooseBounds(target: RolloutTarget, { InstanceMaintenancePolicy }: AutoScalingGroup) {
  const { MinHealthyPercentage: min = -1, MaxHealthyPercentage: max = -1 } = InstanceMaintenancePolicy ?? {};
  const saysNothing = target.minHealthy === undefined && target.maxHealthy === undefined;
  return saysNothing && min >= 0 && max >= 0 ? { minHealthy: min, maxHealthy: max } : chooseHealthy(target);
}

/** The first image brings the first servers; a refresh has new ones run before it ends old ones. Spot Instances have a quota of their own. */
function findAdds(
  target: RolloutTarget,
  group: AutoScalingGroup,
  { LaunchTemplateData: { InstanceType, InstanceMarketOptions } = {} }: LaunchTemplateVersion,
  { isFirstImage, types }: { isFirstImage: boolean; types: readonly string[] },
): Pick<Target, 'adds'> {
  const { initialCapacity } = target;
  const { DesiredCapacity = 0, MixedInstancesPolicy } = group;
  const { minHealthy, maxHealthy } = chooseBounds(target, group);
  const beyond = Math.ceil((DesiredCapacity * maxHealthy) / 100) - DesiredCapacity;
  // Where none may be missing, one more runs at least.
  const during = DesiredCapacity > 0 ? Math.max(beyond, minHealthy === 100 ? 1 : 0) : 0;
  const more = isFirstImage ? initialCapacity : during;
  if (MixedInstancesPolicy)
    return findMixedAdds(MixedInstancesPolicy, DesiredCapacity, DesiredCapacity + more, types);
  if (!InstanceType || InstanceMarketOptions?.MarketType === 'spot') return {};
  return { adds: { servers: more, instanceType: InstanceType } };
}

/** What a check is made with. */
interface Looked {
  group: AutoScalingGroup;
  /** Undefined where the servers are not asked, or cannot be. */
  ways: Ways | undefined;
}

/** What is looked up for a check, each with what it finds out of a group, for each of its templates. */
const LOOKS: [
  string,
  (target: RolloutTarget, version: LaunchTemplateVersion, looked: Looked) => Promise<void>,
][] = [
  ['the probe can ask the servers', checkProbe],
  [
    'Kiln may change the launch template',
    (target, version) => say(target, findTagProblem(version.LaunchTemplateId ?? '')),
  ],
  ['Kiln may pass on the role of the servers', (target, version) => say(target, findRoleProblem(version))],
  [
    'Auto Scaling may use the key of the volumes',
    (target, version, { group }) => say(target, findKeyProblem(group, version)),
  ],
];

function checkGroup(name: string, group: AutoScalingGroup | undefined): AutoScalingGroup {
  if (!group) refuse(name, 'does not exist in this account and region. Create it, or correct its name.');
  checkClaim(group);
  if (!group.LaunchTemplate && !group.MixedInstancesPolicy)
    refuse(name, 'has a launch configuration. Give it a launch template instead.');
  if (group.Status) refuse(name, `is being deleted (${group.Status}).`);
  return group;
}

/** @throws TargetNotRefreshable for what a check has found */
async function say(
  { autoScalingGroup }: RolloutTarget,
  found: string | undefined | Promise<string | undefined>,
): Promise<void> {
  const problem = await found;
  if (problem) refuse(autoScalingGroup, problem);
}

/** A server launched from an image runs what is on the image, unless its template carries a script of its own. */
function findUserDataProblem(
  { userData }: RolloutTarget,
  version: LaunchTemplateVersion,
): string | undefined {
  if (version.LaunchTemplateData?.UserData === undefined || userData) return undefined;
  return `uses version ${version.VersionNumber} of a launch template that carries user data: each new server would run it over what is on the image. Say userData: drop for new versions without it, or userData: keep if it shall run.`;
}

function findRoomProblem(
  { initialCapacity }: RolloutTarget,
  { AutoScalingGroupName, MinSize = 0, MaxSize = 0, WarmPoolSize = 0 }: AutoScalingGroup,
): string | undefined {
  if (WarmPoolSize > 0)
    return `has no servers yet but ${WarmPoolSize} in its warm pool, which run what its launch template said before and would be the first to come into service: AWS replaces them by an instance refresh alone, and a group's first image comes by none. Put the warm pool into being after the first rollout: aws autoscaling delete-warm-pool --auto-scaling-group-name ${AutoScalingGroupName} --force-delete`;
  if (initialCapacity > MaxSize)
    return `has a MaxSize of ${MaxSize}, but initialCapacity is ${initialCapacity}. Raise MaxSize, or lower initialCapacity.`;
  if (initialCapacity < MinSize)
    return `has a MinSize of ${MinSize}, but initialCapacity is ${initialCapacity}. Raise initialCapacity, or lower MinSize.`;
  return undefined;
}

/** See https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html#instance-refresh-auto-rollback */
function findRollbackProblem(
  { autoRollback }: RolloutTarget,
  template: LaunchTemplateSpecification,
  version: LaunchTemplateVersion,
  isMixed: boolean,
): string | undefined {
  if (!autoRollback) return undefined;
  const reference = referenceOf(template);
  if (!isNumber(reference))
    return `uses version ${reference} of its launch template${isMixed ? ` ${nameOf(template)}` : ''}, which AWS cannot roll back. Set it to a numbered version (now ${version.VersionNumber}), or set autoRollback: false.`;
  const image = version.LaunchTemplateData?.ImageId ?? '';
  if (image.startsWith('resolve:ssm:'))
    return `uses a launch template whose image is the SSM parameter ${image}, which AWS cannot roll back. Name an AMI id in it, or set autoRollback: false.`;
  return undefined;
}

const OTHERWISE = 'Or say verify: targetGroup: the record then tells that nobody asked them.';

/** The servers are to be asked for the site when they are new: whether they can be is found out now. */
async function checkProbe(
  { autoScalingGroup }: RolloutTarget,
  version: LaunchTemplateVersion,
  { group, ways }: Looked,
): Promise<void> {
  const obstacle = ways && (await findObstacle(group, version, ways.ports));
  if (obstacle) refuse(autoScalingGroup, `${obstacle} ${OTHERWISE}`);
}

/** Nobody could vouch for servers that are not asked, and that only VPC Lattice knows. */
function findSourceProblem({ verify }: RolloutTarget, others: readonly string[]): string | undefined {
  if (verify === 'site' || others.length === 0) return undefined;
  return `is attached to ${others.join(', ')} of VPC Lattice, whose opinion of the servers Kiln does not ask for. Say verify: site.`;
}

function refuse(group: string, why: string): never {
  throw new TargetNotRefreshable(`The Auto Scaling group ${group} ${why}`);
}

async function findDefault(version: LaunchTemplateVersion): Promise<string> {
  const found = version.DefaultVersion ? version : await findVersion(version.LaunchTemplateId, '$Default');
  return String(found?.VersionNumber);
}

async function describeVersion(
  group: string,
  template: LaunchTemplateSpecification,
): Promise<LaunchTemplateVersion> {
  const Version = referenceOf(template);
  const { LaunchTemplateId, LaunchTemplateName } = template;
  const version = await findVersionOf(
    LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName },
    Version,
  );
  if (version) return version;
  refuse(
    group,
    `uses version ${Version} of the launch template ${nameOf(template)}, which does not exist any more. Set the group to one that does.`,
  );
}
