import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import getCall from '../../events/http-get-build.json';
import { handler as getPipelines } from '../../functions/get-pipelines';
import { Pipelines } from '../../src/api/answers';
import { openGate } from '../../src/build/acts/gate';
import { holdFor, resumePipeline } from '../../src/build/acts/hold';
import { takeLock } from '../../src/build/lock';
import { moveStatus } from '../../src/build/record';
import { keepRelease } from '../../src/build/release/release';
import { registerPipeline } from '../../src/build/removed/register';
import { openStage } from '../../src/build/stages';
import { findDeployed } from '../../src/pipeline/pushed/find';
import { keepVersion, setCurrent } from '../../src/pipeline/pushed/store';
import { makeFolder, removeFolders } from './pipeline/folders';
import { BUILD, openRecord, openRecordOf } from './records';
import { useTable } from './table';

useTable();
const DEFINITION = `
base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
parameters: { VERSION: { default: '1' } }
triggers: { schedule: { cron: '0 3 * * ? *', timezone: Europe/Oslo } }
rollout: [{ autoScalingGroup: fleet }]
`;
beforeEach(() => {
  mockClient(EventBridgeClient).on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  process.env.LAMBDA_TASK_ROOT = makeFolder(
    Object.fromEntries(
      ['api', 'shop', 'web'].flatMap((name) => [
        [`pipelines/${name}/pipeline.yml`, DEFINITION],
        [`pipelines/${name}/user-data.sh`, '#!/bin/bash\n'],
      ]),
    ),
  );
});
afterEach(removeFolders);

async function get(event: object) {
  const answer = (await getPipelines({ ...getCall, pathParameters: undefined, ...event }, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') };
}

test('a pipeline is shown with what it serves, who builds now and what is next', async () => {
  const good = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B5';
  await openRecordOf(good, { imageId: 'ami-1' });
  await keepRelease({
    ...{ id: good, pipeline: 'web', given: { VERSION: '7' }, resolved: {} },
    ...{ status: 'SUCCEEDED', trigger: { kind: 'http' }, parameters: {}, requestedAt: '', stages: {} },
    rollouts: {},
  });
  await moveStatus(good, ['RUNNING'], 'SUCCEEDED', { endedAt: '2026-01-01T00:00:00.000Z' });
  await openRecord();
  await openStage(BUILD, 'AwaitRefresh/fleet');
  await takeLock('web', BUILD, 'build');
  const { status, body } = await get({ pathParameters: { pipeline: 'web' } });
  expect(status).toBe(200);
  expect(body).toEqual({
    name: 'web',
    description: '',
    release: { build: good, parameters: { VERSION: '7' } },
    serving: { build: good, imageId: 'ami-1' },
    running: { id: BUILD, status: 'RUNNING', stage: 'AwaitRefresh/fleet' },
    queued: [],
    last: { id: good, status: 'SUCCEEDED', endedAt: '2026-01-01T00:00:00.000Z' },
    schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Oslo', next: expect.stringMatching(/T0[12]:00:00/) },
    groups: ['fleet'],
    parameters: { VERSION: { default: '1', secret: false, mayStayOnImage: false } },
    href: '/pipelines/web',
  });
});

test('a pipeline is shown with the build that waits for approval, and with who has held and resumed it', async () => {
  await openRecord();
  const fence = (await takeLock('web', BUILD, 'build')) ?? 0;
  await openStage(BUILD, 'AwaitApproval');
  await openGate({ id: BUILD, pipeline: 'web', fence }, 'approval', {
    ...{ since: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-02T00:00:00.000Z', onTimeout: 'stop' },
  });
  for (const kind of ['person', 'rollback'] as const) await holdFor('web', { kind, reason: kind, by: 'ada' });
  await resumePipeline('web', { by: 'bob' });
  const { body } = await get({ pathParameters: { pipeline: 'web' } });
  expect(body).toMatchObject({
    waiting: { id: BUILD, status: 'RUNNING', stage: 'AwaitApproval' },
    acts: [{ act: 'resume', by: 'bob' }, { kind: 'rollback', reason: 'rollback' }, { kind: 'person' }],
  });
  expect(body).not.toHaveProperty('running');
  Pipelines.parse({ pipelines: [body] });
});

test('pipelines are listed by name, page by page, as the document says', async () => {
  const first = await get({ queryStringParameters: { limit: '2' } });
  const second = await get({ queryStringParameters: { limit: '2', next: first.body.next } });
  for (const { body } of [first, second]) Pipelines.parse(body);
  const names = [first, second].map(({ body }) => body.pipelines.map(({ name }: { name: string }) => name));
  expect([names, second.body.next]).toEqual([[['api', 'shop'], ['web']], undefined]);
});

test.each([
  [{ pathParameters: { pipeline: 'nope' } }, 404, 'UnknownPipeline'],
  [{ queryStringParameters: { next: '../x' } }, 400, 'InvalidRequest'],
  [{ queryStringParameters: { limit: '1000' } }, 400, 'InvalidRequest'],
])('%o is refused', async (event, status, error) => {
  const answer = await get(event);
  expect([answer.status, answer.body.error]).toEqual([status, error]);
});

test('a pushed pipeline that cannot be read is named with why, and the others are listed', async () => {
  const version = await keepVersion('api', { 'pipeline.yml': 'colour: green\n' });
  await registerPipeline('api');
  await setCurrent(
    'api',
    { version, over: await findDeployed('api'), at: new Date().toISOString() },
    undefined,
  );
  const { status, body } = await get({ routeKey: 'GET /pipelines', queryStringParameters: { limit: '1' } });
  expect(status).toBe(200);
  expect(Pipelines.parse(body)).toMatchObject({
    pipelines: [{ name: 'shop' }],
    problems: [expect.stringMatching(/pipeline api: api@.*is not valid/s)],
  });
  const { body: second } = await get({ queryStringParameters: { next: 'shop' } });
  expect([second.pipelines.map(({ name }: { name: string }) => name), second.problems]).toEqual([
    ['web'],
    undefined,
  ]);
});
