import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Target } from '../../../src/build/state';
import { releaseGroups, takeGroup } from '../../../src/rollout/lease';
import { scaleOut } from '../../../src/rollout/scale-out';
import { BUILD, makeTarget } from '../records';
import { useTable } from '../table';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
useTable();
beforeEach(async () => {
  ec2.reset();
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [{ VersionNumber: 5 }] });
  await takeGroup('fleet', BUILD);
});

const useGroup = (Version: string, DesiredCapacity: number, servers: number, more = {}) => {
  autoScaling.reset();
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'fleet',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version },
        DesiredCapacity,
        TargetGroupARNs: [],
        Instances: Array.from({ length: servers }, (_, i) => ({ InstanceId: `i-${i}` })),
        ...more,
      } as never,
    ],
  });
};

const scale = (more: Partial<Target> = {}) =>
  scaleOut({
    build: { id: BUILD, pipeline: 'web' },
    stage: 'ScaleOut',
    target: makeTarget({ isFirstImage: true, ...more }),
    version: '5',
    fence: 1,
  });
const updates = () => autoScaling.commandCalls(UpdateAutoScalingGroupCommand);

test('a group that is still empty gets its first image', async () => {
  useGroup('4', 0, 0);
  await scale();
  expect(updates().map((call) => call.args[0].input)).toEqual([
    {
      AutoScalingGroupName: 'fleet',
      LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' },
      DesiredCapacity: 3,
    },
  ]);
});

test.each([
  [0, { MinSize: 2 }],
  [2, {}],
  [3, {}],
])('a group with a MinSize of %d has one of its minCapacity at least then', async (MinSize, expected) => {
  useGroup('4', 0, 0, { MinSize });
  await scale({ minCapacity: 2, minSize: MinSize });
  expect(updates().map((call) => call.args[0].input)).toEqual([
    {
      AutoScalingGroupName: 'fleet',
      LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' },
      DesiredCapacity: 3,
      ...expected,
    },
  ]);
});

test.each([
  ['is not done again', 3],
  ['is not undone where a schedule or a policy has scaled the group since', 5],
])('what a first try has done %s', async (_what, desired) => {
  useGroup('5', desired, 2);
  await scale();
  expect(updates()).toEqual([]);
});

test.each<[string, Parameters<typeof useGroup>]>([
  ['another pipeline has brought its image into', ['6', 3, 3]],
  ['a person has scaled out', ['4', 2, 0]],
  ['servers of a person are in', ['4', 0, 1]],
  ['servers of a person are in the warm pool of', ['4', 0, 0, { WarmPoolSize: 1 }]],
  ['a person has given another version', ['3', 0, 0]],
  ['has no room any more, since a person has given it another size', ['4', 0, 0, { MaxSize: 2 }]],
  [
    'a person has given another template',
    ['4', 0, 0, { LaunchTemplate: { LaunchTemplateId: 'lt-2', Version: '4' } }],
  ],
])('a group that %s meanwhile is left as it is', async (_what, group) => {
  useGroup(...group);
  await expect(scale()).rejects.toMatchObject({
    name: 'TargetNotRefreshable',
    message: expect.stringContaining('somebody else has changed it'),
  });
  expect(updates()).toEqual([]);
});

test('a group that was deleted meanwhile is said to be gone', async () => {
  autoScaling.reset();
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
  await expect(scale()).rejects.toThrow('is gone now');
});

test('a group that another deployment has taken meanwhile is left as it is', async () => {
  useGroup('4', 0, 0, { Tags: [{ Key: 'kiln:service', Value: 'kiln-prod@us-east-1' }] });
  await expect(scale()).rejects.toMatchObject({ name: 'TargetNotRefreshable' });
  expect(updates()).toEqual([]);
});

test('a build that has lost the group to another leaves it as it is', async () => {
  useGroup('4', 0, 0);
  await releaseGroups(['fleet'], BUILD);
  await expect(scale()).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(updates()).toEqual([]);
});
