import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefreshStatus,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord, updateRecord } from '../../../src/build/record';
import { releaseGroups, takeGroup } from '../../../src/rollout/lease';
import { startRefresh } from '../../../src/rollout/refresh';
import { BUILD, describePlanned, makeTarget, openRecord, PREFERENCES } from '../records';
import { useTable } from '../table';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
useTable();

const input = {
  build: { id: BUILD, pipeline: 'web' },
  stage: 'StartRefresh',
  target: makeTarget({ warmup: 30, bake: 60 }),
  version: '5',
  fence: 1,
};
const inProgress = Object.assign(new Error('busy'), { name: 'InstanceRefreshInProgress' });

const OWN = { ...PREFERENCES, InstanceWarmup: 30, BakeTime: 60 };

function useActive(
  version: string,
  Status: InstanceRefreshStatus = 'Pending',
  Preferences: object = OWN,
): void {
  autoScaling.on(StartInstanceRefreshCommand).rejects(inProgress);
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [
      {
        InstanceRefreshId: 'r-1',
        Status,
        Preferences,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: version } },
      },
    ],
  });
}

beforeEach(async () => {
  autoScaling.reset();
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves(describePlanned());
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
  ec2.reset();
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [{ VersionNumber: 5 }] });
  await openRecord();
  await takeGroup('fleet', BUILD);
});

test('a refresh has the numbered version and the preferences of the pipeline, and can be rolled back', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
  await expect(startRefresh(input)).resolves.toEqual({ refreshId: 'r-1' });
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]?.args[0].input).toEqual({
    AutoScalingGroupName: 'fleet',
    Strategy: 'Rolling',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 200,
      InstanceWarmup: 30,
      BakeTime: 60,
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Wait',
      StandbyInstances: 'Wait',
    },
  });
  expect((await getRecord(BUILD)).rollouts.fleet).toMatchObject({ version: '5', refreshId: 'r-1' });
});

test.each(['Pending', 'Successful', 'RollbackSuccessful'] as const)(
  'a repeated call finds the refresh that the first one started, though it is %s by now',
  async (status) => {
    useActive('5', status);
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } }));
    await expect(startRefresh(input)).resolves.toEqual({ refreshId: 'r-1' });
    expect(autoScaling.commandCalls(StartInstanceRefreshCommand)).toEqual([]);
  },
);

test('one that AWS describes without what the service did not say before is known again', async () => {
  const { ScaleInProtectedInstances, StandbyInstances, ...before } = OWN;
  useActive('5', 'InProgress', before);
  await expect(startRefresh(input)).resolves.toEqual({ refreshId: 'r-1' });
});

test('one whose alarms AWS names in another order is known again', async () => {
  const AlarmSpecification = { Alarms: ['slow', 'errors'] };
  useActive('5', 'InProgress', { ...OWN, AlarmSpecification });
  const target = { ...input.target, alarms: ['errors', 'slow'] };
  await expect(startRefresh({ ...input, target })).resolves.toEqual({ refreshId: 'r-1' });
});

test('the record names the alarms that do not watch over a hotfix, and AWS is not told of them', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
  const target = { ...input.target, alarms: ['slow'], ringing: ['errors'] };
  await startRefresh({ ...input, target });
  expect((await getRecord(BUILD)).rollouts).toMatchObject({
    fleet: { refreshId: 'r-1', ringing: ['errors'] },
  });
  const [call] = autoScaling.commandCalls(StartInstanceRefreshCommand);
  expect(call?.args[0].input.Preferences?.AlarmSpecification).toEqual({ Alarms: ['slow'] });
});

test('while a refresh of someone else runs, the target is busy', async () => {
  useActive('9');
  await expect(startRefresh(input)).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining('r-1'),
  });
});

