import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefreshStatus,
  RollbackInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import {
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { hasTask, nudgeOutboxes } from '../../../src/build/end/outbox';
import { cleanUp } from '../../../src/build/end/recover';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { getRecord } from '../../../src/build/record';
import { releaseGroups, takeGroup } from '../../../src/rollout/lease';
import { listWaits, storeWait } from '../../../src/wait/store';
import { answerNoUses, makeCopy, makeImage } from '../images';
import { BASE_INSTANCE, BUILD, makeTarget, openRecord, PREFERENCES } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
useTable();
afterEach(() => jest.restoreAllMocks());

const OWN = { VersionDescription: `Kiln build ${BUILD}`, LaunchTemplateData: { ImageId: 'ami-1' } };
/** The versions of the launch template: at first those of before the build. */
const useVersions = (...more: object[]) =>
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }, ...more],
  });
const useGroup = (Version: string, DesiredCapacity = 0) =>
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'fleet',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version },
        DesiredCapacity,
        MinSize: 0,
        Instances: [],
      } as never,
    ],
  });

/** A build of which everything is undone: what AWS has after that came late. */
beforeEach(async () => {
  for (const client of [ec2, autoScaling, events, sfn, sns, ssm]) client.reset();
  answerNoUses(ec2, autoScaling);
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED' });
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
  ssm.on(ListTagsForResourceCommand).resolves({ TagList: [] });
  // No stack looks up the version of its group.
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
  useVersions();
  useGroup('4');
});

async function stop(fields: Record<string, unknown> = {}): Promise<void> {
  await openRecord({ imageId: 'ami-1', startedAt: new Date().toISOString(), ...fields });
  await takeLock('web', BUILD, 'build');
  await cleanUp({ build: BUILD });
  expect(await getRecord(BUILD)).toMatchObject({ status: 'ABORTED' });
  expect((await getRecord(BUILD)).late).toBeUndefined();
  for (const client of [ec2, autoScaling, ssm]) client.resetHistory();
}

/** What the sweep asks for once no function of the build can run any more. */
async function later(): Promise<void> {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60_000);
  events.resetHistory();
  await nudgeOutboxes();
  expect(events.commandCalls(PutEventsCommand)).toHaveLength(1);
  await cleanUp({ build: BUILD });
  expect(await findLockHolder('web')).toBeUndefined();
  events.resetHistory();
  await nudgeOutboxes();
  expect(events.commandCalls(PutEventsCommand)).toEqual([]);
}

const noted = { 'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5' } };
const late = async () => (await getRecord(BUILD)).late;

test('of a build that left nothing late nothing is said', async () => {
  await stop();
  await later();
  expect(await late()).toBeUndefined();
});

