import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import { type BuildRecord, noteRollout } from '../../build/record';
import type { Target, TemplateState } from '../../build/state';
import { TransientFailure } from '../../errors';
import { nameTransient } from '../../failures';
import { findMoves } from '../balancers/attached';
import { findSuspensionProblem } from '../checks/suspended';
import { describeGroups, describeWarmPool } from '../groups';
import { takeGroup } from '../lease';
import { beginRefresh, describeEnd, isRefreshActive, isRefreshTo } from '../refresh';
import { listVersions } from '../template';
import {
  amongBefore,
  configurationAt,
  describeTemplates,
  isAt,
  isFrom,
  templatesOf,
  usesAny,
  versionsBefore,
} from '../version/configuration';
import { findRefreshes, type Refreshes, toBringBack } from './own-refresh';
import { amongOwn, type Rollout } from './rollout';

/** Later than this after the end of its build no group is changed: people have seen by then how it is. Milliseconds. */
const WITHIN_MILLISECONDS = 60 * 60_000;

/** Until then a group need not show what its refresh has made of it. Milliseconds. */
const SEEN_MILLISECONDS = 2 * 60_000;

/** How it stands with a group that a build has refreshed. Nothing is said of one that is as it should be. */
export interface Standing {
  /** What it waits for, in words. */
  waits?: string;
  /** Why it is left to people, in words. */
  left?: string;
}

/** Whether it is so long ago that a build ended that its groups are people's. */
export function isLongOver({ endedAt }: BuildRecord): boolean {
  return endedAt !== undefined && Date.now() - Date.parse(endedAt) > WITHIN_MILLISECONDS;
}

/**
 * Brings a group back to the version that it had, when the build's own refresh has succeeded and its fleet was not verified then: AWS
 * rolls back only a refresh that runs, so there is another one. Once a build, and only while nobody else has touched the group since.
 * What it cannot bring back it leaves to people.
 *
 * @param isLate that somebody looks for what came late: the pipeline is free again, and nothing is begun any more
 */
export async function bringBack(record: BuildRecord, rollout: Rollout, isLate = false): Promise<Standing> {
  const { autoScalingGroup } = rollout.target;
  const seen = await judge(record, rollout, isLate);
  if (!('begin' in seen)) return seen;
  await takeGroup(autoScalingGroup, record.id);
  // Whoever had the group until now may have changed it.
  const again = await judge(record, rollout, isLate);
  if (!('begin' in again)) return again;
  const refreshId = await beginRefresh(toBringBack(rollout.target), versionsBefore(rollout.target)).catch(
    nameRefusal,
  );
  if (refreshId instanceof Error) {
    return {
      left: again.tell(`to bring it back could not be begun: ${refreshId.name}: ${refreshId.message}`),
    };
  }
  // Another has begun it in this moment, or a person something else.
  if (!refreshId) return { waits: `The Auto Scaling group ${autoScalingGroup} has just got a refresh.` };
  await note(record, rollout, refreshId);
  return { waits: describeWay(rollout, refreshId) };
}

/** @throws what passes */
function nameRefusal(error: Error): Error {
  if (nameTransient(error) instanceof TransientFailure) throw error;
  return error;
}

interface Begin {
  begin: true;
  /** Words for what keeps the group from being brought back. */
  tell(why: string): string;
}

/** Looks at a group, and says what is to be done with it. */
async function judge(record: BuildRecord, rollout: Rollout, isLate: boolean): Promise<Standing | Begin> {
  const { target } = rollout;
  const { autoScalingGroup } = target;
  const { verified, broughtBackBy, notBack } = record.rollouts[autoScalingGroup] ?? {};
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  if (!group || group.Status || (verified && !broughtBackBy)) return {};
  const refreshes = await findRefreshes(record, rollout);
  if (!usesAny(group, target, amongOwn(rollout))) return judgeServers(rollout, group, refreshes, isLate);
  const tell = (why: string) =>
    `The Auto Scaling group ${autoScalingGroup} runs ${describeOwn(group)}, which the build did not verify: ${why}. ${whatToDo(rollout)}`;
  const { back, active } = refreshes;
  if (active && isRefreshTo(active, target, amongBefore)) {
    if (active === back && !broughtBackBy) await note(record, rollout, back.InstanceRefreshId ?? '');
    return { waits: describeWay(rollout, active.InstanceRefreshId) };
  }
  if (back?.Status === 'Successful' && wasJustNow(back))
    return { waits: describeWay(rollout, back.InstanceRefreshId) };
  if (back) {
    return {
      left: tell(`it was to be brought back to ${describeBefore(target)}, and ${describeEnd(back)}`),
    };
  }
  if (notBack) return { left: notBack.why };
  // AWS need not know yet what was begun a moment ago.
  if (broughtBackBy && !isLongOver(record)) return { waits: describeWay(rollout, broughtBackBy) };
  if (broughtBackBy)
    return {
      left: tell(`AWS knows nothing of the refresh ${broughtBackBy}, which was to bring it back`),
    };
  const obstacle = await findObstacle(record, rollout, group, refreshes, isLate);
  return obstacle ? { left: tell(obstacle) } : { begin: true, tell };
}

function wasJustNow({ EndTime }: InstanceRefresh): boolean {
  return Date.now() - (EndTime?.getTime() ?? 0) < SEEN_MILLISECONDS;
}

