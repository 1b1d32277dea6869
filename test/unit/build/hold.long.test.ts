import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import scheduled from '../../../events/schedule.json';
import { listBuilds } from '../../../src/api/builds';
import { endBuild, failBuild, finishWork } from '../../../src/build/end/end';
import { recoverBuild } from '../../../src/build/end/recover';
import { planBuild } from '../../../src/build/plan/plan';
import { getRecord, type Trigger, updateRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { closeStage } from '../../../src/build/stages';
import { countEnd, nextHold } from '../../../src/build/unattended/count-end';
import { findHold, type Hold } from '../../../src/build/unattended/hold';
import { checkTried, rememberRollout } from '../../../src/build/unattended/tried';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useRoomyQuotas } from '../quotas';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();
useRoomyQuotas();
afterEach(removeFolders);

beforeEach(() => {
  for (const client of [ec2, events, sfn, sns]) client.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  ec2.resolves({} as never);
  ec2.on(DescribeImagesCommand).resolves({
    Images: [{ ImageId: 'ami-0123456789abcdef0', State: 'available', RootDeviceType: 'ebs' }],
  });
  usePipeline();
});

function usePipeline(script = '#!/bin/bash\n'): void {
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `
base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
parameters: { COLOUR: { default: red } }
triggers: { holdAfter: 3 }
`,
    'pipelines/web/user-data.sh': script,
  });
}

const nightly: Trigger = { kind: 'schedule', by: '0 3 * * ? *' };
const person: Trigger = { kind: 'http', by: 'ada' };

let nights = 0;
function comeBySchedule() {
  nights += 1;
  return requestTriggeredBuild(TriggerInput.parse({ ...scheduled, id: `night-${nights}` }));
}

async function start(trigger: Trigger): Promise<string> {
  const { id } = await requestBuild({ pipeline: 'web', parameters: {}, trigger });
  return id;
}

async function fail(trigger: Trigger): Promise<string> {
  const id = await start(trigger);
  await failBuild(id, 'FAILED', { name: 'SiteNotHealthy', message: 'it does not answer' });
  return id;
}

async function hold(): Promise<string[]> {
  return [await fail(nightly), await fail({ kind: 'event', by: 'x' }), await fail(nightly)];
}

/** What Plan does of a build, and Recover where it is refused. */
async function planOrRecover(id: string) {
  const { trigger, parameters } = await getRecord(id);
  const request = { pipeline: 'web', parameters, trigger };
  return planBuild({ build: { id }, stage: 'Plan', request }).catch((error: Error) =>
    recoverBuild({ build: { id }, failure: { Error: error.name, Cause: error.message } }),
  );
}

const subjects = () => sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Subject);
const announced = () =>
  events
    .commandCalls(PutEventsCommand)
    .flatMap((call) => call.args[0].input.Entries?.map(({ DetailType }) => DetailType));
const startedCount = () => sfn.commandCalls(StartExecutionCommand).length;

test('after so many failures in a row schedules and events start nothing, and say why', async () => {
  const failures = await hold();
  const before = startedCount();
  const refused = {
    refused: expect.stringMatching(/Pipeline web is held since .* until a build that a person/),
  };
  expect(await comeBySchedule()).toEqual(refused);
  const event = { id: 'e', source: 's', 'detail-type': 't' };
  expect(await requestTriggeredBuild(TriggerInput.parse({ pipeline: 'web', event }))).toEqual(refused);
  expect(startedCount()).toBe(before);
  expect((await findHold('web'))?.failures).toEqual(failures);
});

test('the list of builds shows that the pipeline is held', async () => {
  const failures = await hold();
  const call = { pathParameters: { pipeline: 'web' } } as unknown as APIGatewayProxyEventV2WithIAMAuthorizer;
  expect((await listBuilds(call)).held).toEqual({
    since: expect.any(String),
    builds: failures,
    message: expect.stringContaining('held'),
  });
  await endBuild(await start(person));
  expect((await listBuilds(call)).held).toBeUndefined();
});

test('one message and one event say so, however often the end is worked off', async () => {
  const failures = await hold();
  await Promise.all(failures.map((id) => finishWork(id)));
  await Promise.all(failures.map(async (id) => countEnd(await getRecord(id))));
  expect(subjects().filter((subject) => subject?.includes('HELD'))).toHaveLength(1);
  expect(announced().filter((type) => type === 'Pipeline Held')).toHaveLength(1);
});

test('a message that could not be sent is sent with the next try, and the pipeline is free for people meanwhile', async () => {
  await fail(nightly);
  await fail(nightly);
  const last = await start(nightly);
  sns.on(PublishCommand).rejects(new Error('503'));
  await failBuild(last, 'FAILED', { name: 'SiteNotHealthy', message: '' });
  expect((await requestBuild({ pipeline: 'web', parameters: {}, trigger: person })).status).toBe('RUNNING');
  sns.reset();
  sns.on(PublishCommand).resolves({});
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 120_000);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'], now: Date.now() });
  await finishWork(last).finally(() => {
    jest.useRealTimers();
    now.mockRestore();
  });
  expect(subjects().filter((subject) => subject?.includes('HELD'))).toHaveLength(1);
});

