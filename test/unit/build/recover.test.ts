import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import aborted from '../../../events/execution-status-change.json';
import { endBuild, failBuild } from '../../../src/build/end/end';
import { nudgeOutboxes } from '../../../src/build/end/outbox';
import { CleanUpEvent, cleanUp, recoverBuild } from '../../../src/build/end/recover';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { planBuild } from '../../../src/build/plan/plan';
import { enqueueBuild } from '../../../src/build/queue';
import { createRecord, getRecord, moveStatus } from '../../../src/build/record';
import { sweepWaits } from '../../../src/wait/resolve';
import { listWaits, storeWait } from '../../../src/wait/store';
import { answerNoUses, makeCopy, makeImage } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BASE_INSTANCE, BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
useTable();
afterEach(() => jest.restoreAllMocks());

/** A build that is queued behind it. */
const WAITING = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';

const failure = (name: string, errorMessage: string) => ({
  build: { id: BUILD },
  failure: { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage, trace: [] }) },
});

/** What AWS has of the build: an instance, an image, a template version. */
beforeEach(() => {
  for (const client of [ec2, autoScaling, sns, ssm, events, sfn]) client.reset();
  // No stack looks up the version of its group.
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
  answerNoUses(ec2, autoScaling);
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-1')] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [
      { VersionNumber: 4, DefaultVersion: true },
      {
        VersionNumber: 5,
        VersionDescription: `Kiln build ${BUILD}`,
        LaunchTemplateData: { ImageId: 'ami-1' },
      },
    ],
  });
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  useGroup('4');
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
});

function useGroup(Version: string): void {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      { AutoScalingGroupName: 'fleet', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } } as never,
    ],
  });
}

const inputs = (calls: { args: { input: unknown }[] }[]) => calls.map((call) => call.args[0]?.input);

test('a failed build leaves only its record', async () => {
  await openRecord({ imageId: 'ami-1' });
  await takeLock('web', BUILD, 'build');
  await recoverBuild(failure('ImageFailed', 'AWS could not make it'));
  expect(inputs(ec2.commandCalls(TerminateInstancesCommand))).toEqual([{ InstanceIds: ['i-1'] }]);
  expect(inputs(ec2.commandCalls(DeregisterImageCommand))).toEqual([{ ImageId: 'ami-1' }]);
  expect(inputs(ec2.commandCalls(DeleteSnapshotCommand))).toEqual([{ SnapshotId: 'snap-1' }]);
  expect(inputs(ec2.commandCalls(DeleteLaunchTemplateVersionsCommand))).toEqual([
    { LaunchTemplateId: 'lt-1', Versions: ['5'] },
  ]);
  expect(await findLockHolder('web')).toBeUndefined();
  expect(await getRecord(BUILD)).toMatchObject({
    status: 'FAILED',
    error: { name: 'ImageFailed', message: 'AWS could not make it' },
  });
});

test('a failure is told to people and as an event', async () => {
  await openRecord();
  await recoverBuild(failure('ImageFailed', 'AWS could not make it'));
  expect(inputs(sns.commandCalls(PublishCommand))).toEqual([
    expect.objectContaining({ Message: expect.stringContaining('AWS could not make it') }),
  ]);
  expect(inputs(events.commandCalls(PutEventsCommand))).toEqual([
    { Entries: [expect.objectContaining({ Source: 'kiln', DetailType: 'Build Failed' })] },
  ]);
});

test('whatever the name of a failure has in it, the subject of its message is what SNS takes', async () => {
  await openRecord();
  await failBuild(BUILD, 'ABORTED', { name: 'Stoppet på\nfredag – ✋', message: 'fikk kalde føtter' });
  const [told] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
  expect(told?.Subject).toBe('Kiln: build of web ABORTED: Stoppet p? fredag ? ?');
  expect(told?.Message).toMatch(/^fikk kalde føtter\n/);
  expect(told?.Message).toContain('Stoppet på\nfredag – ✋');
});

test('however long a failure is, people are told of it in as many characters as SNS takes', async () => {
  await openRecord();
  await failBuild(BUILD, 'ABORTED', { name: 'x'.repeat(200), message: '✋'.repeat(90_000) });
  const [told] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
  expect(told?.Subject).toHaveLength(99);
  expect(Buffer.byteLength(told?.Message ?? '')).toBeLessThanOrEqual(262_144);
});

