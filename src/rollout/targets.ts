import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { Unmade } from '../build/plan/unmade';
import type { Target } from '../build/state';
import { TargetNotRefreshable } from '../errors';
import { findAll } from '../failures';
import { chooseHealthy, type RolloutTarget } from '../pipeline/definition';
import { findObstacle } from './checks/admission';
import { findAlarmProblem } from './checks/alarms';
import { findRoleProblem, findTagProblem } from './checks/launch-template';
import { findKeyProblem } from './checks/volume-key';
import { checkClaim } from './claim';
import { describeGroups } from './groups';
import { describeTargetGroup, nameOfTargetGroup } from './target-groups';
import { findVersion, isPublishedByKiln } from './template';

/**
 * Checks that the targets of a pipeline can be refreshed, and their servers be asked for the site, before anything is made.
 *
 * @param port where the site answers, on a server that no target group has
 * @param unmade is told what AWS does not let Kiln look at
 * @throws TargetNotRefreshable if one cannot be refreshed, or not be rolled back; says all that is to be changed, of all of them
 */
export async function checkTargets(
  rollout: RolloutTarget[],
  port: number,
  unmade: Unmade,
): Promise<Target[]> {
  const groups = await describeGroups(rollout.map((target) => target.autoScalingGroup));
  const checks = rollout.map((target) =>
    checkTarget(target, groups.get(target.autoScalingGroup), port, unmade),
  );
  return findAll(checks);
}

async function checkTarget(
  target: RolloutTarget,
  group: AutoScalingGroup | undefined,
  port: number,
  unmade: Unmade,
): Promise<Target> {
  const { template, found } = checkGroup(target.autoScalingGroup, group);
  const version = await describeVersion(target.autoScalingGroup, template);
  const isNumbered = /^\d+$/.test(template.Version ?? '');
  const isFirstImage = found.DesiredCapacity === 0 && !isPublishedByKiln(version);
  await findAll([
    say(target, findUserDataProblem(target, version)),
    say(
      target,
      isFirstImage ? findRoomProblem(target, found) : findRollbackProblem(target, template, version),
    ),
    ...LOOKS.map(([what, look]) =>
      unmade.unlessDenied(`${what} of ${target.autoScalingGroup}`, () => look(target, found, version, port)),
    ),
  ]);
  const { warmup, minCapacity, checkpoints, ...preferences } = target;
  return {
    ...preferences,
    ...chooseBounds(target, found),
    ...(checkpoints && { checkpoints }),
    ...(warmup !== undefined && { warmup }),
    ...(minCapacity !== undefined && { minCapacity, minSize: found.MinSize ?? 0 }),
    launchTemplateId: version.LaunchTemplateId ?? '',
    currentVersion: String(version.VersionNumber),
    reference: template.Version ?? '$Default',
    defaultVersion: await findDefault(version),
    targetGroups: found.TargetGroupARNs ?? [],
    canRollBack: isNumbered,
    isFirstImage,
    ...findAdds(target, found, version, isFirstImage),
    isEmpty: found.DesiredCapacity === 0 && !isFirstImage,
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
  isFirstImage: boolean,
): Pick<Target, 'adds'> {
  if (!InstanceType || InstanceMarketOptions?.MarketType === 'spot') return {};
  const { initialCapacity } = target;
  const { DesiredCapacity = 0 } = group;
  const { minHealthy, maxHealthy } = chooseBounds(target, group);
  const beyond = Math.ceil((DesiredCapacity * maxHealthy) / 100) - DesiredCapacity;
  // Where none may be missing, one more runs at least.
  const during = DesiredCapacity > 0 ? Math.max(beyond, minHealthy === 100 ? 1 : 0) : 0;
  return { adds: { servers: isFirstImage ? initialCapacity : during, instanceType: InstanceType } };
}

/** What is looked up for a check, each with what it finds out of a group. */
const LOOKS: [string, (...seen: Parameters<typeof checkProbe>) => Promise<void>][] = [
  ['the probe can ask the servers', checkProbe],
  ['the alarms are there', (target) => say(target, findAlarmProblem(target.alarms))],
  [
    'Kiln may change the launch template',
    (target, _group, version) => say(target, findTagProblem(version.LaunchTemplateId ?? '')),
  ],
  [
    'Kiln may pass on the role of the servers',
    (target, _group, version) => say(target, findRoleProblem(version)),
  ],
  [
    'Auto Scaling may use the key of the volumes',
    (target, group, version) => say(target, findKeyProblem(group, version)),
  ],
];

function checkGroup(name: string, group: AutoScalingGroup | undefined) {
  if (!group) refuse(name, 'does not exist in this account and region. Create it, or correct its name.');
  checkClaim(group);
  if (group.MixedInstancesPolicy) {
    refuse(name, 'has a mixed instances policy, which Kiln cannot refresh. Give it a plain launch template.');
  }
  if (!group.LaunchTemplate) refuse(name, 'has a launch configuration. Give it a launch template instead.');
  if (group.Status) refuse(name, `is being deleted (${group.Status}).`);
  return { template: group.LaunchTemplate, found: group };
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
  { MinSize = 0, MaxSize = 0 }: AutoScalingGroup,
): string | undefined {
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
): string | undefined {
  if (!autoRollback) return undefined;
  const reference = template.Version ?? '$Default';
  if (!/^\d+$/.test(reference))
    return `uses version ${reference} of its launch template, which AWS cannot roll back. Set it to a numbered version (now ${version.VersionNumber}), or set autoRollback: false.`;
  const image = version.LaunchTemplateData?.ImageId ?? '';
  if (image.startsWith('resolve:ssm:'))
    return `uses a launch template whose image is the SSM parameter ${image}, which AWS cannot roll back. Name an AMI id in it, or set autoRollback: false.`;
  return undefined;
}

const OTHERWISE = 'Or say verify: targetGroup: the record then tells that nobody asked them.';

/** The servers are to be asked for the site when they are new: whether they can be is found out now. */
async function checkProbe(
  { autoScalingGroup, verify }: RolloutTarget,
  group: AutoScalingGroup,
  version: LaunchTemplateVersion,
  port: number,
): Promise<void> {
  if (verify !== 'site') return;
  const arns = group.TargetGroupARNs ?? [];
  const ports = await Promise.all(arns.map((arn) => findPort(autoScalingGroup, arn)));
  const obstacle = await findObstacle(group, version, arns.length > 0 ? [...new Set(ports)] : [port]);
  if (obstacle) refuse(autoScalingGroup, `${obstacle} ${OTHERWISE}`);
}

/** Where servers answer that are registered in a target group. */
async function findPort(group: string, arn: string): Promise<number> {
  const found = await describeTargetGroup(arn);
  const name = nameOfTargetGroup(arn);
  if (!found?.Port)
    refuse(group, `is attached to the target group ${name}, which does not exist any more. Detach it.`);
  if (found.Protocol !== 'HTTP' && found.Protocol !== 'TCP') {
    refuse(
      group,
      `is attached to the target group ${name} of protocol ${found.Protocol}, and the servers are asked for the site by HTTP. ${OTHERWISE}`,
    );
  }
  return found.Port;
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
  const Version = template.Version ?? '$Default';
  const version = await findVersion(template.LaunchTemplateId, Version);
  if (version) return version;
  refuse(
    group,
    `uses version ${Version} of the launch template ${template.LaunchTemplateId}, which does not exist any more. Set the group to one that does.`,
  );
}