test('an instance whose RunInstances came after the clean-up is terminated, and named', async () => {
  await stop();
  ec2.on(DescribeInstancesCommand).resolvesOnce({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
  await later();
  expect(ec2.commandCalls(TerminateInstancesCommand)[0]?.args[0].input).toEqual({ InstanceIds: ['i-1'] });
  expect(await late()).toEqual(['instance i-1']);
});

test('an image whose CreateImage came after the clean-up goes, and is named', async () => {
  await stop({ imageId: undefined });
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-9')] });
  await later();
  expect(ec2.commandCalls(DeregisterImageCommand)[0]?.args[0].input).toEqual({ ImageId: 'ami-9' });
  expect(await late()).toEqual(['image ami-9']);
});

test('a copy whose CopyImage came after the clean-up goes in its region, and is named', async () => {
  await stop({ copyTo: ['eu-north-1'] });
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => ({
    Images: (await client().config.region()) === 'eu-north-1' ? [makeCopy('ami-2', 'ami-1')] : [],
  }));
  await later();
  expect(await late()).toEqual(['image ami-2 in eu-north-1']);
});

test('a launch template version that came after the clean-up is deleted, and named', async () => {
  await stop();
  useVersions({ VersionNumber: 5, ...OWN });
  await later();
  expect(ec2.commandCalls(DeleteLaunchTemplateVersionsCommand)[0]?.args[0].input).toMatchObject({
    Versions: ['5'],
  });
  expect(await late()).toEqual(['version 5 of launch template lt-1']);
});

test.each([
  [true, RollbackInstanceRefreshCommand],
  [false, CancelInstanceRefreshCommand],
] as const)(
  'a refresh that StartRefresh began after Recover, to a version that is deleted by then, is stopped (rollback: %s)',
  async (canRollBack, Stop) => {
    await stop({ ...noted, targets: [makeTarget({ canRollBack })] });
    const useRefresh = (Status: InstanceRefreshStatus) =>
      autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
        InstanceRefreshes: [
          {
            InstanceRefreshId: 'r-1',
            Preferences: PREFERENCES,
            Status,
            DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
          },
        ],
      });
    useRefresh('InProgress');
    // It ends in its own time.
    autoScaling.on(Stop as typeof RollbackInstanceRefreshCommand).callsFake(() => {
      useRefresh(canRollBack ? 'RollbackInProgress' : 'Cancelling');
      return {};
    });
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60_000);
    await cleanUp({ build: BUILD });
    expect(await hasTask(BUILD, 'undoAgain')).toBe(true);
    useRefresh(canRollBack ? 'RollbackSuccessful' : 'Cancelled');
    await later();
    expect(autoScaling.commandCalls(Stop as typeof RollbackInstanceRefreshCommand)).toHaveLength(1);
    expect(await late()).toEqual(['instance refresh r-1 of fleet']);
    await expect(takeGroup('fleet', 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7')).resolves.toBeGreaterThan(1);
  },
);

test('what ScaleOut brought into a group after Recover is taken out of it again', async () => {
  await stop({ ...noted, targets: [makeTarget({ isFirstImage: true })] });
  useGroup('5', 3);
  await later();
  expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)[0]?.args[0].input).toMatchObject({
    AutoScalingGroupName: 'fleet',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
    DesiredCapacity: 0,
  });
});

test('while another build has the group what came late into it waits, and is undone then', async () => {
  await stop({ ...noted, targets: [makeTarget({ isFirstImage: true })] });
  const other = 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
  await takeGroup('fleet', other);
  useGroup('5', 3);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60_000);
  await cleanUp({ build: BUILD });
  expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)).toEqual([]);
  await releaseGroups(['fleet'], other);
  await cleanUp({ build: BUILD });
  expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)).toHaveLength(1);
});

test('a default version that Finish moved after Recover is moved back', async () => {
  await stop(noted);
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4 }, { VersionNumber: 5, DefaultVersion: true, ...OWN }],
  });
  ec2.on(ModifyLaunchTemplateCommand).resolves({});
  await later();
  expect(ec2.commandCalls(ModifyLaunchTemplateCommand)[0]?.args[0].input).toEqual({
    LaunchTemplateId: 'lt-1',
    DefaultVersion: '4',
  });
});

test('a parameter that Finish let name the image after Recover names what it named before', async () => {
  const previousImage = { parameter: '/kiln/web/image', value: 'ami-0' };
  ssm.on(GetParameterCommand).resolvesOnce({ Parameter: { Value: 'ami-0' } });
  await stop({ previousImage });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-1' } });
  await later();
  expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input).toMatchObject({ Value: 'ami-0' });
  expect(await late()).toEqual(['SSM parameter /kiln/web/image']);
});

test('what a late function took and parked is given back: lock, lease and wait', async () => {
  await stop(noted);
  await takeLock('web', BUILD, 'build');
  await takeGroup('fleet', BUILD);
  await storeWait({
    ...{ kind: 'refresh', resource: 'r-1', group: 'fleet', region: 'us-east-1', build: BUILD },
    ...{ stage: 'AwaitRefresh/fleet', token: 't', since: Date.now() },
  });
  await later();
  expect(await listWaits()).toEqual([]);
  await expect(takeGroup('fleet', 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7')).resolves.toBeGreaterThan(1);
});
