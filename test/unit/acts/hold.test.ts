import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import scheduled from '../../../events/schedule.json';
import { handler } from '../../../functions/hold-pipeline';
import { handler as listBuilds } from '../../../functions/list-builds';
import { handler as postBuild } from '../../../functions/post-build';
import { HeldPipeline } from '../../../src/api/answers';
import { holdFor, listHoldActs, resumePipeline } from '../../../src/build/acts/hold';
import { endBuild, failBuild } from '../../../src/build/end/end';
import { recoverBuild } from '../../../src/build/end/recover';
import { planBuild } from '../../../src/build/plan/plan';
import { getRecord, type Trigger, updateRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { openStage } from '../../../src/build/stages';
import { findCallerProblem, matchesCaller } from '../../../src/build/unattended/callers';
import { countEnd } from '../../../src/build/unattended/count-end';
import { checkStillFree, findHold, showHold } from '../../../src/build/unattended/hold';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();
afterEach(removeFolders);

beforeEach(() => {
  for (const client of [ec2, events, sfn, sns]) client.reset();
  ec2.resolves({} as never);
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `
base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
parameters: { COLOUR: { default: red } }
triggers: { holdAfter: 2 }
`,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
    'pipelines/broken/pipeline.yml': 'base: 1\n',
  });
});

const ADA = 'arn:aws:iam::000000000000:user/ada';
const BOB = 'arn:aws:sts::000000000000:assumed-role/Deployer/bob';
const nightly: Trigger = { kind: 'schedule', by: '0 3 * * ? *' };

