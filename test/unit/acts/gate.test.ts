import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../functions/act-on-build';
import { handler as awaitApproval } from '../../../functions/await-approval';
import { Build } from '../../../src/api/answers';
import { showBuild } from '../../../src/api/show';
import { dynamo } from '../../../src/aws/dynamo';
import { findParked, resumeBuild, supersedeParked } from '../../../src/build/acts/gate';
import { endBuild, failBuild } from '../../../src/build/end/end';
import { recoverBuild } from '../../../src/build/end/recover';
import { watchBuilds } from '../../../src/build/end/watch';
import { findLockHolder, holdLock, releaseLock, takeLock } from '../../../src/build/lock';
import { startQueuedBuild } from '../../../src/build/queue';
import { getRecord, moveStatus, type Trigger, updateRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { openStage } from '../../../src/build/stages';
import { findHold } from '../../../src/build/unattended/hold';
import { settleWaits } from '../../../src/wait/settle';
import { listWaits } from '../../../src/wait/store';
import { BUILD, openRecord } from '../records';
import { useSites } from '../sites';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();
const ssm = useSites();
beforeEach(() => {
  for (const client of [ec2, events, sfn, sns]) client.reset();
  ec2.resolves({} as never);
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  sfn.on(ListExecutionsCommand).resolves({ executions: [{ name: BUILD } as never] });
  for (const Command of [StartExecutionCommand, SendTaskSuccessCommand, SendTaskFailureCommand])
    sfn.on(Command as typeof StartExecutionCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval'], now: NOON });
});
afterEach(() => jest.useRealTimers());

/** A Monday. */
const NOON = Date.parse('2026-11-30T12:00:00Z');
const ADA = 'arn:aws:iam::000000000000:user/ada';
const BOB = 'arn:aws:iam::000000000000:user/bob';
const ada: Trigger = { kind: 'http', by: ADA };
const nightly: Trigger = { kind: 'schedule', by: '0 3 * * ? *' };
const OTHER = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5C9';
const context = { functionName: 'test' } as Context;
const approval = { within: 3600, onTimeout: 'stop', approvers: 'any' };
/** On weekdays from nine to eleven. */
const windows = [{ cron: '0 9 ? * MON-FRI *', timezone: 'UTC', duration: 7200 }];

async function act(name: string, body: object = {}, { by = BOB as string | null, id = BUILD } = {}) {
  const event = {
    routeKey: `POST /builds/{id}/${name}`,
    headers: {},
    pathParameters: { id },
    body: JSON.stringify(body),
    requestContext: { authorizer: { iam: { userArn: by ?? undefined } } },
  };
  const answer = (await handler(event, context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, said: JSON.parse(answer.body ?? '') };
}

let fence = 0;
/** A build that comes to its gate. */
async function begin(more: object = {}) {
  await openRecord({ trigger: ada, imageId: 'ami-1', ...more });
  fence = (await takeLock('web', BUILD, 'build')) ?? 0;
}

const park = (plan: object = { approval }, token = 't-1', stage = 'AwaitApproval') =>
  awaitApproval({ stage, build: { id: BUILD, pipeline: 'web', fence }, plan, token }, context);

/** A request that came into the queue while the build runs. */
async function queueBehind(request: Parameters<typeof requestBuild>[0]): Promise<string> {
  await begin();
  return (await requestBuild(request)).id;
}

/** The build comes to wait just when somebody looks who has the lock. */
function parkBeforeLock(): void {
  const client = dynamo();
  const send = client.send.bind(client) as (command: unknown) => Promise<never>;
  const spy = jest.spyOn(client, 'send').mockImplementation(async (command: unknown) => {
    const { Key } = (command as { input: { Key?: { pk: string; sk: string } } }).input;
    if (command instanceof GetCommand && Key?.pk === 'LOCK#web' && Key.sk === 'LOCK') {
      spy.mockRestore();
      await park();
    }
    return send(command);
  });
}

const sweep = async () => settleWaits(await listWaits());
const succeeded = () =>
  sfn
    .commandCalls(SendTaskSuccessCommand)
    .map(({ args }) => JSON.parse(args[0].input.output ?? '') as { fence: number });
const failed = () =>
  sfn.commandCalls(SendTaskFailureCommand).map(({ args: [{ input }] }) => [input.error, input.cause]);
const told = () =>
  events
    .commandCalls(PutEventsCommand)
    .flatMap(({ args }) => args[0].input.Entries ?? [])
    .map(({ DetailType, Detail = '' }) => ({ type: DetailType, ...JSON.parse(Detail) }));
const messages = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const pass = (milliseconds: number) => jest.setSystemTime(Date.now() + milliseconds);

describe('a build that waits for approval', () => {
  test('holds nothing, says until when it waits and what happens then, and people are told once how to approve it', async () => {
    const packageChanges = {
      ...{ since: OTHER, counts: { added: 1, removed: 0, upgraded: 2 } },
      ...{ added: [], removed: [], upgraded: [] },
    };
    await begin({ packageChanges, changed: ['the script'], reason: 'a new page' });
    await park();
    await park(undefined, 't-2');
    expect(await findLockHolder('web')).toBeUndefined();
    const record = await getRecord(BUILD);
    expect(record.approval).toEqual({
      since: '2026-11-30T12:00:00.000Z',
      expiresAt: '2026-11-30T13:00:00.000Z',
      ...{ onTimeout: 'stop', approvers: 'any', toldAt: expect.any(String) },
    });
    expect(record.stages.AwaitApproval).toMatchObject({
      waitsFor: 'somebody to approve it: until 2026-11-30T13:00:00.000Z, then it stops',
    });
    Build.parse(JSON.parse(JSON.stringify(showBuild(record))));
    expect(messages().map(({ Subject }) => Subject)).toEqual(['Kiln: build of web waits for APPROVAL']);
    for (const words of [
      `Asked for by ${ADA}: a new page.`,
      'Changed: the script.',
      '2 upgraded, 1 added',
      'fleet, which runs version 4',
      `kiln approve ${BUILD}`,
      `kiln reject ${BUILD}`,
      'until 2026-11-30T13:00:00.000Z. Then it ends, and what it made is removed.',
    ])
      expect(messages()[0]?.Message).toContain(words);
    expect(told()).toEqual([
      expect.objectContaining({
        ...{ type: 'Approval Needed', build: BUILD, pipeline: 'web', imageId: 'ami-1' },
        ...{ expiresAt: '2026-11-30T13:00:00.000Z', onTimeout: 'stop', trigger: ada },
        ...{ autoScalingGroups: ['fleet'], packageChanges },
      }),
    ]);
    expect([succeeded(), failed()]).toEqual([[], []]);
  });

  test('goes on under a new number once it is approved, and its record has who and why', async () => {
    await begin();
    await park();
    const { status, said } = await act('approve', { reason: 'looked at it' });
    expect([status, said]).toEqual([
      202,
      { id: BUILD, pipeline: 'web', status: 'RUNNING', href: `/builds/${BUILD}` },
    ]);
    const held = { id: BUILD, pipeline: 'web', fence: fence + 1 };
    expect(succeeded()).toEqual([held]);
    await expect(holdLock(held)).resolves.toBeUndefined();
    await expect(holdLock({ ...held, fence })).rejects.toThrow('lost the lock');
    const record = await getRecord(BUILD);
    expect(record).toMatchObject({
      fence: fence + 1,
      approval: { decision: 'approved', by: BOB, reason: 'looked at it', resumedAt: expect.any(String) },
      acts: [{ act: 'approve', by: BOB, reason: 'looked at it' }],
      stages: { AwaitApproval: { outcome: 'succeeded' } },
    });
    Build.parse(JSON.parse(JSON.stringify(showBuild(record))));
    expect(await listWaits()).toEqual([]);
    expect(await findParked('web')).toBeUndefined();
  });

  test('waits for its turn when it is approved while another builds, and then goes on by itself', async () => {
    await begin();
    await park();
    await takeLock('web', OTHER, 'build');
    expect((await act('approve')).status).toBe(202);
    expect((await act('approve')).status).toBe(202);
    expect(succeeded()).toEqual([]);
    expect((await getRecord(BUILD)).stages.AwaitApproval?.says).toContain(`build ${OTHER} has the lock`);
    await releaseLock('web', OTHER);
    await sweep();
    expect(succeeded()).toHaveLength(1);
  });

  test('ends in words when it is rejected, also after it was approved, as long as it has not gone on', async () => {
    await begin();
    await park();
    await takeLock('web', OTHER, 'build');
    await act('approve');
    expect((await act('reject', { reason: 'the colour' })).status).toBe(202);
    expect(failed()).toEqual([['Rejected', `${BOB} has rejected it: the colour.`]]);
    const late = await act('approve');
    expect([late.status, late.said.error]).toEqual([409, 'NotWaiting']);
    expect(late.said.detail).toContain(`it was rejected by ${BOB}`);
  });

  test('that is rejected fails, what it made is undone, and no pipeline is held for it', async () => {
    await begin({ trigger: nightly });
    for (let at = 0; at < 4; at += 1)
      await recoverBuild({ build: { id: BUILD }, failure: { Error: 'Rejected', Cause: 'no' } });
    const { status, error, todo = {} } = await getRecord(BUILD);
    expect([status, error?.name, 'undoAgain' in todo]).toEqual(['FAILED', 'Rejected', true]);
    expect(await findHold('web')).toBeUndefined();
  });

  test.each([
    ['stop', [['ApprovalTimedOut', expect.stringContaining('Nobody has approved it until')]], 0],
    [
      'rollback',
      [['ApprovalTimedOut', expect.stringContaining('No build makes or uses its image again')]],
      0,
    ],
    ['continue', [], 1],
  ])('when its time is over: %s', async (onTimeout, failures, successes) => {
    await begin();
    await park({ approval: { ...approval, onTimeout } });
    pass(3_599_000);
    await sweep();
    expect([failed(), succeeded()]).toEqual([[], []]);
    pass(1000);
    const late = await act('approve');
    expect([late.status, late.said.error]).toEqual([409, 'NotWaiting']);
    await sweep();
    expect([failed(), succeeded().length]).toEqual([failures, successes]);
  });

  test('whose pipeline has silence taken for a rollback says so, to who waits and to whom it is sent', async () => {
    await begin();
    await park({ approval: { ...approval, onTimeout: 'rollback' } });
    const record = await getRecord(BUILD);
    expect(record.stages.AwaitApproval?.waitsFor).toContain(
      'then it stops, and its image counts as rolled back from',
    );
    expect(messages()[0]?.Message).toContain(
      'no build makes or uses its image again, unless somebody says force',
    );
    expect(told()).toMatchObject([{ type: 'Approval Needed', onTimeout: 'rollback' }]);
    Build.parse(JSON.parse(JSON.stringify(showBuild(record))));
  });

  test('that nobody approved gives back what its channel named, and its image counts as gone back from by itself', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-1' } });
    await begin({ previousInChannels: [{ parameter: '/web/tested', value: 'ami-0' }] });
    await park({ approval: { ...approval, onTimeout: 'rollback' } });
    pass(3_600_000);
    await sweep();
    const [[error = '', Cause] = []] = failed();
    await recoverBuild({ build: { id: BUILD }, failure: { Error: error, Cause } });
    const record = await getRecord(BUILD);
    expect(record).toMatchObject({
      status: 'FAILED',
      error: { name: 'ApprovalTimedOut' },
      rolledBack: { by: BUILD, why: `nobody approved build ${BUILD} until 2026-11-30T13:00:00.000Z` },
    });
    expect(record.todo).not.toHaveProperty('refuse');
    expect(ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input)).toMatchObject([
      { Name: '/web/tested', Value: 'ami-0' },
    ]);
    expect(await findHold('web')).toBeUndefined();
    Build.parse(JSON.parse(JSON.stringify(showBuild(record))));
  });

  test.each([
    [ADA, ada, 403],
    [BOB, ada, 202],
    [null, ada, 403],
    [
      '7 of https://id.example (eve@example)',
      { kind: 'http', by: '7 of https://id.example' } as Trigger,
      403,
    ],
    ['8 of https://id.example', { kind: 'http', by: '7 of https://id.example' } as Trigger, 202],
    [BOB, { kind: 'manual' } as Trigger, 403],
    [BOB, nightly, 202],
  ])('that wants another person: %s approves what %j has started, with %d', async (by, trigger, status) => {
    await begin({ trigger });
    await park({ approval: { ...approval, approvers: 'other' } });
    const answer = await act('approve', {}, { by });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.said.error).toBe('ApproverNotAllowed');
    expect(succeeded()).toHaveLength(status === 202 ? 1 : 0);
  });

  test('and who has asked for it may reject it himself', async () => {
    await begin();
    await park({ approval: { ...approval, approvers: 'other' } });
    expect((await act('reject', {}, { by: ADA })).status).toBe(202);
  });

  test('is superseded by a newer build that is planned, also when it was approved and had not gone on', async () => {
    await begin();
    await park();
    await takeLock('web', OTHER, 'build');
    await act('approve');
    await supersedeParked({ id: OTHER, pipeline: 'web', fence: 9 });
    await sweep();
    expect(failed()).toEqual([['Superseded', expect.stringContaining(OTHER)]]);
    await recoverBuild({ build: { id: BUILD }, failure: { Error: 'Superseded', Cause: 'by another' } });
    const { status, todo = {} } = await getRecord(BUILD);
    expect([status, 'undoAgain' in todo]).toEqual(['SUPERSEDED', true]);
    expect(messages().map(({ Subject }) => Subject)).toContain('Kiln: build of web SUPERSEDED: Superseded');
    expect(told().map(({ type }) => type)).toContain('Build Superseded');
    expect(await findLockHolder('web')).toBe(OTHER);
  });

  test('that goes on already is not superseded, and not by itself', async () => {
    await begin();
    await park();
    await supersedeParked({ id: BUILD, pipeline: 'web', fence });
    await act('approve');
    await supersedeParked({ id: OTHER, pipeline: 'web', fence: 9 });
    await sweep();
    expect(failed()).toEqual([]);
    expect((await getRecord(BUILD)).approval?.decision).toBe('approved');
  });

  test('that a person asked for is overtaken by no schedule, which has its turn after it, but by a person', async () => {
    await begin();
    await park();
    const night = await requestBuild({ pipeline: 'web', parameters: {}, trigger: nightly });
    expect(night.status).toBe('QUEUED');
    await startQueuedBuild('web');
    await watchBuilds();
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
    expect(told().filter(({ type }) => type === 'Kiln Build Unfinished')).toEqual([]);
    await failBuild(BUILD, 'FAILED', { name: 'Rejected', message: '' });
    expect((await getRecord(night.id)).status).toBe('RUNNING');
  });

  test.each(['new', 'queued'] as const)(
    'that a person asked for is overtaken by no schedule that looks just before it waits and takes the lock just after (%s)',
    async (how) => {
      const request = { pipeline: 'web', parameters: {}, trigger: nightly };
      if (how === 'new') await begin();
      const queued = how === 'queued' ? await queueBehind(request) : undefined;
      parkBeforeLock();
      const id = queued ?? (await requestBuild(request)).id;
      if (queued) await startQueuedBuild('web');
      expect([(await getRecord(id)).status, await findLockHolder('web')]).toEqual(['QUEUED', undefined]);
      expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
    },
  );

  test('lets a person build, and a schedule where a schedule has asked for it', async () => {
    await begin();
    await park();
    expect((await requestBuild({ pipeline: 'web', parameters: {}, trigger: ada })).status).toBe('RUNNING');
    await updateRecord(BUILD, { trigger: nightly });
    const night = await requestBuild({ pipeline: 'web', parameters: {}, trigger: nightly });
    expect(night.status).toBe('QUEUED');
    await releaseLock('web', (await findLockHolder('web')) ?? '');
    expect(await startQueuedBuild('web')).toBe(night.id);
  });

  test('whose function runs once more after it has gone on keeps its lock', async () => {
    await begin();
    await park();
    await act('approve');
    await park(undefined, 't-2');
    expect(await findLockHolder('web')).toBe(BUILD);
    expect(succeeded().map((one) => one.fence)).toEqual([fence + 1, fence + 1]);
  });

  test('that ends in the moment in which it is approved takes no lock', async () => {
    await begin();
    await park();
    const [wait] = await listWaits();
    await act('approve', {}, { id: OTHER });
    await updateRecord(BUILD, { 'approval.decision': 'approved' });
    await moveStatus(BUILD, ['RUNNING'], 'ABORTED', { endedAt: 'then' });
    await settleWaits(wait ? [wait] : []);
    expect(await findLockHolder('web')).toBeUndefined();
    expect(failed()).toEqual([['LeaseLost', expect.any(String)]]);
  });

  test('that is rejected just when it was about to go on does not', async () => {
    await begin();
    await park();
    await updateRecord(BUILD, { 'approval.decision': 'rejected' });
    await expect(resumeBuild(await getRecord(BUILD), 'approval', 'approved')).rejects.toMatchObject({
      name: 'LeaseLost',
    });
    expect((await getRecord(BUILD)).approval?.resumedAt).toBeUndefined();
  });

  test('is aborted as any', async () => {
    await begin();
    await park();
    expect((await act('abort')).status).toBe(202);
  });

  test('that could not be told of is told of when its state runs again', async () => {
    events.on(PutEventsCommand).resolvesOnce({ FailedEntryCount: 1 }).resolves({ FailedEntryCount: 0 });
    await begin();
    await expect(park()).rejects.toMatchObject({ name: 'TransientFailure' });
    await park(undefined, 't-2');
    expect((await getRecord(BUILD)).approval?.toldAt).toBeDefined();
    expect((await listWaits()).map(({ token }) => token)).toEqual(['t-2']);
  });
});

