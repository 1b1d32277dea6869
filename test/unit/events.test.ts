import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import Ajv from 'ajv/dist/2020';
import { mockClient } from 'aws-sdk-client-mock';
import { describeEvents, EVENTS, type EventType, emit } from '../../src/tell/events';

const DOCS = join(__dirname, '../../docs');
const readJson = (path: string) => JSON.parse(readFileSync(join(DOCS, path), 'utf8'));

test('the document is what the schemas say: npm run openapi writes it', () => {
  expect(readJson('events.schema.json')).toEqual(JSON.parse(JSON.stringify(describeEvents())));
});

test('each event has a sample, and a row in docs/deploying.md', () => {
  const types = readdirSync(join(DOCS, 'events')).map((file) => readJson(`events/${file}`)['detail-type']);
  expect(types.sort()).toEqual(Object.keys(EVENTS).sort());
  const page = readFileSync(join(DOCS, 'deploying.md'), 'utf8');
  expect(types.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});

test.each(readdirSync(join(DOCS, 'events')))('the sample %s is one of its type, and of no other', (file) => {
  const { 'detail-type': type, detail } = readJson(`events/${file}`) as {
    'detail-type': EventType;
    detail: unknown;
  };
  expect(EVENTS[type].safeParse(detail).error).toBeUndefined();
  const validate = new Ajv({ strict: false }).compile(readJson('events.schema.json'));
  expect([validate(readJson(`events/${file}`)), validate.errors]).toEqual([true, null]);
});

describe('an event', () => {
  const bus = mockClient(EventBridgeClient);
  beforeEach(() => bus.reset());
  const held = { type: 'Pipeline Held', detail: { pipeline: 'web', message: 'why' } } as const;

  test('says from which deployment it is', async () => {
    process.env.KILN_SERVICE = 'kiln-test@us-east-1';
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await emit(held);
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
      {
        Source: 'kiln',
        DetailType: 'Pipeline Held',
        Detail: '{"service":"kiln-test@us-east-1","pipeline":"web","message":"why"}',
      },
    ]);
  });

  test('that EventBridge does not take is told, though the call succeeds', async () => {
    const Entries = [{ EventId: '1' }, { ErrorCode: 'InternalFailure', ErrorMessage: 'later' }];
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries });
    await expect(emit(held, held)).rejects.toMatchObject({
      name: 'TransientFailure',
      message: expect.stringContaining('Pipeline Held: InternalFailure, later'),
    });
  });

  test('is one of ten a call', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    await emit(...Array.from({ length: 21 }, () => held));
    const sizes = bus.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries?.length);
    expect(sizes).toEqual([10, 10, 1]);
  });
});
