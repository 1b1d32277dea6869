import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeregisterImageCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import scheduled from '../../../events/schedule.json';
import decided from '../../../events/tidy-up.json';
import { listBuilds } from '../../../src/api/builds';
import { TidyUpInput, tidyUp } from '../../../src/build/end/janitor';
import { recoverBuild } from '../../../src/build/end/recover';
import { newBuildId } from '../../../src/build/id';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { planBuild } from '../../../src/build/plan/plan';
import { enqueueBuild, startQueuedBuild } from '../../../src/build/queue';
import { createRecord, getRecord, updateRecord } from '../../../src/build/record';
import { findRelease, keepRelease } from '../../../src/build/release/release';
import { listRegistered, registerPipeline } from '../../../src/build/removed/register';
import { countEnd } from '../../../src/build/unattended/count-end';
import { findHold } from '../../../src/build/unattended/hold';
import { retireImages } from '../../../src/image/retire';
import { findPipelines } from '../../../src/pipeline/pushed/find';
import { keepVersion, setCurrent } from '../../../src/pipeline/pushed/store';
import { deleteItem, getItem, putItem } from '../../../src/table';
import { answerNoUses, makeImage, reference } from '../images';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { samplePipeline } from '../pipeline/sample';
import { useRoomyQuotas } from '../quotas';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
const events = mockClient(EventBridgeClient);
useTable();
useRoomyQuotas();
afterEach(removeFolders);

const buildOf = (pipeline: string, at: number) => `${pipeline}-01KAS2N4Q7T9V0W1X2Y3Z4A5B${at}`;
const OLD = buildOf('old', 1);
const RUNNING = 'old-01KAS2N4Q7T9V0W1X2Y3Z4A5B2';
const trigger = { kind: 'manual' as const };
const request = { pipeline: 'old', parameters: {}, trigger };

let images: Image[];
/** What the parameter of old names. */
let named: string | undefined;

/** A pipeline named old has left an image, a copy, a parameter, its release and its history; there is a folder of new alone. */
beforeEach(async () => {
  for (const client of [ec2, autoScaling, sfn, sns, ssm, events]) client.reset();
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/new/pipeline.yml':
      'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nimage: { keep: 2 }\n',
    'pipelines/new/user-data.sh': '#!/bin/bash\n',
  });
  answerNoUses(ec2, autoScaling);
  images = [makeImage('ami-old', { CreationDate: '2026-11-01T00:00:00.000Z' }, OLD)];
  named = 'ami-old';
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  ec2.on(DescribeImagesCommand).callsFake(async ({ Filters }, client) => {
    const isHome = (await client().config.region()) === 'us-east-1';
    const names: string[] =
      Filters.find(({ Name }: { Name: string }) => Name === 'tag:kiln:pipeline')?.Values ?? [];
    const pipelineOf = ({ Name = '' }: Image) => /^kiln-(.*)-/.exec(Name)?.[1] ?? '';
    return {
      Images: isHome ? images.filter((one) => names.length === 0 || names.includes(pipelineOf(one))) : [],
    };
  });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeImageReferencesCommand).callsFake(({ ImageIds }) => ({
    ImageReferences:
      named && ImageIds.includes(named) ? [reference(named, 'ssm:Parameter', 'parameter/old/image')] : [],
  }));
  ec2.on(DeregisterImageCommand).callsFake(({ ImageId }) => {
    images = images.filter((image) => image.ImageId !== ImageId);
  });
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
  ssm.on(GetParametersCommand).resolves({ Parameters: [] });
  ssm.on(GetParameterCommand).callsFake(() => ({ Parameter: { Value: named } }));
  ssm.on(DeleteParameterCommand).callsFake(() => {
    named = undefined;
  });
  sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  await createRecord({ id: OLD, status: 'SUCCEEDED', trigger, parameters: {} });
  await updateRecord(OLD, { imageId: 'ami-old', parameter: '/old/image' });
});

const tidy = (removed: object[] = []) => tidyUp(TidyUpInput.parse({ removed }));
const deregistered = () => ec2.commandCalls(DeregisterImageCommand).map((call) => call.args[0].input.ImageId);
const messages = () => sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message);

