import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamo } from '../../../src/aws/dynamo';
import {
  createEnded,
  endRecord,
  hasTask,
  nudgeOutboxes,
  type Work,
  workOff,
} from '../../../src/build/end/outbox';
import { cleanUp } from '../../../src/build/end/recover';
import { getRecord, keyOfRecord, type Task } from '../../../src/build/record';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { queryItems } from '../../../src/table';
import { writeDetail } from '../../../src/tell/events';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
useTable();
afterEach(() => jest.restoreAllMocks());
beforeEach(() => {
  events.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  sfn.reset();
  const message = 'no such execution';
  sfn.on(DescribeExecutionCommand).rejects(new ExecutionDoesNotExist({ message, $metadata: {} }));
});

const LATER: Task[] = ['unlock', 'tell', 'announce'];
const end = (tasks = LATER) =>
  endRecord(BUILD, ['RUNNING'], 'FAILED', tasks, { endedAt: new Date().toISOString() });

/** Does nothing, and notes what it was to do. */
function useWork(does: Partial<Work> = {}): { did: Task[]; work: Work } {
  const did: Task[] = [];
  const work = new Proxy({} as Work, {
    get: (_target, task: Task) => async (record: Parameters<Work[Task]>[0]) => {
      did.push(task);
      await does[task]?.(record);
    },
  });
  return { did, work };
}

interface Call {
  Item?: { sk?: string };
  Key?: { sk: string };
}

/** Lets calls of the table fail, as for a function that dies. */
function failCalls(isFailing: (input: Call) => boolean): void {
  const send = dynamo().send.bind(dynamo());
  jest.spyOn(dynamo(), 'send').mockImplementation((async (command: { input: Call }) => {
    if (isFailing(command.input)) throw new Error('died');
    return send(command as never);
  }) as never);
}

const later = (minutes: number) =>
  void jest.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000);
const asked = () =>
  events
    .commandCalls(PutEventsCommand)
    .flatMap((call) => call.args[0].input.Entries ?? [])
    .map(({ Detail = '' }) => JSON.parse(Detail).build as string);

test('an event that EventBridge would not take is made shorter, and any other left', () => {
  const one = { name: 'bash', version: '5' };
  const changes = { since: BUILD, counts: { added: 1, removed: 0, upgraded: 0 }, removed: [], upgraded: [] };
  const usual = { build: BUILD, packageChanges: { ...changes, added: [one] }, error: undefined };
  expect(JSON.parse(writeDetail(usual))).toEqual({ build: BUILD, packageChanges: usual.packageChanges });
  const added = Array.from({ length: 100 }, () => ({
    ...one,
    name: '\u0000'.repeat(200),
    version: '€'.repeat(200),
  }));
  const error = { name: 'ImageTestFailed', message: '€'.repeat(60_000) };
  const text = writeDetail({ ...usual, packageChanges: { ...changes, added }, error });
  expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
  expect(JSON.parse(text)).toMatchObject({
    build: BUILD,
    packageChanges: { counts: { added: 1 }, added: [] },
    error: { name: 'ImageTestFailed' },
  });
});

test('of workers that come at once one does each task', async () => {
  await openRecord();
  await end();
  const { did, work } = useWork({ unlock: () => new Promise((resolve) => setTimeout(resolve, 20)) });
  await Promise.all([workOff(BUILD, work), workOff(BUILD, work), workOff(BUILD, work)]);
  expect(did.toSorted()).toEqual(LATER.toSorted());
  expect(await hasTask(BUILD)).toBe(false);
  expect(await queryItems('OUTBOX')).toEqual([]);
});

test('of two who end a build at once one says what is left to do, however late the other is', async () => {
  await openRecord();
  const { did, work } = useWork();
  expect(await end()).toBe(true);
  await workOff(BUILD, work);
  expect(await end()).toBe(false);
  await workOff(BUILD, work);
  expect(did).toEqual(LATER);
  expect(await queryItems('OUTBOX')).toEqual([]);
});