test('a success between failures begins the count anew', async () => {
  await fail(nightly);
  await fail(nightly);
  await endBuild(await start(nightly));
  await fail(nightly);
  await fail(nightly);
  expect(await findHold('web')).toBeUndefined();
});

test('only what nobody asked for is counted, and no build that a person stopped', async () => {
  for (let i = 0; i < 4; i += 1) await fail(person);
  for (let i = 0; i < 4; i += 1)
    await failBuild(await start(nightly), 'ABORTED', { name: 'ABORTED', message: 'stopped' });
  expect(await findHold('web')).toBeUndefined();
});

test('a build of a person that fails leaves the pipeline held, and one that succeeds frees it', async () => {
  await hold();
  await fail(person);
  expect(await findHold('web')).toBeDefined();
  await endBuild(await start(person));
  expect(await findHold('web')).toBeUndefined();
  expect(await comeBySchedule()).toEqual({ id: expect.any(String) });
});

test('what came into the queue before the pipeline was held is skipped, and blocks nobody', async () => {
  await fail(nightly);
  await fail(nightly);
  const last = await start(nightly);
  const queued = await start(nightly);
  await failBuild(last, 'FAILED', { name: 'SiteNotHealthy', message: '' });
  expect((await getRecord(queued)).status).toBe('RUNNING');
  const told = subjects().length;
  expect(await planOrRecover(queued)).toMatchObject({ error: 'PipelineHeld', hasSucceeded: true });
  expect(await getRecord(queued)).toMatchObject({
    status: 'SKIPPED',
    error: { name: 'PipelineHeld', message: expect.stringContaining('held') },
  });
  expect(subjects()).toHaveLength(told);
  expect(announced()).toContain('Build Skipped');
  expect((await requestBuild({ pipeline: 'web', parameters: {}, trigger: person })).status).toBe('RUNNING');
});

test('who came into the queue behind a build that is skipped has his turn', async () => {
  await failRollout(nightly);
  const skipped = await start(nightly);
  const waiting = await start(person);
  await planOrRecover(skipped);
  expect([(await getRecord(skipped)).status, (await getRecord(waiting)).status]).toEqual([
    'SKIPPED',
    'RUNNING',
  ]);
});

test('events that cannot be built count as failures', async () => {
  const event = { source: 's', 'detail-type': 't' };
  for (const id of ['1', '2', '3']) {
    const input = { pipeline: 'web', parameters: { COLOUR: '$.detail.colour' }, event: { ...event, id } };
    const answer = await requestTriggeredBuild(TriggerInput.parse(input));
    await finishWork('id' in answer ? answer.id : '');
  }
  expect((await findHold('web'))?.failures).toHaveLength(3);
  expect(subjects().filter((subject) => subject?.includes('HELD'))).toHaveLength(1);
});

test('ends that are counted at once are all counted', async () => {
  const ends = Array.from({ length: 3 }, (_, at) => ({
    id: `web-01KAS2N4Q7T9V0W1X2Y3Z4A5B${at}`,
    pipeline: 'web',
    trigger: nightly,
    status: 'FAILED' as const,
  }));
  await Promise.all([...ends, ...ends].map((end) => countEnd(end)));
  expect((await findHold('web'))?.failures.toSorted()).toEqual(ends.map(({ id }) => id));
});

test('what a build counts is told by its turn, not by when its request first came', () => {
  const good: Hold = { failures: ['web-2'], lastGood: 'web-3', lastFence: 3, revision: 1 };
  const late = { id: 'web-1', trigger: nightly, status: 'FAILED' as const };
  expect(nextHold(good, { ...late, fence: 4 }, 9)?.failures).toEqual(['web-2', 'web-1']);
  expect(nextHold(good, { ...late, id: 'web-4', fence: 2 }, 9)).toBeUndefined();
  const person = { id: 'web-1', trigger: { kind: 'http' as const }, status: 'SUCCEEDED' as const, fence: 4 };
  expect(nextHold({ ...good, held: { since: 'now', by: 'web-2' } }, person, 9)?.held).toBeUndefined();
});