/** A refresh that broke off leaves servers at a version that their group does not have. */
async function judgeServers(
  rollout: Rollout,
  group: AutoScalingGroup,
  { own, active, back }: Refreshes,
  isLate: boolean,
): Promise<Standing> {
  const { target } = rollout;
  const { Instances = [] } = group;
  const servers = [...Instances, ...(await describeWarmPool(group))].filter(
    ({ LaunchTemplate, LifecycleState = '' }) =>
      isFrom(LaunchTemplate, target, amongOwn(rollout)) && !LifecycleState.startsWith('Terminat'),
  );
  if (active && active === own && isLate) {
    return {
      waits: `The instance refresh ${own.InstanceRefreshId} of the Auto Scaling group ${target.autoScalingGroup} is being undone (${own.Status}).`,
    };
  }
  // One that has brought its group back leaves what the pipeline has it leave: new servers may be protected from scale-in, too.
  const isBackEnded = back !== undefined && !isRefreshActive(back) && !wasJustNow(back);
  if (servers.length === 0 || !own || active || (own.Status === 'Successful' && !isBackEnded)) return {};
  const ids = servers.map(({ InstanceId }) => InstanceId).join(', ');
  return {
    left: `The Auto Scaling group ${target.autoScalingGroup} has servers that run version ${servers[0]?.LaunchTemplate?.Version} of its launch template (${ids}), which the build did not verify: ${describeEnd(isBackEnded ? back : own)}. ${whatToDo(rollout)}`,
  };
}

/** Why a group at a version of the build is not to be brought back. */
async function findObstacle(
  record: BuildRecord,
  rollout: Rollout,
  group: AutoScalingGroup,
  { own, newest, active }: Refreshes,
  isLate: boolean,
): Promise<string | undefined> {
  const { target } = rollout;
  const { autoRollback, canRollBack } = target;
  if (target.isFirstImage) return 'it was empty before, and the build ended too long ago to empty it now';
  if (active) return `the refresh ${active.InstanceRefreshId} runs in it (${active.Status})`;
  const isWritten = record.rollouts[target.autoScalingGroup]?.refreshId !== undefined;
  if (!newest && !isWritten) return 'AWS knows no refresh that has brought it there';
  if (newest !== own)
    return `the refresh ${newest?.InstanceRefreshId}, which came last, is not the build's own`;
  if (own && own.Status !== 'Successful')
    return `${describeEnd(own)} Somebody has given it that version since`;
  if (!autoRollback) return 'its pipeline says autoRollback: false';
  if (!canRollBack) return `it was at ${describeReferences(target)}, to which AWS does not bring it back`;
  const [moved] = findMoves(target, group);
  if (moved) return `somebody has changed its ${moved.what} since`;
  if (!isAt(group, target, amongOwn(rollout))) {
    if (Boolean(target.policy) === Boolean(group.MixedInstancesPolicy))
      return 'somebody has changed its mixed instances policy since';
    return `somebody has ${target.policy ? 'taken its mixed instances policy from it' : 'given it a mixed instances policy'} since`;
  }
  for (const template of templatesOf(target)) {
    const obstacle = await findTemplateObstacle(template, amongOwn(rollout)(template));
    if (obstacle) return obstacle;
  }
  const suspended = findSuspensionProblem(group);
  if (suspended) return `it ${suspended}`;
  if (isLate || isLongOver(record)) return 'the build ended too long ago to change the group now';
  return undefined;
}

async function findTemplateObstacle(
  { launchTemplateId, currentVersion }: TemplateState,
  own: readonly string[],
): Promise<string | undefined> {
  const all = await listVersions(launchTemplateId);
  const isDefault = all.some(
    ({ VersionNumber, DefaultVersion }) => DefaultVersion && own.includes(String(VersionNumber)),
  );
  if (isDefault) return 'somebody has made it the default version since';
  if (!all.some(({ VersionNumber }) => String(VersionNumber) === currentVersion))
    return `version ${currentVersion}, which it had, was deleted`;
  return undefined;
}

/** What a group runs that the build made. */
function describeOwn({ LaunchTemplate, ...group }: AutoScalingGroup): string {
  if (LaunchTemplate) return `version ${LaunchTemplate.Version} of its launch template`;
  return `the versions ${describeTemplates(group)} of its launch templates`;
}

/** What a group had. */
function describeBefore(target: Target): string {
  if (!target.policy) return `version ${target.currentVersion}`;
  return `the versions ${describeTemplates(configurationAt(target, versionsBefore(target)))}`;
}

function describeReferences({ reference, policy }: Target): string {
  return policy ? describeTemplates({ MixedInstancesPolicy: policy }) : reference;
}

function whatToDo({ target }: Rollout): string {
  const back = target.policy
    ? `with its mixed instances policy at ${describeBefore(target)}`
    : `to version ${target.currentVersion} of the launch template ${target.launchTemplateId}`;
  return `Look whether it serves; if it does not, refresh it ${back}.`;
}

function describeWay({ target }: Rollout, id = ''): string {
  const of = target.policy ? 'its launch templates' : 'its launch template';
  return `The Auto Scaling group ${target.autoScalingGroup} is being brought back to ${describeBefore(target)} of ${of} (${id}).`;
}

async function note(
  record: BuildRecord,
  { target, versions }: Rollout,
  broughtBackBy: string,
): Promise<void> {
  const { autoScalingGroup, launchTemplateId } = target;
  const version = record.rollouts[autoScalingGroup]?.version ?? versions[0] ?? '';
  await noteRollout(record.id, autoScalingGroup, { launchTemplateId, version, broughtBackBy });
}
