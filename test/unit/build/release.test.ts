import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { endBuild, failBuild } from '../../../src/build/end/end';
import { planBuild } from '../../../src/build/plan/plan';
import { getRecord, listRecords } from '../../../src/build/record';
import { type IncomingRequest, requestBuild } from '../../../src/build/request';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useRoomyQuotas } from '../quotas';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
useTable();
useRoomyQuotas();
afterEach(removeFolders);

type Build = Pick<IncomingRequest, 'once'> & { kind?: 'schedule' | 'event' };

const definition = (parameters: string) => `
base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
image: { test: false }
parameters: { ${parameters} }
`;
const usePipeline = (parameters: string) => {
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': definition(parameters),
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
};

beforeEach(() => {
  for (const client of [ec2, events, sfn, sns, ssm]) client.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  ec2.resolves({
    Images: [{ ImageId: 'ami-0123456789abcdef0', State: 'available', RootDeviceType: 'ebs' }],
  } as never);
  ssm.on(GetParameterCommand).callsFake(({ Name }) => {
    if (Name === '/site') return { Parameter: { Value: 's3://newest' } };
    throw new ParameterNotFound({ message: Name, $metadata: {} });
  });
  usePipeline("REVISION: { default: main }, SITE: { default: 'resolve:ssm:/site' }");
});

/** A build as its request and its Plan make it; it is still running. */
async function plan(parameters: Record<string, string>, more: Build = {}) {
  const { kind = 'http', once } = more;
  const { id } = await requestBuild({ pipeline: 'web', parameters, once, trigger: { kind } });
  await planLast(id);
  return id;
}

/** Plans a build with what its execution was started with. */
async function planLast(id: string): Promise<void> {
  const [start] = sfn.commandCalls(StartExecutionCommand).slice(-1);
  const request = JSON.parse(start?.args[0].input.input ?? '{}');
  await planBuild({ build: { id }, stage: 'Plan', request });
}

async function deploy(parameters: Record<string, string>, more: Build = {}) {
  const id = await plan(parameters, more);
  await endBuild(id);
  return (await getRecord(id)).resolved;
}

test('what was deployed over HTTP is built again by the schedule of the next night', async () => {
  await deploy({ REVISION: 'v7' });
  expect(await deploy({}, { kind: 'schedule' })).toEqual({
    REVISION: { value: 'v7', from: 'release', before: 'v7' },
    SITE: { value: 's3://newest', from: 'default', before: 's3://newest' },
  });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({ REVISION: { value: 'v7' } });
});

test('what was not given follows its default, resolved anew', async () => {
  await deploy({ REVISION: 'v7' });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 's3://later' } });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({
    SITE: { value: 's3://later', from: 'default', before: 's3://newest' },
  });
});

test('a request with other parameters changes the release, and its record says what was before', async () => {
  await deploy({ REVISION: 'v7' });
  expect(await deploy({ REVISION: 'v8' })).toMatchObject({
    REVISION: { value: 'v8', from: 'request', before: 'v7' },
  });
  expect(await deploy({})).toMatchObject({ REVISION: { value: 'v8', from: 'release' } });
});

test('what an event gives stands over the release, and stays for the next night', async () => {
  usePipeline('REVISION: { default: main }, COLOUR: { default: red }');
  await deploy({ REVISION: 'v7', COLOUR: 'blue' });
  expect(await deploy({ REVISION: 'v8' }, { kind: 'event' })).toEqual({
    REVISION: { value: 'v8', from: 'event', before: 'v7' },
    COLOUR: { value: 'blue', from: 'release', before: 'blue' },
  });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({
    REVISION: { value: 'v8', from: 'release' },
    COLOUR: { value: 'blue', from: 'release' },
  });
});

test('the record of a build that fails in its Plan says what was to be built, and from where', async () => {
  await deploy({ REVISION: 'v7' });
  ec2.resolves({ Images: [] } as never);
  await expect(plan({ REVISION: 'v8' })).rejects.toMatchObject({ name: 'InvalidPipeline' });
  const [record] = await listRecords('web', 1);
  expect(record?.resolved).toEqual({
    REVISION: { value: 'v8', from: 'request', before: 'v7' },
    SITE: { value: 's3://newest', from: 'default', before: 's3://newest' },
  });
});