describe('what AWS refuses, wherever it is, locks no pipeline, and people are told', () => {
  const refused = (name: string) => Object.assign(new Error('you may not'), { name });
  beforeEach(async () => {
    await openRecord({ imageId: 'ami-1', previousImage: { parameter: '/kiln/web/image', value: 'ami-0' } });
    await takeLock('web', BUILD, 'build');
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-1' } });
  });

  test.each<[string, string, () => void]>([
    [
      'instance i-1',
      'OperationNotPermitted',
      () => ec2.on(TerminateInstancesCommand).rejects(refused('OperationNotPermitted')),
    ],
    [
      'SSM parameter /kiln/web/image',
      'AccessDeniedException',
      () => ssm.on(PutParameterCommand).rejects(refused('AccessDeniedException')),
    ],
  ])('%s (%s)', async (what, name, refuse) => {
    refuse();
    await recoverBuild(failure('ImageFailed', 'why'));
    expect(await findLockHolder('web')).toBeUndefined();
    expect(inputs(ec2.commandCalls(DeregisterImageCommand))).toEqual([{ ImageId: 'ami-1' }]);
    const words = `${what} could not be undone: ${name}: you may not`;
    expect((await getRecord(BUILD)).left).toEqual([words]);
    expect(sns.commandCalls(PublishCommand)[0]?.args[0].input.Message).toContain(words);
  });

  test('a copy in a region that nothing comes through to, which goes when it is back', async () => {
    await openRecord({ copyTo: ['eu-north-1'], startedAt: new Date().toISOString() });
    let silent = true;
    ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => {
      if ((await client().config.region()) === 'us-east-1') return { Images: [] };
      if (silent) throw Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
      return { Images: [makeCopy('ami-2', 'ami-1')] };
    });
    await recoverBuild(failure('ImageFailed', 'why'));
    expect(await findLockHolder('web')).toBeUndefined();
    expect((await getRecord(BUILD)).left).toEqual([expect.stringContaining('ami-1 in eu-north-1')]);
    await cleanUp(await nudged()).catch(() => {});
    silent = false;
    await cleanUp(await nudged());
    expect(inputs(ec2.commandCalls(DeregisterImageCommand))).toEqual([{ ImageId: 'ami-2' }]);
    expect(await getRecord(BUILD)).toMatchObject({
      left: [],
      late: expect.arrayContaining(['image ami-2 in eu-north-1']),
    });
  });
});

test('what cannot be told is told later, and fails nothing else', async () => {
  await openRecord();
  await takeLock('web', BUILD, 'build');
  sns.on(PublishCommand).rejectsOnce(new Error('no topic')).resolves({});
  events
    .on(PutEventsCommand)
    .resolvesOnce({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] })
    .resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  await recoverBuild(failure('ImageFailed', 'why'));
  expect(await getRecord(BUILD)).toMatchObject({ status: 'FAILED' });
  expect(await findLockHolder('web')).toBeUndefined();
  await cleanUp(await nudged());
  expect(sns.commandCalls(PublishCommand)).toHaveLength(2);
  const told = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
  expect(told.map(({ DetailType }) => DetailType)).toEqual([
    'Build Failed',
    'Kiln Build Unfinished',
    'Build Failed',
  ]);
});

test('what cannot be undone keeps its pipeline, until it is undone', async () => {
  await openRecord();
  await takeLock('web', BUILD, 'build');
  ec2.on(DescribeInstancesCommand).rejects(new Error('EC2 answers 500'));
  await recoverBuild(failure('ImageFailed', 'why'));
  expect(await getRecord(BUILD)).toMatchObject({ status: 'FAILED', error: { message: 'why' } });
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
  expect(await findLockHolder('web')).toBe(BUILD);
  ec2.on(DescribeInstancesCommand).resolves({});
  await cleanUp(await nudged());
  expect(ec2.commandCalls(DeregisterImageCommand).length).toBeGreaterThan(0);
  expect(await findLockHolder('web')).toBeUndefined();
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
});

