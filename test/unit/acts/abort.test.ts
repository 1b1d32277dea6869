import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../functions/act-on-build';
import { showBuild } from '../../../src/api/show';
import { abortBuild } from '../../../src/build/acts/abort';
import { noteAct } from '../../../src/build/acts/note';
import { endIfLost } from '../../../src/build/end/attend';
import { endBuild, finishWork } from '../../../src/build/end/end';
import { hasTask } from '../../../src/build/end/outbox';
import { takeLock } from '../../../src/build/lock';
import { listOpen } from '../../../src/build/open';
import { listQueued, startQueuedBuild } from '../../../src/build/queue';
import { createRecord, getRecord, moveStatus, type Trigger, updateRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { BUILD, openRecord } from '../records';
import { useSites } from '../sites';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();
useSites();
beforeEach(() => {
  for (const client of [ec2, events, sfn, sns]) client.reset();
  ec2.resolves({} as never);
  sns.on(PublishCommand).resolves({});
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(StopExecutionCommand).resolves({});
});

const ADA = 'arn:aws:iam::000000000000:user/ada';
const ada: Trigger = { kind: 'http', by: ADA };
const nightly: Trigger = { kind: 'schedule', by: '0 3 * * ? *' };

async function abort(id: string, body: object = {}) {
  const event = {
    routeKey: 'POST /builds/{id}/abort',
    headers: {},
    pathParameters: { id },
    body: JSON.stringify(body),
    requestContext: { authorizer: { iam: { userArn: ADA } } },
  };
  const answer = (await handler(event, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, said: JSON.parse(answer.body ?? '') };
}

const ask = (trigger = ada) => requestBuild({ pipeline: 'web', parameters: {}, trigger });
const stopped = () => sfn.commandCalls(StopExecutionCommand).map(({ args }) => args[0].input);
/** Step Functions after the execution was stopped. */
function useStopped() {
  sfn.on(StopExecutionCommand).callsFake(({ error, cause }) => {
    sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED', error, cause });
    return {};
  });
}

test('a build that runs is stopped, its record says who and why, and so does its end', async () => {
  useStopped();
  const { id } = await ask();
  const { status, said } = await abort(id, { reason: 'the site is slow' });
  expect([status, said]).toEqual([202, { id, pipeline: 'web', status: 'RUNNING', href: `/builds/${id}` }]);
  expect(stopped()).toEqual([
    {
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:golden:${id}`,
      error: 'Aborted',
      cause: `${ADA} has aborted it: the site is slow.`,
    },
  ]);
  const acts = [{ at: expect.any(String), act: 'abort', by: ADA, reason: 'the site is slow' }];
  expect((await getRecord(id)).acts).toEqual(acts);
  await endIfLost(id);
  const ended = showBuild(await getRecord(id));
  expect(ended).toMatchObject({ status: 'ABORTED', acts, error: { name: 'Aborted' } });
  expect(ended.error?.message).toContain(`${ADA} has aborted it: the site is slow.`);
});

test('a call that comes again while the build ends is written once, and stops once more what the first may not have', async () => {
  const { id } = await ask();
  await abort(id, { reason: 'x' });
  expect((await abort(id, { reason: 'x' })).status).toBe(202);
  expect((await abort(id, { reason: 'x', now: true })).status).toBe(202);
  expect(stopped()).toHaveLength(3);
  expect((await getRecord(id)).acts?.map(({ now }) => now)).toEqual([undefined, true]);
});

test.each([
  [ada, true],
  [nightly, false],
])('a build that waits leaves the queue, and who has asked for it is told (%j)', async (trigger, isTold) => {
  const first = await ask();
  const { id } = await ask(trigger);
  expect(await listQueued('web')).toEqual([id]);
  const { status, said } = await abort(id, { reason: 'not today' });
  expect([status, said.status]).toEqual([202, 'ABORTED']);
  expect(await getRecord(id)).toMatchObject({
    status: 'ABORTED',
    error: { name: 'Aborted', message: `${ADA} has aborted it: not today.` },
  });
  expect(await hasTask(id, 'tell')).toBe(isTold);
  expect(await hasTask(id, 'announce')).toBe(true);
  expect(await listQueued('web')).toEqual([]);
  expect((await listOpen()).map(({ build }) => build)).toEqual([first.id]);
  expect(stopped()).toEqual([]);
  await endBuild(first.id);
  expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(1);
});

test('of a build that is aborted while its turn comes the execution is stopped', async () => {
  const first = await ask();
  const { id } = await ask();
  const { endQueued } = jest.requireActual('../../../src/build/end/aborted');
  await moveStatus(first.id, ['RUNNING'], 'SUCCEEDED', { endedAt: new Date().toISOString() });
  const waiting = await getRecord(id);
  await moveStatus(id, ['QUEUED'], 'RUNNING');
  expect(await endQueued(waiting, { name: 'Aborted', message: '' })).toBe(false);
  expect((await abort(id)).status).toBe(202);
  expect(stopped()).toHaveLength(1);
});

test('a build that is about to get its execution ends at once, and what is started of it after that finds it over', async () => {
  sfn.on(StopExecutionCommand).rejects(Object.assign(new Error(), { name: 'ExecutionDoesNotExist' }));
  sfn.on(DescribeExecutionCommand).rejects(Object.assign(new Error(), { name: 'ExecutionDoesNotExist' }));
  const { id } = await ask();
  expect((await abort(id)).said.status).toBe('ABORTED');
  expect(await getRecord(id)).toMatchObject({ error: { message: `${ADA} has aborted it.` } });
  const next = await ask();
  expect(next.status).toBe('QUEUED');
  await finishWork(id);
  expect((await getRecord(next.id)).status).toBe('RUNNING');
});

test.each(['SUCCEEDED', 'FAILED', 'ABORTED', 'SUPERSEDED', 'SKIPPED', 'TIMED_OUT'] as const)(
  'a build that is %s cannot be aborted',
  async (status) => {
    await createRecord({ id: BUILD, status, trigger: ada, parameters: {}, endedAt: 'then' });
    const answer = await abort(BUILD);
    expect([answer.status, answer.said.error]).toEqual([409, 'BuildOver']);
    expect(answer.said.detail).toContain(`is ${status} since then`);
    expect(stopped()).toEqual([]);
    expect((await getRecord(BUILD)).acts).toBeUndefined();
  },
);

test('a build whose Finish was quicker is not aborted, and the answer says so', async () => {
  await openRecord();
  await takeLock('web', BUILD, 'build');
  sfn.on(StopExecutionCommand).callsFake(async () => {
    await endBuild(BUILD);
    return {};
  });
  const { status, said } = await abort(BUILD);
  expect([status, said.error]).toEqual([409, 'BuildOver']);
  expect(said.detail).toContain('What it has rolled out serves');
  expect((await getRecord(BUILD)).status).toBe('SUCCEEDED');
});

test.each([BUILD, 'nonsense'])('the build %s that is not there cannot be aborted', async (id) => {
  expect(await abort(id)).toMatchObject({ status: 404, said: { error: 'UnknownBuild' } });
});

test.each([{ now: 'yes' }, { reason: '' }, { force: true }])('an abort with %j is refused', async (body) => {
  const { id } = await ask();
  expect(await abort(id, body)).toMatchObject({ status: 400, said: { error: 'InvalidRequest' } });
  expect(stopped()).toEqual([]);
});

test('acts that come at once are all written, and only the newest fifty are kept', async () => {
  await openRecord();
  await Promise.all([1, 2, 3].map((n) => noteAct(BUILD, { act: 'promote', reason: String(n) })));
  expect((await getRecord(BUILD)).acts?.map(({ reason }) => reason).toSorted()).toEqual(['1', '2', '3']);
  await updateRecord(BUILD, {
    acts: Array.from({ length: 50 }, (_, at) => ({ at: 'then', act: 'promote', reason: String(at) })),
  });
  await abortBuild(BUILD, { by: ADA });
  const { acts = [] } = await getRecord(BUILD);
  expect([acts.length, acts[0]?.reason, acts.at(-1)?.act]).toEqual([50, '1', 'abort']);
});

test('a queue whose build was aborted starts nothing', async () => {
  const { id: first } = await ask();
  const { id } = await ask();
  await abort(id);
  await moveStatus(first, ['RUNNING'], 'FAILED');
  expect(await startQueuedBuild('web')).toBeUndefined();
});
