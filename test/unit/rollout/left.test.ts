import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefreshStatus,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { attendBuild } from '../../../src/build/end/attend';
import { failBuild } from '../../../src/build/end/end';
import { hasTask } from '../../../src/build/end/outbox';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { getRecord, updateRollout } from '../../../src/build/record';
import { answerNoUses } from '../images';
import { BUILD, describePlanned, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sns = mockClient(SNSClient);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const ssm = mockClient(SSMClient);
useTable();
afterEach(() => jest.restoreAllMocks());

const template = (Version: string) => ({ LaunchTemplateId: 'lt-1', Version });
const refresh = (InstanceRefreshId: string, version: string, Status: InstanceRefreshStatus) => ({
  InstanceRefreshId,
  Status,
  DesiredConfiguration: { LaunchTemplate: template(version) },
});
const useRefreshes = (...InstanceRefreshes: ReturnType<typeof refresh>[]) =>
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes });
const useGroup = (more: object) =>
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves(describePlanned(more));

/** After its refresh the fleet did not serve the site. */
beforeEach(async () => {
  for (const client of [ec2, autoScaling, sns, events, sfn, ssm]) client.reset();
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('none'), { name: 'ParameterNotFound' }));
  answerNoUses(ec2, autoScaling);
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }, { VersionNumber: 5 }],
  });
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
  useGroup({ LaunchTemplate: template('5') });
  useRefreshes(refresh('r-1', '5', 'Successful'));
  await openRecord({
    imageId: 'ami-1',
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
  });
  await takeLock('web', BUILD, 'build');
});

const fail = () =>
  failBuild(BUILD, 'FAILED', { name: 'FleetNotHealthy', message: 'They serve another site.' });
const messages = () => sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message);
const started = () => autoScaling.commandCalls(StartInstanceRefreshCommand);
/** Time passes, and the sweep asks. */
const sweep = async (minutes: number) => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000);
  await attendBuild(BUILD);
};

test('people are told once that a bringing-back failed, and the pipeline is free then', async () => {
  await fail();
  expect(messages()).toEqual([expect.stringContaining('is being brought back')]);
  await sweep(3);
  expect(messages()).toHaveLength(1);
  expect(await findLockHolder('web')).toBe(BUILD);

  useRefreshes(refresh('r-2', '4', 'Failed'), refresh('r-1', '5', 'Successful'));
  for (const minutes of [1, 1, 60]) await sweep(minutes);
  expect(messages()).toHaveLength(2);
  expect(messages()[1]).toMatch(
    /^The Auto Scaling group fleet runs version 5 .* brought back to version 4, and the refresh r-2 ended as Failed/,
  );
  expect(await findLockHolder('web')).toBeUndefined();
  expect(await hasTask(BUILD)).toBe(false);
  expect(started()).toHaveLength(1);
  expect((await getRecord(BUILD)).rollouts.fleet?.notBack).toMatchObject({ toldAt: expect.any(String) });
});

test('one that could not be begun is told with the failure, and not again', async () => {
  const refused = Object.assign(new Error('not usable'), { name: 'ValidationError' });
  autoScaling.on(StartInstanceRefreshCommand).rejects(refused);
  await fail();
  for (const minutes of [1, 3, 60]) await sweep(minutes);
  expect(messages()).toEqual([
    expect.stringMatching(/^They serve another site\..*could not be begun: ValidationError: not usable/s),
  ]);
});

test('what cannot be told is told later', async () => {
  sns.on(PublishCommand).rejectsOnce(new Error('no')).resolves({});
  autoScaling.on(StartInstanceRefreshCommand).rejects(new Error('not usable'));
  await fail();
  await sweep(3).catch(() => {});
  await sweep(3);
  expect(messages().filter((text) => text?.includes('not usable'))).toHaveLength(2);
  expect((await getRecord(BUILD)).rollouts.fleet?.notBack).toMatchObject({ toldAt: expect.any(String) });
  expect(await hasTask(BUILD)).toBe(false);
});

test('servers that a roll-back has left are told when it has failed', async () => {
  useGroup({
    LaunchTemplate: template('4'),
    Instances: [{ InstanceId: 'i-1', LifecycleState: 'InService', LaunchTemplate: template('5') }],
  });
  useRefreshes(refresh('r-1', '5', 'RollbackInProgress'));
  await fail();
  await sweep(3);
  expect(await findLockHolder('web')).toBeUndefined();
  expect(messages()).toHaveLength(1);
  useRefreshes(refresh('r-1', '5', 'RollbackFailed'));
  await sweep(1);
  expect(messages()[1]).toMatch(/^The Auto Scaling group fleet has servers .*i-1.*RollbackFailed/);
  expect(await hasTask(BUILD)).toBe(false);
});

test('a build that is held up for minutes is still undone as it would have been at once', async () => {
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  autoScaling.on(DescribeInstanceRefreshesCommand).rejects(throttled);
  await fail();
  await sweep(10).catch(() => {});
  expect(started()).toEqual([]);
  useRefreshes(refresh('r-1', '5', 'Successful'));
  await sweep(1);
  expect(started()).toHaveLength(1);
});

test('a function that goes on when its build has failed verifies nothing any more', async () => {
  await fail();
  await updateRollout(BUILD, 'fleet', { verified: { by: 'site', servers: 3 } });
  expect((await getRecord(BUILD)).rollouts.fleet).toMatchObject({ broughtBackBy: 'r-2' });
  expect((await getRecord(BUILD)).rollouts.fleet).not.toHaveProperty('verified');
});

test('what AWS refuses for good in one group is named after an hour, and locks its pipeline no longer', async () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  autoScaling.on(DescribeInstanceRefreshesCommand).rejects(denied);
  await fail();
  await sweep(5).catch(() => {});
  expect(await findLockHolder('web')).toBe(BUILD);
  await sweep(60).catch(() => {});
  expect(await findLockHolder('web')).toBeUndefined();
  expect((await getRecord(BUILD)).rollouts.fleet?.notBack?.why).toMatch(/AccessDenied: not authorized/);
  expect(messages().at(-1)).toContain('not authorized');
});