/** What the sweep asks for when the time of the late effects is over. */
async function nudged() {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60_000);
  await nudgeOutboxes();
  const entry = overEvents().at(-1);
  return CleanUpEvent.parse({
    'detail-type': entry?.DetailType,
    detail: JSON.parse(entry?.Detail ?? '{}'),
  });
}

function overEvents() {
  const sent = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
  return sent.filter(({ DetailType }) => DetailType === 'Kiln Build Unfinished');
}

describe('of a build that has succeeded nothing is undone', () => {
  beforeEach(async () => {
    await openRecord({ imageId: 'ami-1', keep: 5 });
    await takeLock('web', BUILD, 'build');
  });
  const touched = () => [
    ...ec2.commandCalls(DeregisterImageCommand),
    ...ec2.commandCalls(TerminateInstancesCommand),
    ...ec2.commandCalls(DeleteLaunchTemplateVersionsCommand),
    ...ssm.commandCalls(PutParameterCommand),
  ];

  test('when its last call is refused: it stays what it is, and the event comes later', async () => {
    events
      .on(PutEventsCommand)
      .rejectsOnce(new Error('AccessDenied'))
      .resolves({ Entries: [{ EventId: 'e' }] });
    await endBuild(BUILD);
    expect(await getRecord(BUILD)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await findLockHolder('web')).toBeUndefined();
    await cleanUp(await nudged());
    expect(events.commandCalls(PutEventsCommand).at(-1)?.args[0].input.Entries).toEqual([
      expect.objectContaining({ DetailType: 'Image Published' }),
      expect.objectContaining({ DetailType: 'Build Succeeded' }),
    ]);
    expect(touched()).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['its old images cannot be looked for', () => ec2.on(DescribeImagesCommand).rejects(new Error('500'))],
    [
      'the request that waits cannot be started',
      () => sfn.on(StartExecutionCommand).rejects(new Error('503')),
    ],
  ])('when %s, and all that does not hang on that is done', async (_what, fail) => {
    const trigger = { kind: 'http' as const };
    await createRecord({ id: WAITING, status: 'QUEUED', trigger, parameters: {} });
    await enqueueBuild(WAITING, { pipeline: 'web', parameters: {}, trigger });
    sfn.on(StartExecutionCommand).resolves({});
    fail();
    await endBuild(BUILD);
    expect(await getRecord(BUILD)).toMatchObject({ status: 'SUCCEEDED' });
    const told = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
    expect(told.map(({ DetailType }) => DetailType)).toEqual(['Image Published', 'Build Succeeded']);
    const { hasSucceeded } = await recoverBuild(failure('Lambda.Unknown', 'the function died'));
    expect(hasSucceeded).toBe(true);
    expect(await findLockHolder('web')).toBe(WAITING);
    expect(touched()).toEqual([]);
  });

  test('when Finish fails after its last write', async () => {
    await endBuild(BUILD);
    const { hasSucceeded } = await recoverBuild(failure('Lambda.Unknown', 'the function died'));
    expect(hasSucceeded).toBe(true);
    expect(await getRecord(BUILD)).toMatchObject({ status: 'SUCCEEDED' });
    expect(sns.commandCalls(PublishCommand)).toEqual([]);
    expect(touched()).toEqual([]);
  });

  test.each([
    ['that it is over', { 'detail-type': 'Kiln Build Unfinished', detail: { build: BUILD } }],
    ['that its execution was stopped', aborted],
  ])('when anybody says on the bus %s', async (_what, event) => {
    await endBuild(BUILD);
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
    await cleanUp(CleanUpEvent.parse(event));
    expect(await getRecord(BUILD)).toMatchObject({ status: 'SUCCEEDED' });
    expect(touched()).toEqual([]);
  });

  test.each([
    ['that it is over', { 'detail-type': 'Kiln Build Unfinished', detail: { build: BUILD } }],
    ['that its execution was stopped', aborted],
  ])('nor of one that runs, when anybody says on the bus %s', async (_what, event) => {
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    await cleanUp(CleanUpEvent.parse(event));
    expect(await getRecord(BUILD)).toMatchObject({ status: 'RUNNING' });
    expect(await findLockHolder('web')).toBe(BUILD);
    expect(touched()).toEqual([]);
  });

  test('when a failure of it comes too late', async () => {
    const late = recoverBuild(failure('States.Timeout', 'too long'));
    await Promise.all([late, endBuild(BUILD)]);
    const { status } = await getRecord(BUILD);
    expect(touched().length > 0).toBe(status !== 'SUCCEEDED');
  });
});