describe('at night, a pipeline whose folder is gone', () => {
  test('is named to people with all that it has left, once', async () => {
    // Of one that runs: the night takes a lock from a build that is over.
    await takeLock('old', RUNNING, 'build');
    const { removed } = await tidyUp(TidyUpInput.parse(scheduled));
    expect(removed).toEqual([
      expect.objectContaining({
        ...{ pipeline: 'old', images: ['ami-old'], parameters: ['/old/image'], builds: [OLD] },
        lockedBy: RUNNING,
      }),
    ]);
    const [message] = messages();
    for (const word of [
      'Pipeline old',
      'ami-old',
      '/old/image',
      'records of 1 builds',
      'keep, retire or renamed',
    ])
      expect(message).toContain(word);
    await tidy();
    expect(messages().filter((one) => one === message)).toHaveLength(1);
    expect(deregistered()).toEqual([]);
  });

  test('is found by its images too, when it is in no register', async () => {
    await deleteItem({ pk: 'PIPELINES', sk: 'old' });
    expect((await tidy()).removed).toEqual([expect.objectContaining({ pipeline: 'old' })]);
  });

  test('has its copies looked for in regions that only it had', async () => {
    await updateRecord(OLD, { copyTo: ['eu-north-1'] });
    await tidy();
    const regions = await Promise.all(
      ec2.commandCalls(DescribeImagesCommand).map((call) => (call.thisValue as EC2Client).config.region()),
    );
    expect(regions).toContain('eu-north-1');
  });

  test('is told in words when its region is closed, which keeps nothing else from being done', async () => {
    await updateRecord(OLD, { copyTo: ['ap-east-1'] });
    ec2.on(DescribeSnapshotsCommand).callsFake(async (_input, client) => {
      if ((await client().config.region()) === 'ap-east-1')
        throw Object.assign(new Error('not subscribed'), { name: 'OptInRequired' });
      return {};
    });
    await expect(tidy()).rejects.toThrow('not subscribed');
    expect(messages()).toEqual([expect.stringContaining('Pipeline old')]);
  });
});