test('what fails is free at once, and what does not hang on it is done', async () => {
  await openRecord();
  await end(['undo', ...LATER]);
  const broken = useWork({ undo: () => Promise.reject(new Error('no')) });
  await expect(workOff(BUILD, broken.work)).rejects.toThrow('no');
  expect(broken.did).toEqual(['undo', 'tell', 'announce']);
  const { did, work } = useWork();
  await workOff(BUILD, work);
  expect(did).toEqual(['undo', 'unlock']);
});

test('what somebody died at is asked for, and done again, once he cannot be at it any more', async () => {
  await openRecord();
  await end();
  void workOff(BUILD, useWork({ unlock: () => new Promise(() => {}) }).work);
  while (((await getRecord(BUILD)).todo?.unlock ?? 0) === 0);
  const { did, work } = useWork();
  await workOff(BUILD, work);
  expect(did).toEqual(['tell', 'announce']);
  later(2);
  await nudgeOutboxes();
  expect(asked()).toEqual([]);
  later(5);
  await nudgeOutboxes();
  expect(asked()).toEqual([BUILD]);
  await workOff(BUILD, work);
  expect(did).toEqual(['tell', 'announce', 'unlock']);
});

test('a task whose end could not be written down is done again by another, later', async () => {
  await openRecord();
  await end(['announce']);
  const { did, work } = useWork({
    announce: async () => failCalls(({ Key }) => Key?.sk.startsWith('BUILD#') ?? false),
  });
  await expect(workOff(BUILD, work)).rejects.toThrow('died');
  jest.restoreAllMocks();
  await workOff(BUILD, work);
  expect(did).toEqual(['announce']);
  later(7);
  const other = useWork();
  await workOff(BUILD, other.work);
  expect(other.did).toEqual(['announce']);
});

test('the record of a build that ended before it began, and what is left to do, are one write', async () => {
  const send = jest.spyOn(dynamo(), 'send');
  const ended = { id: BUILD, status: 'FAILED' as const, trigger: { kind: 'event' as const }, parameters: {} };
  await createEnded(ended, ['tell']);
  const writes = send.mock.calls.map(([{ input }]) => input as { Item?: { sk?: string } });
  const ofRecord = writes.filter(({ Item }) => Item?.sk?.startsWith('BUILD#'));
  expect(ofRecord).toEqual([
    expect.objectContaining({ Item: expect.objectContaining({ todo: { tell: 0 } }) }),
  ]);
});

test('an entry whose record never came is forgotten after a while, and asked for until then by nobody', async () => {
  failCalls(({ Item }) => Item?.sk?.startsWith('BUILD#') ?? false);
  const event = { id: 'e-1', source: 's', 'detail-type': 't', detail: {} };
  const input = TriggerInput.parse({ pipeline: 'web', parameters: { SITE: '$.detail.site' }, event });
  await expect(requestTriggeredBuild(input)).rejects.toThrow('died');
  jest.restoreAllMocks();
  const [entry] = await queryItems<{ build: string }>('OUTBOX');
  later(5);
  await nudgeOutboxes();
  expect(asked()).toEqual([]);
  later(6);
  await nudgeOutboxes();
  expect(asked()).toEqual([entry?.build]);
  await cleanUp({ build: entry?.build ?? '' });
  expect(await queryItems('OUTBOX')).toEqual([]);
});

test('a record that cannot be read keeps nobody else waiting', async () => {
  await openRecord();
  await end();
  const ended = { status: 'FAILED' as const, trigger: { kind: 'event' as const }, parameters: {} };
  await createEnded({ ...ended, id: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7' }, ['tell']);
  later(1);
  failCalls(({ Key }) => Key?.sk === keyOfRecord(BUILD).sk);
  await expect(nudgeOutboxes()).rejects.toThrow('died');
  expect(asked()).toEqual(['web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7']);
});
