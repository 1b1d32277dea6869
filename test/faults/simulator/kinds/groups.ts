import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { GROUP, SECOND_GROUP } from '../pipelines';
import { findRelease } from '../release';
import { STATES } from '../workflow';
import type { World } from '../world';
import { person } from './deed';
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
      await follow(world, findRelease(await world.records())?.rollouts[GROUP]?.version ?? '');
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
    name: 'person has the group follow its template',
    heals: false,
    once: 'group',
    at: STATES,
    range: { delay: [0, 60] },
    spoilsFailed: ['fleet', 'undoing'],
    spoils: ['fleet'],
    mend: async (world) => follow(world, findRelease(await world.records())?.rollouts[GROUP]?.version ?? ''),
    arm: person(async ({ world, drawn }) => {
      await follow(world, REFERENCES[drawn.choice % REFERENCES.length] ?? '');
      return true;
    }),
  },
];
