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
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { previewTidy, runJanitor, TidyUpInput, tidyUp } from '../../../src/build/end/janitor';
import { endRecord } from '../../../src/build/end/outbox';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { getRecord, moveStatus, updateRecord } from '../../../src/build/record';
import { registerPipeline } from '../../../src/build/removed/register';
import { keepVersion, setCurrent } from '../../../src/pipeline/pushed/store';
import { takeGroup } from '../../../src/rollout/lease';
import { answerNoUses, makeCopy, makeImage } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BASE_INSTANCE, BUILD, describePlanned, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sfn = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
useTable();

afterEach(removeFolders);
beforeEach(() => {
  process.env.LAMBDA_TASK_ROOT = process.cwd();
  for (const client of [ec2, autoScaling, sfn, events, sns, ssm]) client.reset();
  ssm.on(GetParametersCommand).resolves({ Parameters: [] });
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  answerNoUses(ec2, autoScaling);
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeLaunchTemplatesCommand).resolves({});
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
});

test('a lock that a build has kept beyond its end is given back at night', async () => {
  await openRecord({ targets: [] });
  await takeLock('web', BUILD, 'build');
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  await tidyUp({ removed: [] });
  expect(await findLockHolder('web')).toBeUndefined();
});

test('a pushed pipeline that cannot be read is told, is no removed one, and keeps nothing else from being tidied up', async () => {
  const version = await keepVersion('other', { 'pipeline.yml': 'colour: green\n' });
  await registerPipeline('other');
  await setCurrent('other', { version, over: 'none', at: new Date().toISOString() }, undefined);
  await openRecord({ targets: [] });
  await takeLock('web', BUILD, 'build');
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  await expect(tidyUp({ removed: [] })).rejects.toThrow(/pipeline other: other@\w+.* is not valid/);
  expect(await findLockHolder('web')).toBeUndefined();
  await expect(tidyUp({ removed: [{ pipeline: 'other', decision: 'retire' }] })).rejects.toThrow(
    'has a folder',
  );
  expect((await previewTidy()).problems).toEqual([expect.stringContaining('pipeline other: other@')]);
});

test.each(['SUCCEEDED', 'ABORTED'] as const)(
  'what a function of a build that is %s took late is given back at night: the lock, and its groups',
  async (status) => {
    sfn.on(DescribeExecutionCommand).resolves({ status });
    await openRecord();
    await moveStatus(BUILD, ['RUNNING'], status);
    await takeLock('web', BUILD, 'build');
    await takeGroup('fleet', BUILD);
    await tidyUp({ removed: [] });
    expect(await findLockHolder('web')).toBeUndefined();
    await expect(takeGroup('fleet', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7')).resolves.toBe(2);
  },
);

test('while something of a build is still to be undone, it keeps its pipeline and its groups over night', async () => {
  await openRecord();
  await takeLock('web', BUILD, 'build');
  await takeGroup('fleet', BUILD);
  await endRecord(BUILD, ['RUNNING'], 'ABORTED', ['undo', 'unlock'], {});
  ec2.on(DescribeInstancesCommand).rejects(new Error('EC2 answers 500'));
  await expect(tidyUp({ removed: [] })).rejects.toThrow('EC2 answers 500');
  expect(await findLockHolder('web')).toBe(BUILD);
  await expect(takeGroup('fleet', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7')).rejects.toThrow('being changed');
});

test('a group that is still to be brought back is brought back, also where the night comes first', async () => {
  const template = (Version: string) => ({ LaunchTemplateId: 'lt-1', Version });
  autoScaling
    .on(DescribeAutoScalingGroupsCommand)
    .resolves(describePlanned({ LaunchTemplate: template('5') }));
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [
      {
        InstanceRefreshId: 'r-1',
        Status: 'Successful',
        DesiredConfiguration: { LaunchTemplate: template('5') },
      },
    ],
  });
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }, { VersionNumber: 5 }],
  });
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
  await openRecord({ 'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' } });
  await takeLock('web', BUILD, 'build');
  const endedAt = new Date().toISOString();
  await endRecord(BUILD, ['RUNNING'], 'ABORTED', ['undo', 'unlock', 'tellLeft', 'undoAgain'], { endedAt });
  await tidyUp({ removed: [] });
  const { broughtBackBy, notBack } = (await getRecord(BUILD)).rollouts.fleet ?? {};
  expect([broughtBackBy, notBack]).toEqual(['r-2', undefined]);
  expect(await findLockHolder('web')).toBe(BUILD);
});

