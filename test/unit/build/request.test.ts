import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import scheduled from '../../../events/schedule.json';
import { endBuild, finishWork } from '../../../src/build/end/end';
import { getRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { deleteItem } from '../../../src/table';
import { useSites } from '../sites';
import { useTable } from '../table';

const sfn = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
useTable();
useSites();

const web = (more = {}) => ({
  pipeline: 'web',
  parameters: {},
  trigger: { kind: 'http' as const, by: 'ada' },
  ...more,
});

beforeEach(() => {
  sfn.reset();
  events.reset();
  sns.reset();
  sns.on(PublishCommand).resolves({});
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
  process.env.LAMBDA_TASK_ROOT = process.cwd();
});

const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input);

test('a request starts the execution that has the name of the build', async () => {
  const { id, status } = await requestBuild(web({ parameters: { SITE: 's3://kiln/web/1.tar.gz' } }));
  expect(status).toBe('RUNNING');
  expect(id).toMatch(/^web-[0-9A-Z]{26}$/);
  expect(started()).toEqual([
    expect.objectContaining({
      name: id,
      input: JSON.stringify({
        pipeline: 'web',
        parameters: { SITE: 's3://kiln/web/1.tar.gz' },
        trigger: { kind: 'http', by: 'ada' },
      }),
    }),
  ]);
});

test('a value that refers to an SSM parameter that no pipeline file names is refused in words', async () => {
  const ssm = mockClient(SSMClient);
  const denied = Object.assign(new Error('is not authorized to perform: ssm:GetParameter'), {
    name: 'AccessDeniedException',
  });
  ssm.on(GetParameterCommand, { Name: '/people/secret' }).rejects(denied);
  await expect(
    requestBuild(web({ parameters: { SITE: 'resolve:ssm:/people/secret' } })),
  ).rejects.toMatchObject({
    name: 'InvalidParameter',
    message:
      'parameter SITE: Kiln may not read the SSM parameter /people/secret: it may read those that a pipeline file names.',
  });
  expect(started()).toEqual([]);
  ssm.restore();
});

test('a pipeline that is not there is named, with those that are', async () => {
  await expect(requestBuild(web({ pipeline: 'wbe' }))).rejects.toMatchObject({
    name: 'UnknownPipeline',
    message: expect.stringMatching(/wbe.*api, web/),
  });
});

test('a parameter that does not match its pattern is refused at the door', async () => {
  await expect(requestBuild(web({ parameters: { SITE: 'http://x' } }))).rejects.toMatchObject({
    name: 'InvalidParameter',
    message: expect.stringContaining('^s3://.+'),
  });
  expect(started()).toEqual([]);
});

test('a parameter that the pipeline does not have is refused at the door', async () => {
  await expect(requestBuild(web({ parameters: { SIET: 's3://x' } }))).rejects.toMatchObject({
    name: 'InvalidParameter',
  });
});

test('a request with a key that came before gets the build of the first', async () => {
  const first = await requestBuild(web({ idempotencyKey: 'release-42' }));
  const second = await requestBuild(web({ idempotencyKey: 'release-42' }));
  expect(second.id).toBe(first.id);
  expect(started()).toHaveLength(1);
});

test('a request that died before it started its build starts that build when it comes again', async () => {
  sfn.on(StartExecutionCommand).rejectsOnce(new Error('connection lost')).resolves({});
  await expect(requestBuild(web({ idempotencyKey: 'k' }))).rejects.toThrow('connection lost');
  const { id } = await requestBuild(web({ idempotencyKey: 'k' }));
  expect(started().map(({ name }) => name)).toEqual([id, id]);
});

test('a request that was written down but not put into the queue is put there when it comes again', async () => {
  const running = await requestBuild(web());
  const lost = await requestBuild(web({ idempotencyKey: 'k' }));
  await deleteItem({ pk: 'QUEUE#web', sk: 'QUEUE' });
  expect((await requestBuild(web({ idempotencyKey: 'k' }))).id).toBe(lost.id);
  await endBuild(running.id);
  expect(started().map(({ name }) => name)).toEqual([running.id, lost.id]);
});

test('a request that comes again does not take the place of a newer one', async () => {
  const running = await requestBuild(web());
  const older = await requestBuild(web({ idempotencyKey: 'k' }));
  await deleteItem({ pk: 'QUEUE#web', sk: 'QUEUE' });
  const newer = await requestBuild(web());
  expect((await requestBuild(web({ idempotencyKey: 'k' }))).status).toBe('SUPERSEDED');
  await endBuild(running.id);
  expect(started().map(({ name }) => name)).toEqual([running.id, newer.id]);
  expect(older.status).toBe('QUEUED');
});