describe('of a pipeline whose folder is gone a person may say', () => {
  test('keep: it stays, and is not told again', async () => {
    const { removed, words } = await tidy([{ pipeline: 'old', decision: 'keep' }]);
    expect(removed).toMatchObject([{ pipeline: 'old', decided: { decision: 'keep' } }]);
    expect(words).toEqual([]);
    expect(deregistered()).toEqual([]);
    expect((await tidy()).words).toEqual([]);
  });

  test('retire: its parameter and its images go, its history stays', async () => {
    await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(named).toBeUndefined();
    expect(deregistered()).toEqual(['ami-old']);
    expect(await getRecord(OLD)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await tidy()).words).toEqual([]);
  });

  test('retire: its channels go, too', async () => {
    await updateRecord(OLD, { channels: { tested: '/old/tested', proven: '/old/proven' } });
    const left = ['/old/image', '/old/tested', '/old/proven'];
    ssm.on(GetParameterCommand).callsFake(({ Name }) => ({
      Parameter: { Value: left.includes(Name) ? 'ami-old' : undefined },
    }));
    ssm.on(DeleteParameterCommand).callsFake(({ Name }) => {
      left.splice(left.indexOf(Name), 1);
      if (left.length === 0) named = undefined;
    });
    await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(left).toEqual([]);
    expect(deregistered()).toEqual(['ami-old']);
  });

  test('retire: what servers run stays, is told, and goes another night', async () => {
    ec2.on(DescribeInstancesCommand).callsFake(({ Filters }) => ({
      Reservations: Filters.some(({ Name }: { Name: string }) => Name === 'image-id')
        ? [{ Instances: [{ ImageId: 'ami-old' }] }]
        : [],
    }));
    const { words } = await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(words).toEqual(['image ami-old stays: a server runs it']);
    ec2.on(DescribeInstancesCommand).resolves({});
    await tidy();
    expect(deregistered()).toEqual(['ami-old']);
  });

  test('retire: a parameter from which a launch template has its image stays, and the image with it', async () => {
    ec2
      .on(DescribeLaunchTemplateVersionsCommand, { Versions: ['$Latest', '$Default'] }, false)
      .resolves({ LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-7' }] });
    const { words } = await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(words[0]).toBe('SSM parameter /old/image stays: launch template lt-7 refers to it');
    expect(deregistered()).toEqual([]);
  });

  test('retire: a parameter that a living pipeline names its images in stays', async () => {
    process.env.LAMBDA_TASK_ROOT = makeFolder({
      'pipelines/new/pipeline.yml':
        'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nimage: { parameter: /old/image }\n',
      'pipelines/new/user-data.sh': '#!/bin/bash\n',
    });
    const { words } = await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(words[0]).toBe('SSM parameter /old/image stays: pipeline new refers to it');
    expect(named).toBe('ami-old');
  });

  test('retire: a parameter that a person has set to something else is not touched', async () => {
    named = 'ami-person';
    await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(named).toBe('ami-person');
    expect(deregistered()).toEqual(['ami-old']);
  });

  test('retire: not before its build has ended', async () => {
    await takeLock('old', OLD, 'build');
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    const { words } = await tidy([{ pipeline: 'old', decision: 'retire' }]);
    expect(words).toEqual([`Pipeline old is retired when its build ${OLD} has ended.`]);
    expect(deregistered()).toEqual([]);
  });

  test('renamed: its images count among those of the new name, and what is deployed stays deployed', async () => {
    await putItem({
      ...{ pk: 'PIPELINE#old', sk: 'RELEASE', build: OLD },
      ...{ parameters: { REVISION: 'v7' }, resolved: { REVISION: 'v7' } },
    });
    await tidy([{ pipeline: 'old', decision: 'renamed', to: 'new' }]);
    const release = await findRelease({ ...samplePipeline(), name: 'new' });
    expect(release?.parameters).toEqual({ REVISION: 'v7' });
    named = undefined;
    for (const at of [2, 3]) {
      const id = buildOf('new', at);
      await createRecord({ id, status: 'SUCCEEDED', trigger, parameters: {} });
      await updateRecord(id, { imageId: `ami-new-${at}` });
      images.push(makeImage(`ami-new-${at}`, { CreationDate: `2026-11-0${at}T00:00:00.000Z` }, id));
    }
    await retireImages('new', 2);
    expect(deregistered()).toEqual(['ami-old']);
  });

  test('renamed: what the new name deploys takes the place of what was deployed under the old', async () => {
    await putItem({
      ...{ pk: 'PIPELINE#old', sk: 'RELEASE', build: OLD, fence: 40 },
      ...{ parameters: { REVISION: 'v7' }, resolved: { REVISION: 'v7' } },
    });
    await putItem({
      pk: 'PIPELINE#old',
      sk: 'HOLD',
      failures: [],
      lastGood: OLD,
      lastFence: 40,
      revision: 3,
    });
    await tidy([{ pipeline: 'old', decision: 'renamed', to: 'new' }]);
    const build = { id: buildOf('new', 2), pipeline: 'new', fence: 1, trigger };
    const resolved = { REVISION: { value: 'v8', from: 'request' as const } };
    await keepRelease({ ...build, given: { REVISION: 'v8' }, resolved } as never);
    const release = await findRelease({ ...samplePipeline(), name: 'new' });
    expect(release?.parameters).toEqual({ REVISION: 'v8' });
    await countEnd({ ...build, trigger: { kind: 'schedule' }, status: 'FAILED' });
    expect(await getItem({ pk: 'PIPELINE#new', sk: 'HOLD' })).toMatchObject({ failures: [build.id] });
  });

  test('renamed: what held it since it was rolled back ends with what a person deploys under the new name', async () => {
    const since = '2026-11-30T00:00:00.000Z';
    await updateRecord(OLD, { fence: 40, resolved: { REVISION: { value: 'v6', from: 'rollback' } } });
    await putItem({
      ...{ pk: 'PIPELINE#old', sk: 'HOLD', failures: [], revision: 3 },
      rollback: { since, reason: 'it was blue', build: OLD },
    });
    await tidy([{ pipeline: 'old', decision: 'renamed', to: 'new' }]);
    const build = { pipeline: 'new', fence: 1, trigger, status: 'SUCCEEDED' as const };
    await countEnd({ ...build, id: buildOf('new', 0), parameters: { REVISION: 'v8' } });
    expect((await findHold('new'))?.rollback).toMatchObject({ build: OLD });
    await countEnd({ ...build, id: newBuildId('new'), fence: 2, parameters: { REVISION: 'v8' } });
    expect(await findHold('new')).toBeUndefined();
  });

  test.each([
    [{ pipeline: 'new', decision: 'retire' }, 'Pipeline new has a folder'],
    [{ pipeline: 'odl', decision: 'keep' }, 'Without a folder there are old'],
    [{ pipeline: 'old', decision: 'renamed', to: 'enw' }, 'which has no folder. There are new'],
  ])('%j is refused, and nothing is done', async (decision, words) => {
    await expect(tidy([{ pipeline: 'old', decision: 'retire' }, decision])).rejects.toThrow(words);
    expect(deregistered()).toEqual([]);
  });

  test('what the sample event says', () => {
    expect(TidyUpInput.parse(decided)).toEqual(decided);
  });

  test.each([
    { pipeline: 'old' },
    { pipeline: 'old', decision: 'delete' },
    { pipeline: 'old', decision: 'renamed' },
  ])('%j is no decision', (decision) =>
    expect(TidyUpInput.safeParse({ removed: [decision] }).success).toBe(false),
  );
});

test('a pipeline that is back and removed again is decided anew', async () => {
  await tidy([{ pipeline: 'old', decision: 'retire' }]);
  images = [makeImage('ami-old', {}, OLD)];
  const folder = process.env.LAMBDA_TASK_ROOT;
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/old/pipeline.yml': 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n',
    'pipelines/old/user-data.sh': '#!/bin/bash\n',
  });
  await tidy();
  process.env.LAMBDA_TASK_ROOT = folder;
  const { removed } = await tidy();
  expect(removed).toEqual([expect.not.objectContaining({ decided: expect.anything() })]);
  expect(deregistered()).toEqual(['ami-old']);
});

