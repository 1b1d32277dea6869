import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GROUP, SECOND_GROUP } from '../pipelines';
import { findRelease } from '../release';
import { ENDING, STATES } from '../workflow';
import type { World } from '../world';
import { type Deed, person } from './deed';
import type { Kind } from './kind';

/** @param version a number, `$Latest` or `$Default` */
async function follow(world: World, version: string): Promise<void> {
  const { LaunchTemplateId } = (await world.group())?.LaunchTemplate ?? {};
  await world.autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchTemplate: { LaunchTemplateId, Version: version },
    }),
  );
}

/** The group names the version of the release again. */
async function nameRelease(world: World): Promise<void> {
  await follow(world, findRelease(await world.records())?.rollouts[GROUP]?.version ?? '');
}

/** A group of one server beside that of the site, of the same launch template. */
async function addSecond(world: World): Promise<void> {
  const { LaunchTemplate: { LaunchTemplateId, Version } = {}, VPCZoneIdentifier } =
    (await world.group()) ?? {};
  await world.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      ...{
        AutoScalingGroupName: SECOND_GROUP,
        VPCZoneIdentifier,
        MinSize: 0,
        MaxSize: 4,
        DesiredCapacity: 1,
      },
      LaunchTemplate: { LaunchTemplateId, Version },
      Tags: [{ Key: 'kiln:fleet', Value: SECOND_GROUP, PropagateAtLaunch: false }],
    }),
  );
  world.secondBegan = Version;
  await world.settled();
}

/** Nobody needs it any more. */
async function removeSecond(world: World): Promise<void> {
  await world.people.removePushed();
  await world.autoScaling.send(
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: SECOND_GROUP, ForceDelete: true }),
  );
  while (await world.group(SECOND_GROUP)) await world.sleep(15);
  await world.sleep(60);
}

const REFERENCES = ['$Latest', '$Default'];

const STACK = 'kiln-fleet';

/**
 * Gives the fleet's groups room for another number of servers, as its stack has it. AWS takes no template for a group whose refresh goes to another:
 * then CloudFormation takes its update back, when somebody has it go on, and gives the group the version of the deployment before; so the
 * stack is deployed until that has come to its end.
 */
const deployFleet: Deed = async ({ world, drawn }) => {
  const stacks = new CloudFormationClient(world.settings);
  const read = async () => (await stacks.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks?.[0];
  const { Parameters = [] } = (await read()) ?? {};
  const update = new UpdateStackCommand({
    ...{ StackName: STACK, UsePreviousTemplate: true, Capabilities: ['CAPABILITY_IAM'] },
    Parameters: Parameters.map(({ ParameterKey, ParameterValue }) => ({
      ParameterKey,
      ParameterValue: ParameterKey === 'MaxSize' ? String(6 + (drawn.choice % 5)) : ParameterValue,
    })),
  });
  for (let isAsked = false; ; ) {
    const { StackStatus = '' } = (await read()) ?? {};
    if (isAsked && StackStatus === 'UPDATE_COMPLETE') return true;
    if (StackStatus === 'UPDATE_ROLLBACK_FAILED')
      await stacks.send(new ContinueUpdateRollbackCommand({ StackName: STACK }));
    else if (/_COMPLETE$/.test(StackStatus)) {
      try {
        await stacks.send(update);
        isAsked = true;
      } catch (error) {
        // It is as it should be, or another is deploying it.
        if (/No updates|IN_PROGRESS/.test((error as Error).message)) return false;
        throw error;
      }
    }
    await world.sleep(60);
  }
};

/** Groups that are otherwise than the sample's. */
export const GROUP_KINDS: readonly Kind[] = [
  {
    name: 'group follows its template',
    heals: true,
    once: 'group',
    at: ['Plan'],
    otherwise: { rollout: ['autoRollback: false'] },
    before: (world, { choice }) => follow(world, REFERENCES[choice % REFERENCES.length] ?? ''),
    // AWS rolls such a group not back, and nor does Kiln: what a failed build has left is for people.
    spoilsFailed: ['fleet', 'undoing'],
    mend: async (world) => {
      await world.people.removePushed();
      await nameRelease(world);
    },
    arm: ({ struck }) => {
      struck();
      return undefined;
    },
  },
  {
    name: 'groups share a template',
    heals: true,
    once: 'group',
    at: ['Plan'],
    otherwise: { hasSecond: true },
    before: addSecond,
    mend: removeSecond,
    arm: ({ struck }) => {
      struck();
      return undefined;
    },
  },
  {
    name: "fleet's stack is deployed anew",
    // Another version is given to the group, if in vain: it is somebody else's by then.
    heals: false,
    once: 'group',
    at: ['postBuild', ...STATES, ...ENDING],
    range: { delay: [0, 120] },
    spoilsFailed: ['fleet', 'undoing'],
    arm: person(deployFleet),
  },
  {
    name: 'person has the group follow its template',
    heals: false,
    once: 'group',
    at: STATES,
    range: { delay: [0, 60] },
    spoilsFailed: ['fleet', 'undoing'],
    spoils: ['fleet'],
    mend: nameRelease,
    arm: person(async ({ world, drawn }) => {
      try {
        await follow(world, REFERENCES[drawn.choice % REFERENCES.length] ?? '');
        return true;
      } catch (error) {
        // AWS takes no template for a group whose refresh goes to another.
        if (/active instance refresh/.test((error as Error).message)) return false;
        throw error;
      }
    }),
  },
];
