import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeWarmPoolCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { type BuildRecord, moveStatus, type Rollout, updateRecord } from '../../../src/build/record';
import { makeImage } from '../images';
import { BUILD, makeTarget, openRecordOf } from '../records';

export const ec2 = mockClient(EC2Client);
export const autoScaling = mockClient(AutoScalingClient);
export const ssm = mockClient(SSMClient);

/** What AWS has, as a test changes it. */
export interface World {
  groups: AutoScalingGroup[];
  /** By the id of an instance: its image. */
  imagesOf: Record<string, string>;
  images: Image[];
  defaults: Record<string, number>;
  parameters: Record<string, string>;
  refreshes: Record<string, InstanceRefresh[]>;
}

/** A server of a group, as Auto Scaling describes it. */
export function makeServer(InstanceId: string, Version = '5', more: object = {}) {
  return {
    InstanceId,
    InstanceType: 't3.micro',
    AvailabilityZone: 'us-east-1a',
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'fleet', Version },
    ProtectedFromScaleIn: false,
    ...more,
  };
}

/** A group of two servers that is as the build of the tests left it. */
export function makeGroup(more: Partial<AutoScalingGroup> = {}): AutoScalingGroup {
  const group = {
    AutoScalingGroupName: 'fleet',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'fleet', Version: '5' },
    DesiredCapacity: 2,
    Instances: [makeServer('i-1'), makeServer('i-2')],
    ...more,
  };
  return group as AutoScalingGroup;
}

/** A world in which all is right. */
export function makeWorld(): World {
  return {
    groups: [makeGroup()],
    imagesOf: { 'i-1': 'ami-5', 'i-2': 'ami-5' },
    images: [makeImage('ami-5', { State: 'available' })],
    defaults: { 'lt-1': 5 },
    parameters: { '/kiln/web/image': 'ami-5' },
    refreshes: {},
  };
}

const LAUNCHED = new Date('2026-11-29T12:00:00Z');

/** Lets AWS answer as a world is. */
export function answerAs(world: World): void {
  for (const client of [ec2, autoScaling, ssm]) client.reset();
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(({ AutoScalingGroupNames }) => ({
    AutoScalingGroups: world.groups.filter(({ AutoScalingGroupName = '' }) =>
      AutoScalingGroupNames.includes(AutoScalingGroupName),
    ),
  }));
  autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(({ AutoScalingGroupName }) => ({
    InstanceRefreshes: world.refreshes[AutoScalingGroupName] ?? [],
  }));
  autoScaling.on(DescribeWarmPoolCommand).resolves({ Instances: [] });
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters: [{ Values }] }) => ({
    Reservations: [
      {
        Instances: (Values as string[])
          .filter((id) => world.imagesOf[id])
          .map((InstanceId) => ({ InstanceId, ImageId: world.imagesOf[InstanceId], LaunchTime: LAUNCHED })),
      },
    ],
  }));
  ec2.on(DescribeImagesCommand).callsFake(({ Filters: [{ Values }] }) => ({
    Images: world.images.filter(({ ImageId }) => Values.includes(ImageId)),
  }));
  ec2
    .on(DescribeLaunchTemplatesCommand)
    .callsFake(({ LaunchTemplateIds }: { LaunchTemplateIds: string[] }) => {
      if (LaunchTemplateIds.some((id) => world.defaults[id] === undefined))
        throw Object.assign(new Error('it does not exist'), { name: 'InvalidLaunchTemplateId.NotFound' });
      return {
        LaunchTemplates: LaunchTemplateIds.map((LaunchTemplateId) => ({
          LaunchTemplateId,
          LaunchTemplateName: 'fleet',
          DefaultVersionNumber: world.defaults[LaunchTemplateId],
          LatestVersionNumber: 9,
        })),
      };
    });
  ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
    Parameters: Names.filter((name) => world.parameters[name]).map((Name) => ({
      Name,
      Value: world.parameters[Name],
    })),
  }));
}

/** Writes the record of a build that brought version 5 with the image ami-5 to the group, and was verified there. */
export async function rollOut(
  id = BUILD,
  {
    rollout,
    at = '2026-11-29T11:00:00.000Z',
    ...fields
  }: Omit<Partial<BuildRecord>, 'rollout'> & {
    rollout?: Partial<Rollout>;
    at?: string;
  } = {},
): Promise<void> {
  await openRecordOf(id, {
    targets: [makeTarget()],
    imageId: 'ami-5',
    parameter: '/kiln/web/image',
    ...fields,
  });
  const made = {
    launchTemplateId: 'lt-1',
    version: '5',
    verified: { by: 'site', servers: 2 },
    ...rollout,
  };
  await updateRecord(id, { 'rollouts.fleet': made });
  await updateRecord(id, {
    'stages.VerifyFleet/fleet': { startedAt: at, endedAt: at, outcome: 'succeeded' },
  });
  await moveStatus(id, ['RUNNING'], fields.status ?? 'SUCCEEDED', { endedAt: at });
}
