import {
  CancelInstanceRefreshCommand,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateImageCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { listServers } from '../../../../cli/story/servers';
import { GROUP } from '../pipelines';
import { findRelease } from '../release';
import { STATES, statesBetween } from '../workflow';
import type { World } from '../world';
import { type Deed, person } from './deed';
import type { Kind } from './kind';

const ask =
  (pipeline: string): Deed =>
  async ({ world }) => {
    await world.people.request(pipeline);
    return true;
  };

/** Somebody's own tools copy what they find, tags and all. */
const copyInstance: Deed = async ({ world, build, drawn }) => {
  const [found] = await world.instancesOf(build);
  const Tags = found === undefined ? world.tagsOf(build) : await world.tagsOfInstance(found);
  const { Instances } = await world.ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: await world.baseImage(), InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      ClientToken: `copy-${build}-${drawn.choice}`,
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    }),
  );
  world.bystanders.addInstance(Instances?.[0]?.InstanceId ?? '');
  return true;
};

const copyImage: Deed = async ({ world, build, drawn }) => {
  const instance = world.bystanders.instance;
  const { ImageId = '' } = await world.ec2.send(
    new CreateImageCommand({
      ...{ InstanceId: instance, Name: `copy ${build} ${drawn.choice}`, NoReboot: true },
      TagSpecifications: [
        { ResourceType: 'image', Tags: world.tagsOf(build) },
        { ResourceType: 'snapshot', Tags: world.tagsOf(build) },
      ],
    }),
  );
  world.bystanders.addImage(ImageId);
  return true;
};

const editTemplate: Deed = async ({ world, build, drawn }) => {
  const LaunchTemplateId = await world.templateId();
  const group = await world.group();
  const { LaunchTemplateVersion } = await world.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      ...{ LaunchTemplateId, SourceVersion: group?.LaunchTemplate?.Version ?? '1' },
      ...{ VersionDescription: "somebody's own", LaunchTemplateData: { EbsOptimized: true } },
      ClientToken: `edit-${build}-${drawn.choice}`,
    }),
  );
  const version = String(LaunchTemplateVersion?.VersionNumber);
  world.bystanders.addVersion(version);
  if (drawn.choice % 2 === 0)
    await world.ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: version }));
  return true;
};

/** The version that the build has made. */
const deleteVersion: Deed = async ({ world, build }) => {
  const { rollouts } = (await world.record(build)) ?? {};
  const version = rollouts?.[GROUP]?.version;
  if (!version) return false;
  await world.ec2.send(
    new DeleteLaunchTemplateVersionsCommand({
      ...{ LaunchTemplateId: await world.templateId(), Versions: [version] },
    }),
  );
  return true;
};

/** Whoever took the group's version away gives it one that is there. */
async function giveVersion(world: World): Promise<void> {
  const { LaunchTemplateId, Version } = (await world.group())?.LaunchTemplate ?? {};
  const { LaunchTemplateVersions = [] } = await world.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }),
  );
  const there = LaunchTemplateVersions.map(({ VersionNumber }) => String(VersionNumber));
  if (there.includes(Version ?? '')) return;
  const release = findRelease(await world.records())?.rollouts[GROUP]?.version;
  await world.autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchTemplate: { LaunchTemplateId, Version: release },
    }),
  );
}

const deregisterImage: Deed = async ({ world, build }) => {
  const { imageId } = (await world.record(build)) ?? {};
  if (!imageId) return false;
  const { Images } = await world.ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [imageId] }] }),
  );
  if (!Images?.length) return false;
  await world.ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
  return true;
};

/** Deletes the group with its servers, and makes it anew when they are gone. */
const remakeGroup: Deed = async ({ world }) => {
  const group = await world.group();
  // Nobody can make one anew of what is gone.
  if (!group || group.Status || !(await world.canLaunch(group))) return false;
  const { LaunchTemplate, VPCZoneIdentifier, TargetGroupARNs, DesiredCapacity, MaxSize, Tags = [] } = group;
  // What Kiln and CloudFormation have written is not the person's.
  const own = Tags.filter(({ Key = '' }) => Key !== 'kiln:service' && !Key.startsWith('aws:')).map(
    ({ Key, Value, PropagateAtLaunch }) => ({ Key, Value, PropagateAtLaunch }),
  );
  await world.autoScaling.send(
    new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: GROUP, ForceDelete: true }),
  );
  while (await world.group()) await world.sleep(15);
  await world.sleep(60);
  await world.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: GROUP, VPCZoneIdentifier, TargetGroupARNs, DesiredCapacity, MaxSize },
      ...{ MinSize: 0, HealthCheckType: 'ELB', HealthCheckGracePeriod: 180, DefaultInstanceWarmup: 60 },
      Tags: own,
      LaunchTemplate: {
        LaunchTemplateId: LaunchTemplate?.LaunchTemplateId,
        Version: LaunchTemplate?.Version,
      },
    }),
  );
  return true;
};