test('an execution that was stopped before it had a record never gets one that runs', async () => {
  useStopped();
  await cleanUp(CleanUpEvent.parse(aborted));
  expect(await getRecord(BUILD)).toMatchObject({ status: 'ABORTED' });
  const request = { pipeline: 'web', parameters: {}, trigger: { kind: 'manual' as const } };
  await expect(planBuild({ build: { id: BUILD }, stage: 'Plan', request })).rejects.toThrow(
    'has ended already',
  );
  expect(await getRecord(BUILD)).toMatchObject({ status: 'ABORTED' });
  expect(await findLockHolder('web')).toBeUndefined();
});

/** As EC2 describes the snapshots that it makes for an image. */
const FOR_IMAGE = 'Created by CreateImage(i-1) for ami-1';

test('an image that servers run stays with its snapshots, though somebody deleted the version that named it', async () => {
  await openRecord();
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }],
  });
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters }) => {
    const isByImage = Filters.some(({ Name }: { Name: string }) => Name === 'image-id');
    return { Reservations: isByImage ? [{ Instances: [{ InstanceId: 'i-9', ImageId: 'ami-1' }] }] : [] };
  });
  ec2.on(DescribeSnapshotsCommand).resolves({
    Snapshots: ['snap-1', 'snap-2'].map((SnapshotId) => ({ SnapshotId, Description: FOR_IMAGE })),
  });
  await recoverBuild(failure('FleetNotHealthy', 'why'));
  expect(ec2.commandCalls(DeregisterImageCommand)).toEqual([]);
  expect(inputs(ec2.commandCalls(DeleteSnapshotCommand))).toEqual([{ SnapshotId: 'snap-2' }]);
});

test('copies that a build began and did not come to write down are removed in their regions', async () => {
  await openRecord({ copyTo: ['eu-north-1'], imageId: 'ami-1', startedAt: new Date().toISOString() });
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => ({
    Images:
      (await client().config.region()) === 'us-east-1' ? [makeImage('ami-1')] : [makeCopy('ami-2', 'ami-1')],
  }));
  await recoverBuild(failure('States.Timeout', 'PublishImage took too long'));
  const regions = await Promise.all(
    ec2.commandCalls(DeregisterImageCommand).map((call) => (call.thisValue as EC2Client).config.region()),
  );
  expect(regions).toEqual(['us-east-1', 'eu-north-1']);
});

test('the SSM parameter names the image of before again', async () => {
  await openRecord({ imageId: 'ami-1', previousImage: { parameter: '/kiln/web/image', value: 'ami-0' } });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-1' } });
  await recoverBuild(failure('RefreshFailed', 'why'));
  expect(inputs(ssm.commandCalls(PutParameterCommand))).toEqual([
    expect.objectContaining({ Name: '/kiln/web/image', Value: 'ami-0' }),
  ]);
});

test('so it does at once where somebody has revoked the image, also while that serves', async () => {
  const revoked = { at: '2026-11-30T00:00:00.000Z', reason: 'it leaks keys' };
  const previousImage = { parameter: '/kiln/web/image', value: 'ami-0' };
  useGroup('5');
  await openRecord({
    ...{ imageId: 'ami-1', revoked, previousImage },
    targets: [makeTarget({ isFirstImage: true })],
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', verified: { by: 'site', servers: 1 } },
  });
  ssm.on(GetParameterCommand, { Name: '/kiln/web/image' }).resolves({ Parameter: { Value: 'ami-1' } });
  await recoverBuild(failure('ImageFailed', 'it was revoked'));
  expect(inputs(ssm.commandCalls(PutParameterCommand))).toEqual([
    expect.objectContaining({ Name: '/kiln/web/image', Value: 'ami-0' }),
  ]);
  expect(ec2.commandCalls(DeregisterImageCommand)).toEqual([]);
});

