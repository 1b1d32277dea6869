import {
  type AutoScalingGroup,
  type Instance,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../../aws/auto-scaling';
import { isAwsError } from '../../aws/error';
import type { Target } from '../../build/state';
import { capacityOf } from '../fleet';
import { describeGroups, describeWarmPool } from '../groups';
import { takeGroup } from '../lease';
import { amongBefore, configurationAt, isAt, isFrom, versionsBefore } from '../version/configuration';
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
 * Takes the first image of a build out of a group that was empty: the group goes back to the version that it had, and the servers that run
 * a version of the build go. Others are somebody else's and stay, as do those that a person has put into standby; a group of which somebody
 * else has changed the version, or the mixed instances policy, stays whole. Where the group is back already, as after a try that broke off, the servers that are left go.
 *
 * @returns the servers that go
 */
export async function takeOut(build: string, rollout: Rollout): Promise<Leaving> {
  const { target } = rollout;
  const { autoScalingGroup } = target;
  const look = async () => {
    const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
    return findRemoval(rollout, group, group ? await describeWarmPool(group) : []);
  };
  const seen = await look();
  if (!seen || isDone(seen)) return { all: seen?.all ?? [], now: [] };
  await takeGroup(autoScalingGroup, build);
  // Whoever had the group until now may have changed it.
  const found = await look();
  if (!found || isDone(found)) return { all: found?.all ?? [], now: [] };
  const { all, now, staying, warm, isBack, shrinks, isRaised, minSize } = found;
  if (!isBack) {
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: autoScalingGroup,
        ...configurationAt(target, versionsBefore(target)),
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
  const isBack = group !== undefined && isAt(group, target, amongBefore);
  if (!group || (!isBack && !isAt(group, target, amongOwn(rollout)))) return undefined;
  const { Instances = [], DesiredCapacity = 0 } = group;
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