/** What is refused is nobody's fault: another refresh runs, or none. */
async function unlessRefused(deed: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (error) {
    if (
      (error as Error).name.match(
        /^(InstanceRefreshInProgress|ActiveInstanceRefreshNotFound|ScalingActivityInProgress)/,
      )
    )
      return false;
    throw error;
  }
}

const ROLLING = statesBetween('PublishTemplate', 'Finish');

/** Needs another deployment that is packaged. */
export const OTHER_DEPLOYMENT = 'other deployment in the account';

/** People who work on the same things meanwhile. */
export const PEOPLE_KINDS: readonly Kind[] = [
  {
    name: 'second request',
    heals: true,
    ends: 'waiting',
    at: STATES,
    range: { delay: [0, 60] },
    arm: person(ask('web')),
  },
  {
    name: 'other pipeline on the group',
    heals: true,
    ends: 'waiting',
    once: 'other',
    at: STATES,
    range: { delay: [0, 60] },
    arm: person(ask('webtwo')),
  },
  {
    name: OTHER_DEPLOYMENT,
    heals: true,
    once: 'deployment',
    at: statesBetween('LaunchInstance', 'Finish'),
    arm: person(async ({ world }) => {
      await world.deployOther();
      return true;
    }),
  },
  {
    name: 'person scales the group',
    heals: false,
    at: ['LaunchInstance', 'AwaitImage', ...ROLLING],
    range: { delay: [0, 120] },
    spoils: ['capacity'],
    arm: person(async ({ world, drawn }) => {
      const DesiredCapacity = drawn.choice % 2 === 0 ? 3 : 1;
      const servers = DesiredCapacity === 1 ? await listServers(world.settings, GROUP) : [];
      // The one that Auto Scaling leaves may be one that has just come, and does not serve yet.
      if (servers.some(({ healthy }) => !healthy)) world.noteDeath();
      return unlessRefused(() =>
        world.autoScaling.send(
          new SetDesiredCapacityCommand({ AutoScalingGroupName: GROUP, DesiredCapacity }),
        ),
      );
    }),
  },
  {
    name: 'person refreshes the group',
    heals: false,
    at: ['AwaitImage', 'TestImage', ...ROLLING],
    range: { delay: [0, 120] },
    spoils: ['undoing'],
    arm: person(({ world }) =>
      unlessRefused(() =>
        world.autoScaling.send(
          new StartInstanceRefreshCommand({
            AutoScalingGroupName: GROUP,
            Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 110, SkipMatching: false },
          }),
        ),
      ),
    ),
  },
  {
    name: 'person cancels the refresh',
    heals: false,
    at: ['AwaitRefresh'],
    range: { delay: [0, 180] },
    // Servers that were replaced by then stay as they are, and the record names them.
    spoils: ['undoing', 'fleet'],
    arm: person(({ world }) =>
      unlessRefused(() =>
        world.autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: GROUP })),
      ),
    ),
  },
  {
    name: 'person deletes the group and makes it anew',
    heals: false,
    once: 'group',
    at: ['AwaitImage', ...ROLLING],
    range: { delay: [0, 120] },
    spoils: ['visitors', 'undoing'],
    arm: person(remakeGroup),
  },
  {
    name: 'person edits the template',
    heals: false,
    at: ['AwaitImage', ...ROLLING],
    range: { delay: [0, 120] },
    spoils: ['default', 'undoing'],
    arm: person(editTemplate),
  },
  {
    name: 'person deletes the version',
    heals: false,
    at: ['StartRefresh', 'AwaitRefresh', 'AwaitFleet', 'AskServers', 'VerifyFleet'],
    range: { delay: [0, 120] },
    spoils: ['image', 'fleet', 'undoing', 'default'],
    mend: giveVersion,
    arm: person(deleteVersion),
  },
  {
    name: 'person deregisters the image',
    heals: false,
    at: statesBetween('AwaitImage', 'VerifyFleet'),
    range: { delay: [0, 120] },
    spoils: ['image', 'undoing'],
    arm: person(deregisterImage),
  },
  {
    name: 'person copies the instance with its tags',
    heals: true,
    at: statesBetween('AwaitHealthySite', 'Finish'),
    range: { delay: [0, 60] },
    arm: person(copyInstance),
  },
  {
    name: "person gives an image the build's tags",
    heals: true,
    at: statesBetween('AwaitHealthySite', 'Finish'),
    range: { delay: [0, 60] },
    arm: person(copyImage),
  },
];