test.each<[string, object, object[]]>([
  ['its own is named no more: no build has made it good', {}, [{ Name: '/kiln/web/image', Value: 'ami-0' }]],
  [
    'that of an earlier one stays named: it was good before',
    { reused: { build: 'web-01JH0000000000000000000000', imageId: 'ami-1' } },
    [],
  ],
])('of the image of a failed build that goes on to serve, %s', async (_what, more, named) => {
  useGroup('5');
  await openRecord({
    ...{ imageId: 'ami-1', previousImage: { parameter: '/kiln/web/image', value: 'ami-0' }, ...more },
    targets: [makeTarget({ isFirstImage: true })],
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', verified: { by: 'site', servers: 1 } },
  });
  ssm.on(GetParameterCommand, { Name: '/kiln/web/image' }).resolves({ Parameter: { Value: 'ami-1' } });
  await recoverBuild(failure('FleetNotHealthy', 'somebody else has changed it'));
  expect(inputs(ssm.commandCalls(PutParameterCommand))).toEqual(
    named.map((one) => expect.objectContaining(one)),
  );
  expect(ec2.commandCalls(DeregisterImageCommand)).toEqual([]);
});

test('a state that waited too long fails as what it waited for', async () => {
  await openRecord();
  const since = Date.now() - 240 * 60_000;
  await storeWait({
    ...{ kind: 'image', resource: 'ami-1', region: 'us-east-1', build: BUILD, stage: 'AwaitImage' },
    ...{ token: 't', since },
  });
  const { error, cause } = await recoverBuild({ build: { id: BUILD }, failure: { Error: 'States.Timeout' } });
  expect([error, cause]).toEqual(['ImageFailed', 'AWS did not finish the image ami-1 in 240 min.']);
  expect(await listWaits()).toEqual([]);
});

describe('what nobody can look at keeps no build from its end, nor its pipeline locked', () => {
  beforeEach(async () => {
    await openRecord();
    await takeLock('web', BUILD, 'build');
  });

  test.each<[string, string, () => void]>([
    [
      'the console of its instance',
      'SiteNotHealthy',
      () => ec2.on(GetConsoleOutputCommand).rejects(Object.assign(new Error('no'), { name: 'AuthFailure' })),
    ],
    ['the folder of its pipeline', 'SiteNotHealthy', () => useFolder()],
    ['a pipeline that is not valid any more', 'ImageFailed', () => useFolder('base: 7\n')],
  ])('%s', async (_what, name, breakIt) => {
    ec2.on(GetConsoleOutputCommand).resolves({});
    breakIt();
    await recoverBuild(failure(name, 'the site said 503'));
    expect(await getRecord(BUILD)).toMatchObject({
      status: 'FAILED',
      error: { name, message: expect.stringContaining('the site said 503') },
    });
    expect(await findLockHolder('web')).toBeUndefined();
    expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
  });

  /** Where the pipelines are: none, or one of this definition. */
  function useFolder(definition?: string): void {
    process.env.LAMBDA_TASK_ROOT = makeFolder({
      'pipelines/other/pipeline.yml': '',
      ...(definition && { 'pipelines/web/pipeline.yml': definition }),
    });
  }
  afterEach(() => {
    process.env.LAMBDA_TASK_ROOT = process.cwd();
    removeFolders();
  });
});

test('of groups that wait side by side, the one that has waited longest is the one that timed out', async () => {
  await openRecord();
  useGroup('4');
  for (const [group, minutes] of [
    ['a-fleet', 5],
    ['fleet', 30],
  ] as const)
    await storeWait({
      ...{ kind: 'fleet', resource: group, region: 'us-east-1', build: BUILD, stage: `AwaitFleet/${group}` },
      ...{ token: group, since: Date.now() - minutes * 60_000, group, version: '5' },
    });
  await recoverBuild({ build: { id: BUILD }, failure: { Error: 'States.Timeout' } });
  expect((await getRecord(BUILD)).error).toMatchObject({
    name: 'FleetNotHealthy',
    message: expect.stringContaining('After 30 min the fleet of fleet'),
    stage: 'AwaitFleet/fleet',
  });
});

