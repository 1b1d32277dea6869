import { setTimeout as pause } from 'node:timers/promises';
import {
  type AutoScalingGroup,
  CompleteLifecycleActionCommand,
  DescribeLifecycleHooksCommand,
  type Instance,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../../aws/auto-scaling';
import { isAwsError } from '../../aws/error';
import type { BuildRecord } from '../../build/record';
import { describeGroups } from '../groups';
import { terminate } from './take-out';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';

/** So often the hooks of a server are told to go on that was just told to terminate. */
const TRIES = 6;
const BETWEEN_MILLISECONDS = 3000;

/** Of groups those whose failed servers cannot be held, and why, in words. */
export async function findUnheld(names: string[]): Promise<string[]> {
  const groups = [...(await describeGroups(names)).values()];
  const found = await Promise.all(groups.map(findRetentionProblem));
  return found.filter((problem) => problem !== undefined);
}

function retains({ InstanceLifecyclePolicy }: AutoScalingGroup): boolean {
  return InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === 'retain';
}

/** Why a group does not retain servers whose termination is abandoned, in words; undefined if it does. */
async function findRetentionProblem(group: AutoScalingGroup): Promise<string | undefined> {
  const name = group.AutoScalingGroupName ?? '';
  if (!retains(group))
    return `The Auto Scaling group ${name} does not retain servers: set TerminateHookAbandon to retain in its instance lifecycle policy, and give it a termination hook whose default result is ABANDON.`;
  const hooks = await listTerminationHooks(name);
  if (hooks.some(({ DefaultResult }) => DefaultResult !== 'CONTINUE')) return undefined;
  return `The Auto Scaling group ${name} retains servers, but has no termination hook whose default result is ABANDON: none of its servers comes to be retained.`;
}

/**
 * A server of a failed version that its group has retained, and else one that it may retain yet. A group that was verified serves
 * that version, and one that was left to people may: what these retain, they retain for reasons of their own.
 */
export async function findRetained({ rollouts }: BuildRecord): Promise<{
  retained?: { instanceId: string; autoScalingGroup: string };
  waiting?: string;
}> {
  const isBack = (name: string) => {
    const { verified, broughtBackBy, notBack } = rollouts[name] ?? {};
    return !notBack && (!verified || broughtBackBy !== undefined);
  };
  const groups = await describeGroups(Object.keys(rollouts).filter(isBack));
  const own = [...groups].flatMap(([autoScalingGroup, group]) =>
    (group.Instances ?? [])
      .filter((one) => runs(one, rollouts[autoScalingGroup]))
      .map((one) => ({
        autoScalingGroup,
        instanceId: one.InstanceId ?? '',
        state: one.LifecycleState ?? '',
        mayBeRetained: retains(group),
      })),
  );
  const retained = own.find(({ state }) => state === 'Terminating:Retained');
  const waiting = own.find(
    ({ state, mayBeRetained }) => mayBeRetained && /^Terminating(:Wait|:Proceed)?$/.test(state),
  );
  return {
    ...(retained && {
      retained: { instanceId: retained.instanceId, autoScalingGroup: retained.autoScalingGroup },
    }),
    ...(waiting && { waiting: waiting.instanceId }),
  };
}

function runs({ LaunchTemplate }: Instance, rollout: BuildRecord['rollouts'][string] | undefined): boolean {
  return [rollout, ...(rollout?.others ?? [])].some(
    (made) =>
      made !== undefined &&
      LaunchTemplate?.LaunchTemplateId === made.launchTemplateId &&
      LaunchTemplate.Version === made.version,
  );
}

/**
 * Lets a retained server go: it goes through the termination hooks of its group again, and these continue at once, or it would be retained
 * again.
 *
 * @returns whether it is gone
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-lifecycle-policy.html
 */
export async function letRetainedGo(autoScalingGroup: string, instanceId: string): Promise<boolean> {
  const state = await findState(autoScalingGroup, instanceId);
  if (state === undefined) return true;
  const isRetained = state === 'Terminating:Retained';
  if (isRetained) await terminate(instanceId, false);
  const hooks = await listTerminationHooks(autoScalingGroup);
  // A group has a server wait some seconds after it was told to terminate it, and, by its shortest heartbeat, for half a minute.
  for (let tries = isRetained ? TRIES : 1; hooks.length > 0; tries -= 1) {
    const went = [];
    for (const { LifecycleHookName = '' } of hooks)
      went.push(await goOn(autoScalingGroup, LifecycleHookName, instanceId));
    if (went.includes(true) || tries === 1) break;
    await pause(BETWEEN_MILLISECONDS);
  }
  return false;
}

async function findState(group: string, instanceId: string): Promise<string | undefined> {
  const { Instances = [] } = (await describeGroups([group])).get(group) ?? {};
  return Instances.find(({ InstanceId }) => InstanceId === instanceId)?.LifecycleState;
}

/** One that waits for nothing just now is no error: the next minute asks again. @returns whether it has waited */
async function goOn(group: string, hook: string, instanceId: string): Promise<boolean> {
  try {
    await autoScaling().send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: hook,
        InstanceId: instanceId,
        LifecycleActionResult: 'CONTINUE',
      }),
    );
    return true;
  } catch (error) {
    if (!isAwsError(error, 'ValidationError') || !/No active Lifecycle Action/i.test(error.message))
      throw error;
    return false;
  }
}

async function listTerminationHooks(group: string) {
  const { LifecycleHooks = [] } = await autoScaling().send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group }),
  );
  return LifecycleHooks.filter(({ LifecycleTransition }) => LifecycleTransition === TERMINATING);
}