describe('what does not wait', () => {
  test.each(['approve', 'reject', 'promote'])('cannot be made to %s', async (name) => {
    await openRecord({ trigger: ada });
    await openStage(BUILD, 'AwaitImage');
    const { status, said } = await act(name);
    expect([status, said.error]).toEqual([409, 'NotWaiting']);
    expect(said.detail).toContain('it is RUNNING in AwaitImage');
    expect((await getRecord(BUILD)).acts).toBeUndefined();
    await endBuild(BUILD);
    expect(await act(name)).toMatchObject({ status: 409, said: { error: 'BuildOver' } });
    expect(await act(name, {}, { id: OTHER })).toMatchObject({ status: 404 });
    expect(await act(name, { force: true })).toMatchObject({ status: 400 });
  });

  test('a build that was approved and goes on is approved and rejected no more', async () => {
    await begin();
    await park();
    await act('approve');
    for (const name of ['approve', 'reject'])
      expect(await act(name)).toMatchObject({ status: 409, said: { error: 'NotWaiting' } });
  });

  test('an approval is no wait that can be promoted', async () => {
    await begin();
    await park();
    expect((await act('promote', { skip: 'all' })).said.detail).toContain('Approve or reject it.');
  });

  test('a wait that AWS alone keeps is refused in words', async () => {
    await begin();
    await openStage(BUILD, 'AwaitRefresh/fleet');
    const { status, said } = await act('promote', { skip: 'wait' });
    expect([status, said.error]).toEqual([409, 'NotWaiting']);
    expect(said.detail).toContain('AWS alone keeps the waits of its checkpoints and its bake time');
    expect(said.detail).toContain(
      'another refresh in its place would not roll back what this one has replaced',
    );
  });
});