async function call(act: 'hold' | 'resume' | 'builds', body: object, by = ADA, pipeline = 'web') {
  const route = `POST /pipelines/{pipeline}/${act}`;
  const event = {
    routeKey: route,
    headers: {},
    pathParameters: { pipeline },
    body: JSON.stringify(body),
    requestContext: { authorizer: { iam: { userArn: by } } },
  };
  const answering = act === 'builds' ? postBuild : handler;
  const answer = (await answering(event, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  const said = JSON.parse(answer.body ?? '');
  if (act !== 'builds' && answer.statusCode === 200) HeldPipeline.parse(said);
  return { status: answer.statusCode, said };
}

let nights = 0;
function comeBySchedule() {
  nights += 1;
  return requestTriggeredBuild(TriggerInput.parse({ ...scheduled, id: `night-${nights}` }));
}

const heldEvents = () =>
  events
    .commandCalls(PutEventsCommand)
    .flatMap(({ args }) => args[0].input.Entries ?? [])
    .filter(({ DetailType }) => DetailType === 'Pipeline Held')
    .map(({ Detail = '' }) => JSON.parse(Detail));

async function fail(trigger: Trigger): Promise<string> {
  const { id } = await requestBuild({ pipeline: 'web', parameters: {}, trigger });
  await failBuild(id, 'FAILED', { name: 'SiteNotHealthy', message: 'it does not answer' });
  return id;
}

test('a pipeline that a person holds is shown with who, why and since, and schedules start nothing until it is resumed', async () => {
  const { status, said } = await call('hold', { reason: 'black friday' });
  const hold = {
    since: expect.any(String),
    by: ADA,
    reason: 'black friday',
    message: expect.stringMatching(/held by arn:.*ada since .*black friday.*until somebody resumes it/),
  };
  expect([status, said]).toEqual([200, { pipeline: 'web', hold }]);
  expect(await comeBySchedule()).toEqual({ refused: expect.stringContaining('black friday') });
  const listed = (await listBuilds({ headers: {}, pathParameters: { pipeline: 'web' } }, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  expect(JSON.parse(listed.body ?? '').held).toEqual(hold);
  expect(await call('resume', {}, BOB)).toEqual({ status: 200, said: { pipeline: 'web' } });
  expect(await comeBySchedule()).toEqual({ id: expect.any(String) });
});

test('without allow persons may build, and no build of theirs ends the hold', async () => {
  await call('hold', { reason: 'wait' });
  const { status, said } = await call('builds', { parameters: { COLOUR: 'blue' } }, BOB);
  expect(status).toBe(202);
  await endBuild(said.id);
  expect(await findHold('web')).toBeDefined();
});

test('with allow only those that it names may build', async () => {
  await call('hold', { reason: 'release day', allow: ['arn:aws:iam::000000000000:role/team/Deployer'] });
  const refused = await call('builds', {});
  expect(refused).toMatchObject({ status: 409, said: { error: 'PipelineHeld' } });
  expect(refused.said.detail).toContain('release day');
  expect((await call('builds', {}, BOB)).status).toBe(202);
});

test('a request that was accepted before is answered as it was, though its pipeline is held since', async () => {
  const trigger: Trigger = { kind: 'http', by: ADA };
  const request = { pipeline: 'web', parameters: {}, trigger, idempotencyKey: 'k' };
  const { id } = await requestBuild(request);
  await call('hold', { reason: 'no', allow: [BOB] });
  expect((await requestBuild(request)).id).toBe(id);
});

test('a request of a person that waited when the pipeline was held is skipped, and its person is told', async () => {
  const first = await requestBuild({ pipeline: 'web', parameters: {}, trigger: nightly });
  const trigger: Trigger = { kind: 'http', by: ADA };
  const { id } = await requestBuild({ pipeline: 'web', parameters: {}, trigger });
  await call('hold', { reason: 'stop', allow: [BOB] });
  await endBuild(first.id);
  const request = { pipeline: 'web', parameters: {}, trigger };
  const error: Error = await planBuild({ build: { id }, stage: 'Plan', request }).then(
    fail as never,
    (e) => e,
  );
  await recoverBuild({ build: { id }, failure: { Error: error.name, Cause: error.message } });
  expect(await getRecord(id)).toMatchObject({ status: 'SKIPPED', error: { name: 'PipelineHeld' } });
  expect(sns.commandCalls(PublishCommand).map(({ args }) => args[0].input.Subject)).toContain(
    'Kiln: build of web SKIPPED: PipelineHeld',
  );
});

test('a build of a schedule that has not begun to roll out when its pipeline is held does not, and what it made is undone', async () => {
  const { id } = await requestBuild({ pipeline: 'web', parameters: {}, trigger: nightly });
  await openStage(id, 'Plan');
  await openStage(id, 'LaunchInstance');
  await expect(checkStillFree(id)).resolves.toBeUndefined();
  await call('hold', { reason: 'stop' });
  const error: Error = await checkStillFree(id).then(fail as never, (e) => e);
  expect(error.name).toBe('PipelineHeld');
  await recoverBuild({ build: { id }, failure: { Error: error.name, Cause: error.message } });
  const { status, todo = {} } = await getRecord(id);
  expect([status, 'undoAgain' in todo]).toEqual(['SKIPPED', true]);
  const { id: asked } = await requestBuild({
    pipeline: 'web',
    parameters: {},
    trigger: { kind: 'http', by: ADA },
  });
  await expect(checkStillFree(asked)).resolves.toBeUndefined();
});

test('a build whose groups have begun to change goes on when its pipeline is held, though the turn of another group comes only then', async () => {
  const { id } = await requestBuild({ pipeline: 'web', parameters: {}, trigger: nightly });
  await updateRecord(id, {
    'rollouts.first': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
  });
  await call('hold', { reason: 'stop' });
  await expect(checkStillFree(id)).resolves.toBeUndefined();
});

test('a hold that is asked for twice is one, with one event and one line in the trail', async () => {
  for (let at = 0; at < 2; at += 1) await call('hold', { reason: 'wait' });
  expect(heldEvents()).toEqual([
    expect.objectContaining({
      service: 'kiln-test@us-east-1',
      pipeline: 'web',
      kind: 'person',
      by: ADA,
      reason: 'wait',
    }),
  ]);
  expect(await listHoldActs('web', 10)).toHaveLength(1);
  expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
});

test('another reason takes the place of the first, and the trail has both and who resumed it', async () => {
  const first = await call('hold', { reason: 'wait' });
  const second = await call('hold', { reason: 'wait more' }, BOB);
  expect(second.said.hold).toMatchObject({ since: first.said.hold.since, by: BOB, reason: 'wait more' });
  await call('resume', { reason: 'all is well' });
  await call('resume', { reason: 'once more' });
  expect(await listHoldActs('web', 10)).toEqual([
    { at: expect.any(String), act: 'resume', by: ADA, reason: 'all is well' },
    { at: expect.any(String), act: 'hold', kind: 'person', by: BOB, reason: 'wait more' },
    { at: expect.any(String), act: 'hold', kind: 'person', by: ADA, reason: 'wait' },
  ]);
});

test('an event that was not taken is emitted when the hold is asked for again', async () => {
  events.on(PutEventsCommand).resolvesOnce({ FailedEntryCount: 1 }).resolves({ FailedEntryCount: 0 });
  expect(await call('hold', { reason: 'wait' })).toMatchObject({ status: 503 });
  expect((await showHold('web'))?.reason).toBe('wait');
  expect((await call('hold', { reason: 'wait' })).status).toBe(200);
  expect(heldEvents()).toHaveLength(2);
});

test('resume ends a hold after failures: those count no more, however often they are told, and later ones do', async () => {
  const failed = [await fail(nightly), await fail(nightly)];
  expect((await showHold('web'))?.builds).toEqual(failed);
  await resumePipeline('web', { by: ADA });
  for (const id of failed) await countEnd(await getRecord(id));
  await fail(nightly);
  expect(await findHold('web')).toBeUndefined();
  await fail(nightly);
  expect(await findHold('web')).toBeDefined();
});

test('a hold of a person and one after failures stand side by side, and one build that succeeds ends the latter alone', async () => {
  await fail(nightly);
  await fail(nightly);
  await call('hold', { reason: 'look first' });
  expect((await showHold('web'))?.message).toMatch(/look first.*have failed/s);
  const { said } = await call('builds', {});
  await endBuild(said.id);
  expect(await showHold('web')).toMatchObject({
    by: ADA,
    message: expect.not.stringContaining('have failed'),
  });
});

/** A build that ends well, planned under a number. */
async function succeed(
  parameters: Record<string, string>,
  fence: number,
  more: object = {},
  trigger: Trigger = { kind: 'http', by: ADA },
) {
  const { id } = await requestBuild({ pipeline: 'web', parameters, trigger });
  await updateRecord(id, { fence, ...more });
  await endBuild(id);
  return id;
}

async function rollBack(fence?: number): Promise<string> {
  const { id } = await requestBuild({
    pipeline: 'web',
    parameters: { COLOUR: 'red' },
    trigger: { kind: 'http', by: ADA },
  });
  if (fence !== undefined) await updateRecord(id, { fence });
  await holdFor('web', { kind: 'rollback', by: ADA, reason: 'it was blue', build: id });
  await endBuild(id);
  return id;
}

test('the hold of a rollback ends with a person’s build with other parameters that succeeds, and with no other', async () => {
  const back = await rollBack(5);
  expect(await showHold('web')).toMatchObject({
    reason: 'it was blue',
    message: expect.stringContaining(back),
  });
  expect(await comeBySchedule()).toEqual({ refused: expect.stringContaining('rolled back') });
  await succeed({}, 6);
  await succeed({ COLOUR: 'red' }, 7);
  await succeed({ COLOUR: 'green' }, 8, { once: true });
  // It ran before the rollback.
  await succeed({ COLOUR: 'green' }, 4);
  expect(await findHold('web')).toBeDefined();
  await succeed({ COLOUR: 'green' }, 9);
  expect(await findHold('web')).toBeUndefined();
});

test('the hold of a rollback that was never planned ends by resume alone', async () => {
  await rollBack();
  await succeed({ COLOUR: 'green' }, 9);
  expect(await findHold('web')).toBeDefined();
  await call('resume', {});
  expect(await findHold('web')).toBeUndefined();
});

test.each([
  [{}, /reason/],
  [{ reason: ' ' }, /expected a text/],
  [{ reason: 'x', allow: [] }, /allow/],
  [{ reason: 'x', allow: ['ada'] }, /expected an ARN/],
  [{ reason: 'x', allow: ['arn:aws:iam::*:role/team/*'] }, /sessions do not have the path/],
  [{ reason: 'x', until: 'tomorrow' }, /until/],
])('a hold with %j is refused', async (body, words) => {
  const { status, said } = await call('hold', body);
  expect([status, said.error]).toEqual([400, 'InvalidRequest']);
  expect(said.detail).toMatch(words);
  expect(await findHold('web')).toBeUndefined();
});

test('a pipeline that is not there cannot be held, and one whose file is not valid can', async () => {
  expect(await call('hold', { reason: 'x' }, ADA, 'nope')).toMatchObject({ status: 404 });
  expect(await call('resume', {}, ADA, 'nope')).toMatchObject({ status: 404 });
  expect((await call('hold', { reason: 'x' }, ADA, 'broken')).status).toBe(200);
});

test.each([
  ['arn:aws:iam::1:user/ada', 'arn:aws:iam::1:user/ada', true],
  ['arn:aws:iam::1:user/ada', 'arn:aws:iam::1:user/adam', false],
  ['arn:aws:iam::*:user/a*a', 'arn:aws:iam::1:user/ada', true],
  ['arn:aws:iam::*:user/ab*ba', 'arn:aws:iam::1:user/aba', false],
  ['arn:aws:iam::1:role/Release', 'arn:aws:sts::1:assumed-role/Release/bob', true],
  ['arn:aws:iam::1:role/Release', 'arn:aws:sts::1:assumed-role/Releaser/bob', false],
  ['arn:aws:iam::1:role/team/Release', 'arn:aws:sts::1:assumed-role/Release/bob', true],
  ['arn:aws:iam::2:role/Release', 'arn:aws:sts::1:assumed-role/Release/bob', false],
  ['arn:*', undefined, false],
  ['7 of https://id.example', '7 of https://id.example (eve@example)', true],
  ['7 of https://id.example', '17 of https://id.example', false],
  ['* of https://id.example', '17 of https://id.example (eve@example)', true],
  ['* of https://id.example', 'x of https://other (y of https://id.example)', false],
  ['arn:aws:iam::1:user/*', 'arn:aws:iam::1:user/x of https://id.example', false],
  ['* of https://*', 'arn:aws:iam::1:user/x', false],
])('%s names %s: %s', (pattern, caller, isNamed) => {
  expect(findCallerProblem(pattern)).toBeUndefined();
  expect(matchesCaller([pattern], caller)).toBe(isNamed);
});