test('a request that was refused, and comes again with its key, is newer than what came between', async () => {
  sfn.on(StartExecutionCommand).rejectsOnce(new Error('503')).resolves({});
  await expect(requestBuild(web({ idempotencyKey: 'k' }))).rejects.toThrow('503');
  await requestBuild(web());
  const between = await requestBuild(web());
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect((await requestBuild(web({ idempotencyKey: 'k' }))).status).toBe('QUEUED');
  expect((await getRecord(between.id)).status).toBe('SUPERSEDED');
});

test('while a start fails, who came into the queue behind it is started', async () => {
  let second: ReturnType<typeof requestBuild> | undefined;
  sfn.on(StartExecutionCommand).callsFakeOnce(async () => {
    second = requestBuild(web());
    await second;
    throw new Error('503');
  });
  await expect(requestBuild(web())).rejects.toThrow('503');
  const { id } = (await second) ?? { id: '' };
  expect(
    started()
      .map(({ name }) => name)
      .at(-1),
  ).toBe(id);
  expect((await getRecord(id)).status).toBe('RUNNING');
});

test('a request that comes while the one before it is being started leaves that one its pipeline', async () => {
  const running = await requestBuild(web());
  const waiting = await requestBuild(web());
  let newer: ReturnType<typeof requestBuild> | undefined;
  sfn.on(StartExecutionCommand).callsFake(async ({ name }) => {
    if (name === waiting.id) {
      newer = requestBuild(web());
      await newer;
    }
    return {};
  });
  await endBuild(running.id);
  const { id = '' } = (await newer) ?? {};
  expect([(await getRecord(waiting.id)).status, (await getRecord(id)).status]).toEqual(['RUNNING', 'QUEUED']);
  expect(started().map(({ name }) => name)).toEqual([running.id, waiting.id]);
});

test('while Step Functions refuses a request for good, who came into the queue behind it has its turn', async () => {
  const running = await requestBuild(web());
  const waiting = await requestBuild(web());
  let newer: ReturnType<typeof requestBuild> | undefined;
  sfn.on(StartExecutionCommand).callsFake(async ({ name }) => {
    if (name !== waiting.id) return {};
    newer = requestBuild(web());
    await newer;
    throw Object.assign(new Error('no'), { name: 'InvalidExecutionInput' });
  });
  await endBuild(running.id);
  await finishWork(waiting.id);
  const { id = '' } = (await newer) ?? {};
  expect([(await getRecord(waiting.id)).status, (await getRecord(id)).status]).toEqual(['FAILED', 'RUNNING']);
});

test('parameters that are too long once JSON has written them out are refused at the door', async () => {
  const SITE = `s3://${'\u0001'.repeat(60_000)}`;
  await expect(requestBuild(web({ parameters: { SITE } }))).rejects.toMatchObject({
    name: 'InvalidParameter',
    message: expect.stringMatching(/bytes of JSON/),
  });
});

test('a request that Step Functions will never take fails with the reason, and blocks nobody', async () => {
  const running = await requestBuild(web());
  const waiting = await requestBuild(web());
  const refusal = Object.assign(new Error('too long'), { name: 'InvalidExecutionInput' });
  sfn.on(StartExecutionCommand).rejects(refusal);
  await endBuild(running.id);
  expect((await getRecord(running.id)).status).toBe('SUCCEEDED');
  expect(await getRecord(waiting.id)).toMatchObject({
    status: 'FAILED',
    error: { name: 'InvalidExecutionInput', message: expect.stringContaining('too long') },
  });
  sfn.on(StartExecutionCommand).resolves({});
  expect((await requestBuild(web())).status).toBe('RUNNING');
});

test('while a build runs the newest request waits, and the one before it is superseded', async () => {
  const running = await requestBuild(web());
  const older = await requestBuild(web());
  const newest = await requestBuild(web());
  expect([older.status, newest.status]).toEqual(['QUEUED', 'QUEUED']);
  expect(await getRecord(older.id)).toMatchObject({
    status: 'SUPERSEDED',
    error: { message: expect.stringContaining(newest.id) },
  });
  expect(started().map(({ name }) => name)).toEqual([running.id]);
});

test('when the running build ends, the request that waits is started', async () => {
  const running = await requestBuild(web());
  const waiting = await requestBuild(web());
  await endBuild(running.id);
  expect(started().map(({ name }) => name)).toEqual([running.id, waiting.id]);
  expect((await getRecord(waiting.id)).status).toBe('RUNNING');
  expect((await getRecord(running.id)).status).toBe('SUCCEEDED');
});

