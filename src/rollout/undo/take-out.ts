import {
  type AutoScalingGroup,
  type Instance,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../../aws/auto-scaling';
import { isAwsError } from '../../aws/error';
import type { BuildRecord } from '../../build/record';
import type { Target } from '../../build/state';
import { capacityOf } from '../fleet';
import { describeGroups, describeWarmPool } from '../groups';
import { takeGroup } from '../lease';
import {
  amongBefore,
  amongPlanned,
  configurationAt,
  isAt,
  isFrom,
  templatesOf,
  versionsBefore,
  versionsPlanned,
} from '../version/configuration';
import { amongOwn, type Rollout } from './rollout';

/** Servers that leave a group. */
export interface Leaving {
  /** All of them, those that went already among them. */
  all: string[];
  /** Those that were told to go now. */
  now: string[];
}

/** What is to be done with a group to take an image out of it. */
interface Removal extends Leaving {
  /** Whether it is at the version that it had already. */
  isBack: boolean;
  /** Whether it goes to its MinSize at once: nothing but servers of the build are in it. */
  shrinks: boolean;
  /** Those that must be told to go. */
  staying: Instance[];
  /** Those in its warm pool, which must be told too. */
  warm: string[];
  /** How many the group may have fewer. */
  surplus: number;
  minSize: number;
  /** Whether the MinSize that it has is not that. */
  isRaised: boolean;
}

/**
 * Takes the first image of a build out of a group that was empty: the group goes back to the version that it had, as it called it, and the servers that run
 * a version of the build go. Others are somebody else's and stay, as do those that a person has put into standby; a group of which somebody
 * else has changed the version, or the mixed instances policy, stays whole. Where the group is back already, as after a try that broke off, the servers that are left go.
 *
 * @returns the servers that go
 */
export async function takeOut(record: BuildRecord, rollout: Rollout): Promise<Leaving> {
  const { target } = rollout;
  const { autoScalingGroup } = target;
  const look = async () => {
    const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
    return findRemoval(rollout, group, group ? await describeWarmPool(group) : []);
  };
  const seen = await look();
  if (!seen || isDone(seen)) return { all: seen?.all ?? [], now: [] };
  await takeGroup(autoScalingGroup, record.id);
  // Whoever had the group until now may have changed it.
  const found = await look();
  if (!found || isDone(found)) return { all: found?.all ?? [], now: [] };
  const { all, now, staying, warm, isBack, shrinks, isRaised, minSize } = found;
  // The newest version is that of the build still: a group that follows it gets it back where it launches nothing until that is deleted.
  const launchesNone = shrinks && minSize === 0 && staying.length + warm.length === 0;
  const before = launchesNone && isAlone(record, target) ? versionsPlanned(target) : versionsBefore(target);
  if (!isBack) {
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: autoScalingGroup,
        ...configurationAt(target, before),
        // What a person wants at least stays wanted.
        ...(shrinks && { DesiredCapacity: minSize }),
        ...(isRaised && { MinSize: minSize }),
      }),
    );
  }
  // Below its MinSize a group does not shrink: one of the old version takes the place.
  let surplus = shrinks ? 0 : found.surplus;
  for (const server of staying) {
    const units = capacityOf([server]);
    await terminate(server.InstanceId ?? '', surplus >= units);
    surplus -= units;
  }
  for (const id of warm) await terminate(id, false);
  return { all, now };
}

/** Whether no other group of the build shares a template with it: what serves there may stay the newest version. */
function isAlone({ targets = [] }: BuildRecord, target: Target): boolean {
  const own = templatesOf(target).map(({ launchTemplateId }) => launchTemplateId);
  return targets
    .filter((one) => one.autoScalingGroup !== target.autoScalingGroup)
    .flatMap(templatesOf)
    .every(({ launchTemplateId }) => !own.includes(launchTemplateId));
}

function isDone({ isBack, staying, warm }: Removal): boolean {
  return isBack && staying.length === 0 && warm.length === 0;
}

/** @returns undefined if the group is gone, or at a version that somebody else has given it */
function findRemoval(
  rollout: Rollout,
  group: AutoScalingGroup | undefined,
  pool: readonly Instance[],
): Removal | undefined {
  const { target } = rollout;
  if (!group) return undefined;
  const isBack = isAt(group, target, amongBefore);
  const { Instances = [], DesiredCapacity = 0 } = group;
  if (!isBack && !isAt(group, target, amongOwn(rollout))) return findLeaving(rollout, group);
  const minSize = sizeBefore(target, group);
  const own = Instances.filter(
    ({ LaunchTemplate, LifecycleState = '' }) =>
      isFrom(LaunchTemplate, target, amongOwn(rollout)) && !LifecycleState.endsWith('Standby'),
  );
  const isAllOwn = own.length === Instances.length;
  const here = own.filter((server) => !isGoing(server));
  // Those of an empty group go without being told, but for those that it protects.
  // What leaves by a scale-in may go into the warm pool instead, and come back from there.
  const reuses = group.WarmPoolConfiguration?.InstanceReusePolicy?.ReuseOnScaleIn ?? false;
  const isEmptied = !reuses && (isBack ? DesiredCapacity === 0 : isAllOwn && minSize === 0);
  const warm = idsOf(pool.filter(({ LaunchTemplate }) => isFrom(LaunchTemplate, target, amongOwn(rollout))));
  const staying = isEmptied ? here.filter((server) => server.ProtectedFromScaleIn) : here;
  return {
    all: [...idsOf(own), ...warm],
    now: [...(isBack || !isEmptied ? idsOf(staying) : idsOf(own)), ...warm],
    ...{ isBack, shrinks: !isBack && isAllOwn && !reuses, staying, warm },
    ...{ surplus: DesiredCapacity - minSize, minSize, isRaised: minSize !== (group.MinSize ?? 0) },
  };
}

/** Of a group that follows the newest version again: what leaves it. Whatever else is in it came from there by somebody else's doing. */
function findLeaving({ target, ...own }: Rollout, group: AutoScalingGroup): Removal | undefined {
  if (!isAt(group, target, amongPlanned)) return undefined;
  const among = amongOwn({ target, ...own });
  const going = (group.Instances ?? []).filter(
    (server) => isGoing(server) && isFrom(server.LaunchTemplate, target, among),
  );
  return {
    ...{ all: idsOf(going), now: [], isBack: true, shrinks: false, staying: [], warm: [] },
    ...{ surplus: 0, minSize: 0, isRaised: false },
  };
}

/** The MinSize that people gave the group: that of before, if ScaleOut has raised it and nobody has changed it since. */
function sizeBefore({ minCapacity = 0, minSize = 0 }: Target, { MinSize = 0 }: AutoScalingGroup): number {
  return minCapacity > minSize && MinSize === minCapacity ? minSize : MinSize;
}

function idsOf(servers: readonly Instance[]): string[] {
  return servers.flatMap(({ InstanceId }) => InstanceId ?? []);
}

function isGoing({ LifecycleState }: Instance): boolean {
  return LifecycleState?.startsWith('Terminat') ?? false;
}

/** Tells a group to terminate one of its servers. One that goes already is no error. */
export async function terminate(InstanceId: string, ShouldDecrementDesiredCapacity: boolean): Promise<void> {
  try {
    await autoScaling().send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
  } catch (error) {
    if (isAwsError(error, 'ScalingActivityInProgressFault', 'ScalingActivityInProgress')) return;
    if (!isAwsError(error, 'ValidationError') || !/not found/i.test(error.message)) throw error;
  }
}