test('the record of a build is kept while a region that may have a copy of its image answers nobody', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
  await openRecord({ targets: [], imageId: 'ami-1', copies: [{ region: 'eu-north-1', imageId: 'ami-2' }] });
  await moveStatus(BUILD, ['RUNNING'], 'SUCCEEDED');
  const soon = Math.floor(Date.now() / 1000) + 24 * 60 * 60;
  await updateRecord(BUILD, { expiresAt: soon });
  await takeLock('web', BUILD, 'build');
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => {
    if ((await client().config.region()) === 'us-east-1') return {};
    throw Object.assign(new Error('not subscribed'), { name: 'OptInRequired' });
  });
  await expect(tidyUp({ removed: [] })).rejects.toThrow('not subscribed');
  expect((await getRecord(BUILD)).expiresAt).toBeGreaterThan(soon);
});

test('a copy that a stopped build left in another region is found there at night', async () => {
  const base = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }';
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `${base}\nimage: { copyTo: [eu-north-1] }\n`,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
  const startedAt = new Date().toISOString();
  await openRecord({ targets: [], copyTo: ['eu-north-1'], imageId: 'ami-1', startedAt });
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  const copy = makeCopy('ami-2', 'ami-1');
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => ({
    Images: (await client().config.region()) === 'eu-north-1' ? [copy] : [],
  }));
  await tidyUp({ removed: [] });
  expect(ec2.commandCalls(DeregisterImageCommand).map((call) => call.args[0].input)).toEqual([
    { ImageId: 'ami-2' },
  ]);
});

const SERVICE = { Key: 'kiln:service', Value: 'kiln-test@us-east-1' };
const tag = (...tags: object[]) => [{ Key: 'kiln:build', Value: BUILD }, ...tags] as never[];
const removed = () => [
  ...ec2.commandCalls(TerminateInstancesCommand),
  ...ec2.commandCalls(DeleteSnapshotCommand),
  ...ec2.commandCalls(DeregisterImageCommand),
];
/** What the janitor told of what it left alone. */
const told = () =>
  events.commandCalls(PutEventsCommand).flatMap((call) =>
    (call.args[0].input.Entries ?? []).map(({ DetailType, Detail = '' }) => {
      expect(DetailType).toBe('Resources Left Alone');
      return JSON.parse(Detail) as { service: string; count: number; resources: object[] };
    }),
  );

function useTagged(Tags: never[]): void {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ...BASE_INSTANCE, Tags }] }] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-1', Tags }] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', Tags }] });
}

describe('what carries the tags of a build is left alone, and told as an event', () => {
  const everything = ['i-1', 'ami-1', 'snap-1'];

  test('if there is no record of the build here', async () => {
    useTagged(tag(SERVICE));
    await tidyUp({ removed: [] });
    await tidyUp({ removed: [] });
    expect(removed()).toEqual([]);
    const why = 'there is no record of that build';
    // People are told once.
    expect(sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message)).toEqual([
      expect.stringContaining(`3 resources are tagged kiln:build and left alone. i-1: ${why}; ami-1: ${why}`),
    ]);
    expect(told().slice(1)).toEqual([
      { service: SERVICE.Value, count: 3, resources: everything.map((id) => ({ id, build: BUILD, why })) },
    ]);
  });

  test('if it does not say of which deployment it is', async () => {
    await openRecord({ targets: [] });
    await moveStatus(BUILD, ['RUNNING'], 'FAILED');
    // What the janitor looks for has the tag of its deployment.
    for (const command of [
      DescribeInstancesCommand,
      DescribeSnapshotsCommand,
      DescribeImagesCommand,
    ] as never[])
      ec2.on(command).callsFake(({ Filters = [] }) =>
        JSON.stringify(Filters).includes('tag-key') &&
        Filters.every(({ Name = '' }) => Name !== 'tag:kiln:service')
          ? {
              Reservations: [{ Instances: [{ ...BASE_INSTANCE, Tags: tag() }] }],
              Images: [{ ImageId: 'ami-1', Tags: tag() }],
              Snapshots: [{ SnapshotId: 'snap-1', Tags: tag() }],
            }
          : {},
      );
    await tidyUp({ removed: [] });
    expect(removed()).toEqual([]);
    const why = 'it has no tag kiln:service';
    expect(told()[0]?.resources).toEqual(everything.map((id) => ({ id, build: BUILD, why })));
  });

  test.each(['web', 'web-shop', '__proto__'])('if its tag (%s) names no build', async (Value) => {
    useTagged([SERVICE, { Key: 'kiln:build', Value }] as never[]);
    await tidyUp({ removed: [] });
    expect(removed()).toEqual([]);
    expect(told()[0]?.count).toBe(3);
  });

  test('if its tags were copied from what the build made, whose record is there', async () => {
    await openRecord({ targets: [], imageId: 'ami-own' });
    await moveStatus(BUILD, ['RUNNING'], 'SUCCEEDED');
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
    useTagged(tag(SERVICE));
    ec2
      .on(DescribeInstancesCommand)
      .resolves({ Reservations: [{ Instances: [{ InstanceId: 'i-server', Tags: tag(SERVICE) }] }] });
    await tidyUp({ removed: [] });
    expect(removed()).toEqual([]);
    expect(told()[0]?.resources).toEqual([
      { id: 'i-server', build: BUILD, why: expect.stringContaining('tags were copied') },
      { id: 'ami-1', build: BUILD, why: 'it is not the image of that build' },
      { id: 'snap-1', build: BUILD, why: 'it was not made for the image of that build' },
    ]);
  });
});