test('a pipeline that is pushed after it was decided about is still there the next morning', async () => {
  await tidy([{ pipeline: 'old', decision: 'keep' }]);
  const version = await keepVersion('old', {
    'pipeline.yml': 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n',
    'user-data.sh': '#!/bin/bash\n',
  });
  await registerPipeline('old');
  await setCurrent('old', { version, over: 'none', at: '2026-11-29T00:00:00Z' }, undefined);
  await tidy();
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['new', 'old']);
  expect(await listRegistered()).toContainEqual({ pipeline: 'old' });
});

test('a pipeline of which nothing is left is forgotten', async () => {
  images = [];
  await deleteItem({ pk: 'PIPELINE#old', sk: `BUILD#${OLD.slice(4)}` });
  const { words } = await tidy();
  expect(words).toEqual([]);
  expect((await tidy()).removed).toEqual([]);
});

test('the history of a pipeline whose folder is gone is listed, and one that never was is not', async () => {
  const ask = (pipeline: string) => listBuilds({ pathParameters: { pipeline } } as never);
  expect((await ask('old')).builds).toEqual([expect.objectContaining({ id: OLD })]);
  await expect(ask('odl')).rejects.toMatchObject({ name: 'UnknownPipeline' });
});

test('a request in the queue of a removed pipeline ends in words, and gives the pipeline free', async () => {
  const id = buildOf('old', 2);
  sfn.on(StartExecutionCommand).resolves({});
  await createRecord({ id, status: 'QUEUED', trigger, parameters: {} });
  await enqueueBuild(id, request);
  await tidy();
  expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(1);
  const planned = planBuild({ build: { id }, stage: 'Plan', request });
  const error = await planned.catch((thrown: Error) => thrown as Error);
  const Cause = JSON.stringify({ errorMessage: (error as Error).message });
  await recoverBuild({ build: { id }, failure: { Error: (error as Error).name, Cause } });
  expect(await getRecord(id)).toMatchObject({
    status: 'FAILED',
    error: { name: 'UnknownPipeline', message: 'no pipeline is named "old": there are new' },
  });
  expect(await findLockHolder('old')).toBeUndefined();
  expect(await startQueuedBuild('old')).toBeUndefined();
});