describe('a build that waits for its window', () => {
  const parkAt = (token?: string) => park({ windows }, token, 'AwaitWindow');

  test('goes on at once where one is open', async () => {
    jest.setSystemTime(Date.parse('2026-11-30T10:59:59Z'));
    await begin();
    await parkAt();
    expect(succeeded()).toHaveLength(1);
    expect(await findLockHolder('web')).toBe(BUILD);
    expect(messages()).toEqual([]);
  });

  test('holds nothing until it opens, says when that is, and goes on then', async () => {
    await begin();
    await parkAt();
    expect(await findLockHolder('web')).toBeUndefined();
    expect((await getRecord(BUILD)).stages.AwaitWindow?.waitsFor).toBe(
      'its window, which opens at 2026-12-01T09:00:00.000Z: until 2026-12-08T12:00:00.000Z, then it stops',
    );
    jest.setSystemTime(Date.parse('2026-12-01T08:59:00Z'));
    await sweep();
    expect(succeeded()).toEqual([]);
    jest.setSystemTime(Date.parse('2026-12-01T09:00:00Z'));
    await sweep();
    expect(succeeded()).toHaveLength(1);
  });

  test.each(['wait', 'window', 'all', undefined])(
    'goes on when somebody promotes it (skip: %s)',
    async (skip) => {
      await begin();
      await parkAt();
      expect((await act('promote', skip ? { skip } : {})).status).toBe(202);
      expect(succeeded()).toHaveLength(1);
      expect((await getRecord(BUILD)).window).toMatchObject({ decision: 'promoted', by: BOB });
      expect((await act('promote')).said.error).toBe('NotWaiting');
    },
  );

  test('of a month is waited for until that closes', async () => {
    await begin();
    const monthly = { cron: '0 9 28 * ? *', timezone: 'UTC', duration: 7200 };
    await park({ windows: [monthly] }, 't-1', 'AwaitWindow');
    expect((await getRecord(BUILD)).window).toMatchObject({
      opensAt: '2026-12-28T09:00:00.000Z',
      expiresAt: '2026-12-28T11:00:00.000Z',
    });
  });

  test('that could not begin in any window ends in words', async () => {
    await begin();
    await parkAt();
    await takeLock('web', OTHER, 'build');
    jest.setSystemTime(Date.parse('2026-12-08T12:00:00Z'));
    await sweep();
    expect(failed()).toEqual([['WindowMissed', expect.stringContaining('until 2026-12-08T12:00:00.000Z')]]);
  });

  test('after it was approved waits again, and is superseded there, too', async () => {
    await begin();
    await park({ approval, windows });
    await act('approve');
    fence += 1;
    await parkAt('t-2');
    expect(await findLockHolder('web')).toBeUndefined();
    await supersedeParked({ id: OTHER, pipeline: 'web', fence: 9 });
    await sweep();
    expect(failed()).toEqual([['Superseded', expect.stringContaining('waited for its window')]]);
  });
});