test('people are told that a fleet which does not serve the site is being brought back', async () => {
  await openRecord({
    imageId: 'ami-1',
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
    'stages.AskServers/fleet': { startedAt: new Date().toISOString(), outcome: 'failed' },
  });
  useGroup('5');
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
  await takeLock('web', BUILD, 'build');
  await recoverBuild(failure('FleetNotHealthy', 'They serve another site.'));
  expect(inputs(sns.commandCalls(PublishCommand))).toEqual([
    expect.objectContaining({
      Message: expect.stringMatching(
        /^They serve another site\..*fleet is being brought back .* by the instance refresh r-2/s,
      ),
    }),
  ]);
  expect(await findLockHolder('web')).toBe(BUILD);
});

/** What Step Functions says of the execution, whatever an event says. */
function useStopped(): void {
  sfn.on(DescribeExecutionCommand).resolves({
    status: 'ABORTED',
    error: 'Stopped',
    cause: 'Ada stopped it',
  });
}

test('an execution that was stopped gets the same clean-up', async () => {
  await openRecord();
  useStopped();
  await cleanUp(CleanUpEvent.parse(aborted));
  expect(ec2.commandCalls(DeregisterImageCommand)).toHaveLength(1);
  expect(await getRecord(BUILD)).toMatchObject({
    status: 'ABORTED',
    error: { name: 'Stopped', message: expect.stringContaining('Ada stopped it') },
  });
});

test('an execution with which Recover failed is told in its words, not in JSON', async () => {
  await openRecord();
  const thrown = {
    errorType: 'TransientFailure',
    errorMessage: 'ServiceUnavailable: it is down',
    trace: ['at x'],
  };
  const cause = JSON.stringify(thrown);
  sfn.on(DescribeExecutionCommand).resolves({ status: 'FAILED', error: thrown.errorType, cause });
  await cleanUp({ build: BUILD });
  expect(await getRecord(BUILD)).toMatchObject({
    status: 'FAILED',
    error: {
      name: 'TransientFailure',
      message: 'The execution failed, and Recover with it. ServiceUnavailable: it is down',
    },
  });
});

test('what a function made while its execution was stopped is removed when that function must have ended', async () => {
  await openRecord();
  useStopped();
  ec2
    .on(DescribeImagesCommand)
    .resolvesOnce({ Images: [] })
    .resolves({ Images: [makeImage('ami-1')] });
  await cleanUp(CleanUpEvent.parse(aborted));
  expect(ec2.commandCalls(DeregisterImageCommand)).toHaveLength(0);
  await nudgeOutboxes();
  expect(overEvents()).toEqual([]);

  await cleanUp(await nudged());
  expect(ec2.commandCalls(DeregisterImageCommand)).toHaveLength(1);
  await nudgeOutboxes();
  expect(overEvents()).toHaveLength(1);
});

test('a sweep that cannot answer a wait asks for what is left to do all the same', async () => {
  await openRecord();
  useStopped();
  await cleanUp(CleanUpEvent.parse(aborted));
  await storeWait({
    ...{ kind: 'image', resource: 'ami-9', region: 'us-east-1', build: 'api-1', stage: 'AwaitImage' },
    ...{ token: 't', since: Date.now() },
  });
  ec2.on(DescribeImagesCommand).rejects(new Error('denied'));
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 60_000);
  await expect(sweepWaits()).rejects.toThrow('denied');
  expect(overEvents()).toHaveLength(1);
});

test('an execution that Recover has ended is not cleaned up again', async () => {
  await openRecord();
  await moveStatus(BUILD, ['RUNNING'], 'FAILED');
  useStopped();
  await cleanUp(CleanUpEvent.parse(aborted));
  expect(ec2.calls()).toEqual([]);
});

test('a name that is no build id fails with its own error and touches nothing', async () => {
  const { error } = await recoverBuild({
    build: { id: 'by-hand' },
    failure: { Error: 'InvalidRequest', Cause: '{"errorMessage":"Expected a build id"}' },
  });
  expect(error).toBe('InvalidRequest');
  expect(ec2.calls()).toEqual([]);
});
