import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { dynamo } from '../../../src/aws/dynamo';
import { endBuild, finishWork } from '../../../src/build/end/end';
import { findLockHolder } from '../../../src/build/lock';
import { getRecord } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { queryItems } from '../../../src/table';
import { useSites } from '../sites';
import { useTable } from '../table';

const sfn = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);
useTable();
useSites();

beforeEach(() => {
  sfn.reset();
  events.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sfn.on(StartExecutionCommand).resolves({});
});
afterEach(() => jest.restoreAllMocks());

const web = (more = {}) => ({
  pipeline: 'web',
  parameters: {},
  trigger: { kind: 'http' as const, by: 'ada' },
  ...more,
});
const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input.name);

/** Lets one write of the table fail, before or after its effect. @returns whether it came to that write */
function failWrite(number: number, moment: 'before' | 'after'): () => boolean {
  const client = dynamo();
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  let writes = 0;
  jest.spyOn(client, 'send').mockImplementation((async (command: object) => {
    if (!/^(Put|Update|Delete)/.test(command.constructor.name)) return send(command);
    writes += 1;
    if (writes !== number) return send(command);
    if (moment === 'after') await send(command);
    throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  }) as never);
  return () => writes >= number;
}

/** Fails each write of the first try in turn, before and after its effect. @returns how many writes there were */
async function failEach(
  prefix: string,
  {
    first,
    afterwards,
  }: { first: (key: string) => Promise<unknown>; afterwards: (key: string, failed: string) => Promise<void> },
): Promise<number> {
  for (let number = 1; ; number += 1) {
    for (const moment of ['before', 'after'] as const) {
      const key = `${prefix}-${number}-${moment}`;
      const didFail = failWrite(number, moment);
      await first(key).catch(() => undefined);
      jest.restoreAllMocks();
      if (!didFail()) return number - 1;
      await afterwards(key, `write ${number}, ${moment}`);
    }
  }
}

test('whichever write of a request fails, its caller tries again with the key and the build runs', async () => {
  const request = (idempotencyKey: string) => requestBuild(web({ idempotencyKey }));
  const writes = await failEach('free', {
    first: request,
    afterwards: async (key, failed) => {
      const { id, status } = await request(key);
      expect([failed, status, started().includes(id)]).toEqual([failed, 'RUNNING', true]);
      await endBuild(id);
    },
  });
  expect(writes).toBeGreaterThan(2);
});

test('whichever write of a request that has to wait fails, its caller tries again and the build has its turn', async () => {
  const request = (idempotencyKey: string) => requestBuild(web({ idempotencyKey }));
  let running = await requestBuild(web());
  const writes = await failEach('busy', {
    first: request,
    afterwards: async (key, failed) => {
      const { id, status } = await request(key);
      await endBuild(running.id);
      const record = await getRecord(id);
      const times = started().filter((name) => name === id).length;
      expect([failed, status, record.status, times]).toEqual([failed, 'QUEUED', 'RUNNING', 1]);
      running = record;
    },
  });
  expect(writes).toBeGreaterThan(2);
});

test('whichever write of an event that cannot be built fails, Lambda calls again and the failure is told', async () => {
  const trigger = (id: string) => {
    const event = { id, source: 's', 'detail-type': 't' };
    const sent = TriggerInput.parse({ pipeline: 'web', parameters: { SITE: '$.detail.site' }, event });
    return requestTriggeredBuild(sent);
  };
  const writes = await failEach('event', {
    first: trigger,
    afterwards: async (key, failed) => {
      const answer = await trigger(key);
      const { id, status, todo } = await getRecord('id' in answer ? answer.id : '');
      const entries = await queryItems('OUTBOX', { prefix: id });
      expect([failed, status, todo?.tell, entries.length]).toEqual([failed, 'FAILED', 0, 1]);
    },
  });
  expect(writes).toBeGreaterThan(1);
  expect(started()).toEqual([]);
});

test('whichever write of a person’s request and of a schedule fails while both wait, both have their turn, the person first', async () => {
  let running = await requestBuild(web());
  const night = (idempotencyKey: string) =>
    requestBuild(web({ idempotencyKey: `night-${idempotencyKey}`, trigger: { kind: 'schedule' } }));
  const writes = await failEach('both', {
    first: async (key) => {
      await requestBuild(web({ idempotencyKey: key }));
      await night(key);
    },
    afterwards: async (key, failed) => {
      const asked = await requestBuild(web({ idempotencyKey: key }));
      await new Promise((resolve) => setTimeout(resolve, 2));
      const nightly = await night(key);
      await endBuild(running.id);
      expect([failed, (await getRecord(asked.id)).status]).toEqual([failed, 'RUNNING']);
      await endBuild(asked.id);
      expect([failed, (await getRecord(nightly.id)).status]).toEqual([failed, 'RUNNING']);
      running = await getRecord(nightly.id);
    },
  });
  expect(writes).toBeGreaterThan(4);
});

test('whichever write of the end of a build fails, it ends, gives its pipeline free, and is told', async () => {
  let running = await requestBuild(web());
  const writes = await failEach('end', {
    first: () => endBuild(running.id),
    afterwards: async (_key, failed) => {
      const { id } = running;
      await endBuild(id);
      const now = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(now + 7 * 60_000);
      await finishWork(id);
      jest.restoreAllMocks();
      const { status, todo } = await getRecord(id);
      const told = events
        .commandCalls(PutEventsCommand)
        .flatMap((call) => call.args[0].input.Entries ?? [])
        .filter(({ Detail = '' }) => Detail.includes(id));
      expect([failed, status, todo, told.length > 0]).toEqual([failed, 'SUCCEEDED', {}, true]);
      expect([failed, await queryItems('OUTBOX'), await findLockHolder('web')]).toEqual([
        failed,
        [],
        undefined,
      ]);
      running = await requestBuild(web());
      expect([failed, running.status]).toEqual([failed, 'RUNNING']);
    },
  });
  expect(writes).toBeGreaterThan(6);
});
