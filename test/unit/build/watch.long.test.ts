import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { cleanUp } from '../../../src/build/end/recover';
import { watchBuilds } from '../../../src/build/end/watch';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { listOpen } from '../../../src/build/open';
import { createRecord, findRecord, getRecord, moveStatus } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { takeGroup } from '../../../src/rollout/lease';
import { deleteItem } from '../../../src/table';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const sfn = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);
const sns = mockClient(SNSClient);
const ec2 = mockClient(EC2Client);
const ssm = mockClient(SSMClient);
useTable();
afterEach(() => jest.restoreAllMocks());

const NEWER = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
const missing = new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} });
/** The executions that Step Functions has. Those that were started run. */
let executions: Map<string, string>;

beforeEach(() => {
  for (const client of [sfn, events, sns, ec2]) client.reset();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 's3://kiln/web/1.tar.gz' } });
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeImagesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  executions = new Map();
  sfn.on(ListExecutionsCommand).callsFake(() => ({
    executions: [...executions].flatMap(([name, status]) => (status === 'RUNNING' ? [{ name }] : [])),
  }));
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
    const status = executions.get(executionArn.split(':').at(-1));
    if (!status) throw missing;
    return { status };
  });
  sfn.on(StartExecutionCommand).callsFake(({ name }) => {
    executions.set(name, 'RUNNING');
    return {};
  });
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
});

function later(seconds: number): void {
  const then = Date.now() + seconds * 1000;
  jest.spyOn(Date, 'now').mockReturnValue(then);
}

/** A sweep, and what cleanUp does of what it asks for. @returns the builds that it asked for */
async function sweep(): Promise<string[]> {
  events.resetHistory();
  await watchBuilds();
  const sent = events.commandCalls(PutEventsCommand).flatMap((call) => call.args[0].input.Entries ?? []);
  const builds = sent.map(({ Detail = '' }) => (JSON.parse(Detail) as { build: string }).build);
  for (const build of builds) await cleanUp({ build });
  return builds;
}

const ask = () => requestBuild({ pipeline: 'web', parameters: {}, trigger: { kind: 'http', by: 'ada' } });
const statusOf = async (build: string) => (await getRecord(build)).status;

test('the sweep renews the lock of a build and the leases of its groups while its execution runs', async () => {
  await openRecord();
  executions.set(BUILD, 'RUNNING');
  await takeLock('web', BUILD, 'build');
  await takeGroup('fleet', BUILD);
  for (let minutes = 0; minutes < 30; minutes += 5) {
    later(300);
    expect(await sweep()).toEqual([]);
  }
  executions.delete(BUILD);
  later(500);
  expect(await takeLock('web', NEWER, 'request')).toBeUndefined();
  await expect(takeGroup('fleet', NEWER)).rejects.toMatchObject({ name: 'TargetBusy' });
});

describe('when no sweep came for an hour', () => {
  beforeEach(async () => {
    await openRecord();
    await takeLock('web', BUILD, 'build');
    await takeGroup('fleet', BUILD);
  });
  const take = async () => {
    later(3600);
    const group = takeGroup('fleet', NEWER).then(
      () => true,
      () => false,
    );
    return [(await takeLock('web', NEWER, 'request')) !== undefined, await group];
  };

  test('a build whose execution runs keeps its lock and its groups', async () => {
    executions.set(BUILD, 'RUNNING');
    expect(await take()).toEqual([false, false]);
  });

  test('nor are they taken from one whose execution failed and whose end is still to be written', async () => {
    executions.set(BUILD, 'FAILED');
    expect(await take()).toEqual([false, false]);
  });

  test('a build that ended and gave nothing back loses them', async () => {
    await moveStatus(BUILD, ['RUNNING'], 'FAILED');
    executions.set(BUILD, 'FAILED');
    expect(await take()).toEqual([true, true]);
  });
});

test.each(['ABORTED', 'FAILED', 'TIMED_OUT'] as const)(
  'a record that runs whose execution is %s, of which no event came, is ended by the next sweep',
  async (status) => {
    await openRecord({ targets: [] });
    await takeLock('web', BUILD, 'build');
    executions.set(BUILD, status);
    jest.spyOn(console, 'error').mockImplementation();
    expect(await sweep()).toEqual([BUILD]);
    expect(await statusOf(BUILD)).toBe(status);
  },
);

test('a sweep asks again until Step Functions answers', async () => {
  await openRecord({ targets: [] });
  executions.set(BUILD, 'ABORTED');
  sfn.on(DescribeExecutionCommand).rejects(new Error('500'));
  await expect(sweep()).rejects.toThrow('500');
  expect(await statusOf(BUILD)).toBe('RUNNING');
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED' });
  await sweep();
  expect(await statusOf(BUILD)).toBe('ABORTED');
});