test.each(['kiln-prod@us-east-1', 'kiln-test@eu-north-1'])(
  'what %s made is left alone, and is not worth a word: its own janitor looks after it',
  async (Value) => {
    useTagged(tag({ Key: 'kiln:service', Value }));
    await tidyUp({ removed: [] });
    expect(removed()).toEqual([]);
    expect(told()).toEqual([]);
  },
);

test('the own image of a build that succeeded is not worth a word', async () => {
  await openRecord({ targets: [], imageId: 'ami-1' });
  await moveStatus(BUILD, ['RUNNING'], 'SUCCEEDED');
  sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
  useTagged(tag(SERVICE));
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({
    Snapshots: [
      { SnapshotId: 'snap-1', Tags: tag(SERVICE), Description: 'Created by CreateImage(i-1) for ami-1' },
    ],
  });
  await tidyUp({ removed: [] });
  expect(told()).toEqual([]);
});

test('a launch template version that came after the end of its build is found at night', async () => {
  await openRecord({ imageId: 'ami-1' });
  await moveStatus(BUILD, ['RUNNING'], 'FAILED');
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'kiln-fleet-web',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
      } as never,
    ],
  });
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
  const versions = [
    { VersionNumber: 4, DefaultVersion: true },
    {
      VersionNumber: 5,
      VersionDescription: `Kiln build ${BUILD} of kiln-test@us-east-1`,
      LaunchTemplateData: { ImageId: 'ami-1' },
    },
  ];
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: versions });
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  await tidyUp({ removed: [] });
  expect(ec2.commandCalls(DeleteLaunchTemplateVersionsCommand)[0]?.args[0].input).toEqual({
    LaunchTemplateId: 'lt-1',
    Versions: ['5'],
  });
  expect(await getRecord(BUILD)).toMatchObject({ late: ['version 5 of launch template lt-1'] });
});

describe.each(['SUCCEEDED', 'FAILED'] as const)('of a build that has %s', (status) => {
  const server = { ...BASE_INSTANCE, InstanceId: 'i-server' };
  const terminated = () =>
    ec2.commandCalls(TerminateInstancesCommand).flatMap((call) => call.args[0].input.InstanceIds);
  beforeEach(async () => {
    await openRecord({ targets: [] });
    await moveStatus(BUILD, ['RUNNING'], status);
    sfn.on(DescribeExecutionCommand).resolves({ status });
    ec2.on(TerminateInstancesCommand).resolves({});
  });

  test('a base instance that was left goes', async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
    await tidyUp({ removed: [] });
    expect(terminated()).toEqual(['i-1']);
  });

  test.each([
    ['a server to which a tool copied the tags', { ClientToken: undefined }],
    ['a server that a group launched with the tags of its image', { ClientToken: 'fleet-4d5e6f' }],
    ['an instance in another subnet than that of the token', { SubnetId: 'subnet-9' }],
  ])('%s stays', async (_what, other) => {
    ec2
      .on(DescribeInstancesCommand)
      .resolves({ Reservations: [{ Instances: [{ ...server, ...other }, BASE_INSTANCE] }] });
    await tidyUp({ removed: [] });
    expect(terminated()).toEqual(['i-1']);
  });
});

test('what the night would remove can be asked for, and nothing is removed by that', async () => {
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED' });
  await openRecord({ targets: [], imageId: 'ami-1' });
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [makeImage('ami-1')] });
  const { left } = await previewTidy();
  expect(left).toEqual([{ build: BUILD, status: 'ABORTED', instances: ['i-1'], images: ['ami-1'] }]);
  expect(await runJanitor(TidyUpInput.parse({ trial: true }))).toMatchObject({ left });
  expect(ec2.commandCalls(TerminateInstancesCommand)).toEqual([]);
  expect(ec2.commandCalls(DeregisterImageCommand)).toEqual([]);
});