describe('a refresh that stops at checkpoints, and that alarms watch over', () => {
  const watched = {
    ...input,
    target: {
      ...input.target,
      alarms: ['errors', 'latency'],
      checkpoints: { at: [20, 50], wait: 600 },
      skipMatching: false,
      scaleInProtected: 'refresh' as const,
      standby: 'terminate' as const,
    },
  };
  const preferences = {
    ...OWN,
    SkipMatching: false,
    ScaleInProtectedInstances: 'Refresh',
    StandbyInstances: 'Terminate',
    AlarmSpecification: { Alarms: ['errors', 'latency'] },
    CheckpointPercentages: [20, 50, 100],
    CheckpointDelay: 600,
  };

  test('is asked for as AWS wants it: the last checkpoint is the whole group', async () => {
    autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
    await startRefresh(watched);
    expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]?.args[0].input.Preferences).toEqual(
      preferences,
    );
  });

  test('is known again', async () => {
    useActive('5', 'InProgress', preferences);
    await expect(startRefresh(watched)).resolves.toEqual({ refreshId: 'r-1' });
  });

  test.each([
    ['other alarms', { AlarmSpecification: { Alarms: ['errors'] } }],
    ['another delay', { CheckpointDelay: 60 }],
    ['no checkpoints', { CheckpointPercentages: [] }],
    ['servers in Standby left', { StandbyInstances: 'Ignore' }],
  ])("with %s is a person's", async (_what, more) => {
    useActive('5', 'InProgress', { ...preferences, ...more });
    await expect(startRefresh(watched)).rejects.toMatchObject({ name: 'TargetBusy' });
  });
});

test.each<[string, object]>([
  ['without preferences', {}],
  ['with fewer servers at a time', { ...OWN, MinHealthyPercentage: 90 }],
  ['without the rollback', { ...OWN, AutoRollback: undefined }],
  ['that does not bake', { ...OWN, BakeTime: undefined }],
  ['with checkpoints', { ...OWN, CheckpointPercentages: [50] }],
  ['with alarms', { ...OWN, AlarmSpecification: { Alarms: ['errors'] } }],
])("a refresh to the same version %s is a person's: the target is busy", async (_what, preferences) => {
  useActive('5', 'InProgress', preferences);
  await expect(startRefresh(input)).rejects.toMatchObject({ name: 'TargetBusy' });
  expect((await getRecord(BUILD)).rollouts).toEqual({});
});

test('after it the group is not as planned, and is left as it is', async () => {
  useActive('5', 'Successful', {});
  autoScaling
    .on(DescribeAutoScalingGroupsCommand)
    .resolves(describePlanned({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } }));
  await expect(startRefresh(input)).rejects.toMatchObject({ name: 'TargetNotRefreshable' });
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)).toEqual([]);
});

test('a build that has lost the group to another starts no refresh in it', async () => {
  await releaseGroups(['fleet'], BUILD);
  await takeGroup('fleet', 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7');
  await expect(startRefresh(input)).rejects.toMatchObject({
    name: 'LeaseLost',
    message: expect.stringContaining('api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7'),
  });
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)).toEqual([]);
});

test('nor one under the number of an earlier time, when it has the group again', async () => {
  await releaseGroups(['fleet'], BUILD);
  await takeGroup('fleet', BUILD);
  await expect(startRefresh(input)).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)).toEqual([]);
});

describe('a version that EC2 does not list', () => {
  const published = (secondsAgo: number) =>
    updateRecord(BUILD, {
      'stages.PublishTemplate/fleet': {
        startedAt: new Date(Date.now() - secondsAgo * 1000 - 1000).toISOString(),
        endedAt: new Date(Date.now() - secondsAgo * 1000).toISOString(),
        outcome: 'succeeded',
      },
    });

  beforeEach(() => {
    ec2
      .on(DescribeLaunchTemplateVersionsCommand)
      .rejects(Object.assign(new Error('none'), { name: 'InvalidLaunchTemplateId.VersionNotFound' }));
  });

  test('and has made a moment ago is looked for again', async () => {
    await published(2);
    await expect(startRefresh(input)).rejects.toMatchObject({ name: 'TransientFailure' });
  });

  test('and has made long ago was deleted', async () => {
    await published(300);
    await expect(startRefresh(input)).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringMatching(/^Version 5 .* was deleted by somebody/),
    });
  });
});
