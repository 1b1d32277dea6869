import {
  type AutoScalingGroup,
  type Instance,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../../aws';
import type { Target } from '../../build/state';
import { takeGroup } from '../lease';

/** Servers that leave a group. */
export interface Leaving {
  /** All of them, those that went already among them. */
  all: string[];
  /** Those that were told to go now. */
  now: string[];
}

/**
 * Takes the first image of a build out of a group that was empty: the group goes back to the version that it had, and the servers that run
 * a version of the build go. Others are somebody else's and stay; a group of which somebody else has changed the version stays whole.
 * Where the group is back already, as after a try that broke off, the servers that are left go.
 *
 * @param versions those of the build
 * @returns the servers that go
 */
export async function takeOut(
  build: string,
  target: Target,
  group: AutoScalingGroup,
  versions: readonly string[],
): Promise<Leaving> {
  const { autoScalingGroup, launchTemplateId, currentVersion } = target;
  const isAt = (template: AutoScalingGroup['LaunchTemplate'], among: readonly string[]) =>
    template?.LaunchTemplateId === launchTemplateId && among.includes(template.Version ?? '');
  const isBack = isAt(group.LaunchTemplate, [currentVersion]);
  if (!isBack && !isAt(group.LaunchTemplate, versions)) return { all: [], now: [] };
  const { Instances = [], DesiredCapacity = 0 } = group;
  const MinSize = sizeBefore(target, group);
  const own = Instances.filter(({ LaunchTemplate }) => isAt(LaunchTemplate, versions));
  const isAllOwn = own.length === Instances.length;
  const all = idsOf(own);
  // Those of an empty group go without being told.
  const staying = isBack && DesiredCapacity === 0 ? [] : idsOf(own.filter((server) => !isGoing(server)));
  if (isBack && staying.length === 0) return { all, now: [] };
  await takeGroup(autoScalingGroup, build);
  const shrinks = !isBack && isAllOwn;
  if (!isBack) {
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: autoScalingGroup,
        LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: currentVersion },
        // What a person wants at least stays wanted.
        ...(shrinks && { DesiredCapacity: MinSize }),
        ...(MinSize !== group.MinSize && { MinSize }),
      }),
    );
  }
  if (shrinks && MinSize === 0) return { all, now: all };
  // Below its MinSize a group does not shrink: one of the old version takes the place.
  let surplus = shrinks ? 0 : DesiredCapacity - MinSize;
  for (const id of staying) await terminate(id, surplus-- > 0);
  return { all, now: staying };
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