test('the record of a request that waits says what is to be built', async () => {
  await plan({ REVISION: 'v7' });
  const { resolved, status } = await requestBuild({
    pipeline: 'web',
    parameters: { REVISION: 'v8' },
    trigger: { kind: 'http' },
  });
  expect(status).toBe('QUEUED');
  expect(resolved).toMatchObject({ REVISION: { value: 'v8', from: 'request' } });
});

test('a request that is for once changes nothing for the next', async () => {
  await deploy({ REVISION: 'v7' });
  expect(await deploy({ REVISION: 'try' }, { once: true })).toMatchObject({ REVISION: { value: 'try' } });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({ REVISION: { value: 'v7' } });
});

test('after a build that failed the release is what it was before', async () => {
  await deploy({ REVISION: 'v7' });
  const failed = await plan({ REVISION: 'v8' });
  await failBuild(failed, 'FAILED', { name: 'RefreshFailed', message: 'rolled back' });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({
    REVISION: { value: 'v7', from: 'release', before: 'v7' },
  });
});

test('a request that was refused, and comes again with its key after a newer deploy, is what is deployed', async () => {
  const v7 = { pipeline: 'web', parameters: { REVISION: 'v7' }, trigger: { kind: 'http' as const } };
  sfn.on(StartExecutionCommand).rejectsOnce(new Error('503')).resolves({});
  await expect(requestBuild({ ...v7, idempotencyKey: 'k' })).rejects.toThrow('503');
  await deploy({ REVISION: 'v8' });
  const { id } = await requestBuild({ ...v7, idempotencyKey: 'k' });
  await planLast(id);
  await endBuild(id);
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({
    REVISION: { value: 'v7', from: 'release' },
  });
});

test('a parameter that the pipeline does not have any more does not stop its nights', async () => {
  await deploy({ REVISION: 'v7' });
  usePipeline("SITE: { default: 'resolve:ssm:/site' }");
  expect(Object.keys((await deploy({}, { kind: 'schedule' })) ?? {})).toEqual(['SITE']);
});

test('a parameter without a default is taken from the release', async () => {
  usePipeline('REVISION: {}');
  await deploy({ REVISION: 'v7' });
  expect(await deploy({}, { kind: 'schedule' })).toMatchObject({ REVISION: { value: 'v7' } });
});

test('a schedule that waits behind a deploy builds what that has brought', async () => {
  await deploy({ REVISION: 'v7' });
  const deploying = await plan({ REVISION: 'v8' });
  const waiting = await requestBuild({ pipeline: 'web', parameters: {}, trigger: { kind: 'schedule' } });
  expect(waiting).toMatchObject({ status: 'QUEUED', resolved: { REVISION: { value: 'v7' } } });
  await endBuild(deploying);
  await planLast(waiting.id);
  expect((await getRecord(waiting.id)).resolved).toMatchObject({
    REVISION: { value: 'v8', from: 'release', before: 'v8' },
  });
});

test('an event that gives nothing builds what was deployed', async () => {
  await deploy({ REVISION: 'v7' });
  expect(await deploy({}, { kind: 'event' })).toMatchObject({ REVISION: { value: 'v7', from: 'release' } });
});

test('the longest values that are accepted have room in the record and the release', async () => {
  for (const letter of ['a', 'b']) {
    const { REVISION } = (await deploy({ REVISION: letter.repeat(65_519) })) ?? {};
    expect(REVISION?.value).toHaveLength(65_519);
  }
  await expect(plan({ REVISION: 'a'.repeat(65_520) })).rejects.toThrow('65537 bytes');
});

test('defaults that SSM holds count as JSON writes them', async () => {
  usePipeline(
    "A: { default: 'resolve:ssm:/a' }, B: { default: 'resolve:ssm:/b' }, REVISION: { default: main }",
  );
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '\u0001'.repeat(16_384) } });
  await expect(plan({ REVISION: 'v7' })).rejects.toMatchObject({
    name: 'InvalidParameter',
    message: expect.stringMatching(/ bytes of JSON, .* expected at most 131072/),
  });
  expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
});