test('a build that cannot be looked at holds up no other', async () => {
  await openRecord({ targets: [] });
  const other = 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
  await createRecord({ id: other, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
    if (executionArn.endsWith(other)) throw new Error('denied');
    return { status: 'ABORTED' };
  });
  await expect(watchBuilds()).rejects.toThrow('denied');
  expect(events.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
    expect.objectContaining({ Detail: JSON.stringify({ service: 'kiln-test@us-east-1', build: BUILD }) }),
  ]);
});

test('a record that runs whose execution never came to be is started by a sweep', async () => {
  const { id } = await ask();
  executions.clear();
  expect(await sweep()).toEqual([id]);
  expect(executions.size).toBe(0);
  later(90);
  await sweep();
  expect(executions.get(id)).toBe('RUNNING');
  expect(await statusOf(id)).toBe('RUNNING');
});

test('one that Step Functions refuses then fails with the reason, tells it, and blocks nobody', async () => {
  const { id } = await ask();
  executions.clear();
  later(90);
  const refusal = Object.assign(new Error('no identity-based policy'), { name: 'AccessDeniedException' });
  sfn.on(StartExecutionCommand).rejects(refusal);
  await sweep();
  expect(await getRecord(id)).toMatchObject({
    status: 'FAILED',
    error: { name: 'AccessDeniedException', message: expect.stringContaining('no identity-based policy') },
  });
  later(40);
  await cleanUp({ build: id });
  sfn.on(StartExecutionCommand).resolves({});
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
  expect(await listOpen()).toEqual([]);
  expect(await statusOf((await ask()).id)).toBe('RUNNING');
});

test('a request that is in no queue is put there by a sweep, and runs when the build before it ends', async () => {
  const first = await ask();
  const lost = await ask();
  await deleteItem({ pk: 'QUEUE#web', sk: 'QUEUE' });
  expect(await sweep()).toEqual([lost.id]);
  expect(await statusOf(lost.id)).toBe('QUEUED');
  expect(await sweep()).toEqual([]);
  executions.set(first.id, 'ABORTED');
  await sweep();
  expect(await statusOf(first.id)).toBe('ABORTED');
  expect(await statusOf(lost.id)).toBe('RUNNING');
});

test('of two requests that wait the newer stays, and the other is superseded', async () => {
  await ask();
  const older = await ask();
  await deleteItem({ pk: 'QUEUE#web', sk: 'QUEUE' });
  const newer = await ask();
  expect(await sweep()).toEqual([older.id]);
  expect([await statusOf(older.id), await statusOf(newer.id)]).toEqual(['SUPERSEDED', 'QUEUED']);
});

test('a request that waits behind a lock with nobody behind it is started by a sweep', async () => {
  await takeLock('web', BUILD, 'request');
  const { id, status } = await ask();
  expect(status).toBe('QUEUED');
  later(121);
  expect(await sweep()).toEqual([id]);
  expect(await statusOf(id)).toBe('RUNNING');
  expect(await findLockHolder('web')).toBe(id);
});

test('what a function took after all of its build was undone is given back by a sweep', async () => {
  await openRecord();
  await moveStatus(BUILD, ['RUNNING'], 'FAILED');
  await takeLock('web', BUILD, 'build');
  await takeGroup('fleet', BUILD);
  await sweep();
  expect(await findLockHolder('web')).toBeUndefined();
  await expect(takeGroup('fleet', NEWER)).resolves.toBe(2);
  expect(await listOpen()).toEqual([]);
});

test('while nothing builds a sweep asks Step Functions nothing', async () => {
  await sweep();
  expect(sfn.calls()).toEqual([]);
});

describe('whatever anybody says on the bus', () => {
  test('a request that waits goes on waiting behind the build that runs', async () => {
    const first = await ask();
    const second = await ask();
    await cleanUp({ build: second.id });
    expect(await statusOf(second.id)).toBe('QUEUED');
    expect([...executions.keys()]).toEqual([first.id]);
    expect(await sweep()).toEqual([]);
  });

  test('of a build that is unknown here nothing comes to be', async () => {
    await cleanUp({ build: BUILD });
    await cleanUp({ build: 'kiln' });
    expect(await findRecord(BUILD)).toBeUndefined();
    expect(await listOpen()).toEqual([]);
    expect(ec2.calls()).toEqual([]);
  });

  test('a build whose execution is just starting is not started twice, nor put back', async () => {
    const { id } = await ask();
    executions.clear();
    sfn.resetHistory();
    await cleanUp({ build: id });
    expect(await statusOf(id)).toBe('RUNNING');
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
  });
});

test('however late its Plan is, an accepted request does not end as one for a pipeline that is busy', async () => {
  const requests = await Promise.all(Array.from({ length: 8 }, ask));
  const first = [...executions.keys()][0] ?? '';
  for (let minutes = 0; minutes < 20; minutes += 4) {
    later(240);
    if (minutes < 8) await sweep();
    expect((await ask()).status).toBe('QUEUED');
  }
  expect(requests.map(({ id }) => id)).toContain(first);
  expect(await takeLock('web', first, 'build')).toBe(1);
  expect(await findLockHolder('web')).toBe(first);
});