test('of two rollouts with one fingerprint the later turn is remembered', async () => {
  const end = {
    pipeline: 'web',
    fingerprint: 'f',
    trigger: person,
    stages: {},
    parameters: {},
    requestedAt: '',
  };
  const rollouts = { fleet: { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' } };
  const failed = { ...end, id: 'web-2', fence: 3, status: 'FAILED' as const, rollouts };
  const succeeded = { ...end, id: 'web-1', fence: 4, status: 'SUCCEEDED' as const, rollouts };
  for (const one of [failed, succeeded]) await rememberRollout(one);
  await expect(checkTried('web', nightly, 'f')).resolves.toBeUndefined();
});

test('a pipeline that is gone has nothing to hold', async () => {
  const end = { id: 'shop-01KAS2N4Q7T9V0W1X2Y3Z4A5B6', pipeline: 'shop', trigger: nightly };
  await expect(countEnd({ ...end, status: 'FAILED' })).resolves.toBeUndefined();
});

const kinds = fc.constantFrom<Trigger['kind']>('http', 'schedule', 'event', 'manual');
const statuses = fc.constantFrom<'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'>(
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
);

test('ends that are told more than once change nothing more, and a pipeline is held for the failures since the last good build', () => {
  const end = fc.record({ kind: kinds, status: statuses, again: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(fc.array(end, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (ends, holdAfter) => {
      let hold: Hold = { failures: [], revision: 0 };
      const told: string[] = [];
      let bad = 0;
      let isHeld = false;
      ends.forEach(({ kind, status, again }, at) => {
        const isUnattended = kind === 'schedule' || kind === 'event';
        if (status === 'SUCCEEDED') [bad, isHeld] = [0, isHeld && isUnattended];
        else if (isUnattended && status !== 'ABORTED') bad += 1;
        isHeld ||= bad >= holdAfter;
        const ended = { id: `web-${String(at).padStart(3, '0')}`, trigger: { kind }, status };
        const earlier = ends.slice(Math.max(0, at - again), at).map((one, back) => ({
          id: `web-${String(at - Math.min(again, at) + back).padStart(3, '0')}`,
          trigger: { kind: one.kind },
          status: one.status,
        }));
        for (const one of [ended, ended, ...earlier]) {
          const next = nextHold(hold, one, holdAfter);
          if (next?.held && next.held.by !== hold.held?.by) told.push(next.held.by);
          hold = next ?? hold;
        }
        expect(hold.held !== undefined).toBe(isHeld);
      });
      expect(told).toEqual([...new Set(told)]);
    }),
    { numRuns: 300 },
  );
});

/** A build whose rollout was begun, and failed. */
async function failRollout(trigger: Trigger): Promise<string> {
  const id = await start(trigger);
  await planOrRecover(id);
  await updateRecord(id, { 'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' } });
  await failBuild(id, 'FAILED', { name: 'RefreshFailed', message: 'rolled back' });
  return id;
}

test.each([nightly, { kind: 'event' as const }])(
  'a rollout that failed is not tried again by a $kind that finds all as it was',
  async (trigger) => {
    const failed = await failRollout(nightly);
    const id = await start(trigger);
    expect(await planOrRecover(id)).toMatchObject({ error: 'RolloutFailedBefore', hasSucceeded: true });
    expect(await getRecord(id)).toMatchObject({
      status: 'SKIPPED',
      error: { message: expect.stringContaining(failed) },
    });
  },
);

test('the first image of a group that never served is not tried again at night', async () => {
  const id = await start(person);
  await planOrRecover(id);
  await closeStage(id, 'ScaleOut/fleet', 'succeeded', 1000);
  await failBuild(id, 'FAILED', { name: 'FleetNotHealthy', message: 'no answer' });
  expect(await planOrRecover(await start(nightly))).toMatchObject({ error: 'RolloutFailedBefore' });
});

test('a rollout that was refused before it changed anything is tried again', async () => {
  const id = await start(nightly);
  await planOrRecover(id);
  await closeStage(id, 'ScaleOut/fleet', 'failed', 1000);
  await failBuild(id, 'FAILED', { name: 'TargetNotRefreshable', message: 'somebody else' });
  expect(await planOrRecover(await start(nightly))).toHaveProperty('plan');
});

test('the rollout of a person that failed is not tried again at night either', async () => {
  await failRollout(person);
  expect(await planOrRecover(await start(nightly))).toMatchObject({ error: 'RolloutFailedBefore' });
});

test('a person may try a rollout again that failed, and after a success schedules may, too', async () => {
  await failRollout(nightly);
  const again = await start(person);
  expect(await planOrRecover(again)).toHaveProperty('plan');
  await endBuild(again);
  expect(await planOrRecover(await start(nightly))).toHaveProperty('plan');
});

test('once something has changed, a schedule tries again', async () => {
  await failRollout(nightly);
  usePipeline('#!/bin/bash\necho mended\n');
  expect(await planOrRecover(await start(nightly))).toHaveProperty('plan');
});

test('a build that failed before its rollout is tried again', async () => {
  const id = await start(nightly);
  await planOrRecover(id);
  await failBuild(id, 'FAILED', { name: 'SiteNotHealthy', message: '' });
  expect(await planOrRecover(await start(nightly))).toHaveProperty('plan');
});
