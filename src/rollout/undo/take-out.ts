import {
  type AutoScalingGroup,
  type Instance,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../../aws';
import type { Target } from '../../build/state';
import { describeGroups } from '../groups';
import { takeGroup } from '../lease';
import type { Rollout } from './rollout';

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
  /** Whether nothing but servers of the build are in it. */
  isAllOwn: boolean;
  /** Those that must be told to go. */
  staying: string[];
  /** How many the group may have fewer. */
  surplus: number;
  minSize: number;
  /** Whether the MinSize that it has is not that. */
  isRaised: boolean;
}

/**
 * Takes the first image of a build out of a group that was empty: the group goes back to the version that it had, and the servers that run
 * a version of the build go. Others are somebody else's and stay, as do those that a person has put into standby; a group of which somebody
 * else has changed the version stays whole. Where the group is back already, as after a try that broke off, the servers that are left go.
 *
 * @returns the servers that go
 */
export async function takeOut(build: string, { target, versions }: Rollout): Promise<Leaving> {
  const { autoScalingGroup, launchTemplateId, currentVersion } = target;
  const look = async () =>
    findRemoval(target, versions, (await describeGroups([autoScalingGroup])).get(autoScalingGroup));
  const seen = await look();
  if (!seen || isDone(seen)) return { all: seen?.all ?? [], now: [] };
  await takeGroup(autoScalingGroup, build);
  // Whoever had the group until now may have changed it.
  const found = await look();
  if (!found || isDone(found)) return { all: found?.all ?? [], now: [] };
  const { all, now, staying, isBack, isAllOwn, isRaised, minSize } = found;
  const shrinks = !isBack && isAllOwn;
  if (!isBack) {
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: autoScalingGroup,
        LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: currentVersion },
        // What a person wants at least stays wanted.
        ...(shrinks && { DesiredCapacity: minSize }),
        ...(isRaised && { MinSize: minSize }),
      }),
    );
  }
  // Below its MinSize a group does not shrink: one of the old version takes the place.
  let surplus = shrinks ? 0 : found.surplus;
  for (const id of staying) await terminate(id, surplus-- > 0);
  return { all, now };
}

function isDone({ isBack, staying }: Removal): boolean {
  return isBack && staying.length === 0;
}

/** @returns undefined if the group is gone, or at a version that somebody else has given it */
function findRemoval(
  target: Target,
  versions: readonly string[],
  group: AutoScalingGroup | undefined,
): Removal | undefined {
  const { launchTemplateId, currentVersion } = target;
  const isAt = (template: AutoScalingGroup['LaunchTemplate'], among: readonly string[]) =>
    template?.LaunchTemplateId === launchTemplateId && among.includes(template.Version ?? '');
  const isBack = isAt(group?.LaunchTemplate, [currentVersion]);
  if (!group || (!isBack && !isAt(group.LaunchTemplate, versions))) return undefined;
  const { Instances = [], DesiredCapacity = 0 } = group;
  const minSize = sizeBefore(target, group);
  const own = Instances.filter(
    ({ LaunchTemplate, LifecycleState = '' }) =>
      isAt(LaunchTemplate, versions) && !LifecycleState.endsWith('Standby'),
  );
  const isAllOwn = own.length === Instances.length;
  const here = own.filter((server) => !isGoing(server));
  // Those of an empty group go without being told, but for those that it protects.
  const isEmptied = isBack ? DesiredCapacity === 0 : isAllOwn && minSize === 0;
  const staying = isEmptied ? here.filter((server) => server.ProtectedFromScaleIn) : here;
  return {
    all: idsOf(own),
    now: isBack || !isEmptied ? idsOf(staying) : idsOf(own),
    ...{ isBack, isAllOwn, staying: idsOf(staying) },
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

/** One that goes already is no error. */
async function terminate(InstanceId: string, ShouldDecrementDesiredCapacity: boolean): Promise<void> {
  try {
    await autoScaling().send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
  } catch (error) {
    if (isAwsError(error, 'ScalingActivityInProgressFault', 'ScalingActivityInProgress')) return;
    if (!isAwsError(error, 'ValidationError') || !/not found/i.test(error.message)) throw error;
  }
}