describe('what no person asked for', () => {
  const night = (more = {}) => web({ trigger: { kind: 'schedule' as const, by: '0 3 * * ? *' }, ...more });
  const statusOf = async ({ id }: { id: string }) => (await getRecord(id)).status;
  const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

  test.each(['schedule', 'event'] as const)(
    'never takes the place of what a person asked for: the %s has its turn after it',
    async (kind) => {
      const running = await requestBuild(web());
      const deploy = await requestBuild(web({ parameters: { SITE: 's3://kiln/web/v7' } }));
      await tick();
      const other = await requestBuild(web({ trigger: { kind } }));
      expect([await statusOf(deploy), await statusOf(other)]).toEqual(['QUEUED', 'QUEUED']);
      await endBuild(running.id);
      await endBuild(deploy.id);
      expect(started().map(({ name }) => name)).toEqual([running.id, deploy.id, other.id]);
    },
  );

  test('gives way to what a person asks for after it, which is told as an event and no message', async () => {
    const running = await requestBuild(web());
    const nightly = await requestBuild(night());
    await tick();
    const deploy = await requestBuild(web());
    expect(await getRecord(nightly.id)).toMatchObject({
      status: 'SUPERSEDED',
      error: { name: 'Superseded', message: expect.stringContaining(deploy.id) },
    });
    await finishWork(nightly.id);
    expect(await toldOf(nightly.id)).toEqual(['Build Superseded']);
    expect(sns.commandCalls(PublishCommand)).toEqual([]);
    await endBuild(running.id);
    await endBuild(deploy.id);
    expect(started().map(({ name }) => name)).toEqual([running.id, deploy.id]);
  });

  test('gives way to a newer one of its kind', async () => {
    await requestBuild(web());
    const deploy = await requestBuild(web());
    await tick();
    const first = await requestBuild(night());
    await tick();
    const second = await requestBuild(night());
    expect(await Promise.all([deploy, first, second].map(statusOf))).toEqual([
      'QUEUED',
      'SUPERSEDED',
      'QUEUED',
    ]);
  });

  test('whatever comes at once, each request runs or is superseded by one of its turn, and a person has the first', async () => {
    const running = await requestBuild(web());
    const requests = await Promise.all(
      Array.from({ length: 8 }, (_, at) => requestBuild(at % 2 === 0 ? web() : night())),
    );
    for (let turn = 0, id: string | undefined = running.id; id && turn < 4; turn += 1) {
      await endBuild(id);
      const builds: string[] = started().flatMap(({ name }) => name ?? []);
      id = builds[turn + 1];
    }
    const records = await Promise.all(requests.map(({ id }) => getRecord(id)));
    const succeeded = records.filter(({ status }) => status === 'SUCCEEDED');
    const superseded = records.filter(({ status }) => status === 'SUPERSEDED');
    expect(succeeded.length + superseded.length).toBe(8);
    const firstId = started()[1]?.name;
    expect(records.find(({ id }) => id === firstId)?.trigger.kind).toBe('http');
    expect(succeeded.filter(({ trigger }) => trigger.kind === 'http')).toHaveLength(1);
  });
});

/** The events of a build. */
async function toldOf(build: string): Promise<(string | undefined)[]> {
  const entries = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
  return entries.filter(({ Detail = '' }) => Detail.includes(build)).map(({ DetailType }) => DetailType);
}

test('a person whose request was superseded by that of another hears of it', async () => {
  await requestBuild(web());
  const older = await requestBuild(web());
  const newest = await requestBuild(web());
  await finishWork(older.id);
  expect(await toldOf(older.id)).toEqual(['Build Superseded']);
  expect(sns.commandCalls(PublishCommand).map((call) => call.args[0].input)).toEqual([
    expect.objectContaining({
      Subject: 'Kiln: build of web SUPERSEDED: Superseded',
      Message: expect.stringContaining(newest.id),
    }),
  ]);
});

test('of many requests at once one runs, one waits and the others are superseded', async () => {
  const requests = await Promise.all(Array.from({ length: 8 }, () => requestBuild(web())));
  const records = await Promise.all(requests.map(({ id }) => getRecord(id)));
  const count = (status: string) => records.filter((record) => record.status === status).length;
  expect([count('RUNNING'), count('QUEUED'), count('SUPERSEDED')]).toEqual([1, 1, 6]);
});

describe('a pipeline that says whenBusy: reject', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiln-'));
    await cp('pipelines/web', join(folder, 'pipelines/web'), {
      recursive: true,
      filter: (file) => !file.endsWith('site'),
    });
    const file = join(folder, 'pipelines/web/pipeline.yml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('whenBusy: queue', 'whenBusy: reject'));
    process.env.LAMBDA_TASK_ROOT = folder;
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('refuses a request while a build runs, and says which', async () => {
    const { id } = await requestBuild(web());
    await expect(requestBuild(web())).rejects.toMatchObject({
      name: 'PipelineBusy',
      message: expect.stringContaining(id),
    });
  });

  test('makes no error of a schedule that comes while it is busy', async () => {
    await requestBuild(web());
    await expect(requestTriggeredBuild(TriggerInput.parse(scheduled))).resolves.toEqual({
      refused: expect.stringContaining('busy'),
    });
  });
});
