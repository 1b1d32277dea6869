import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import siteReleased from '../../../events/event-build.json';
import scheduled from '../../../events/schedule.json';
import { getRecord } from '../../../src/build/record';
import { requestTriggeredBuild, TriggerInput } from '../../../src/build/unattended/triggers';
import { queryItems } from '../../../src/table';
import { useSites } from '../sites';
import { useTable } from '../table';

const sfn = mockClient(SFNClient);
useTable();
useSites();
beforeEach(() => {
  sfn.reset();
  sfn.on(StartExecutionCommand).resolves({});
});

const trigger = (input: unknown) => requestTriggeredBuild(TriggerInput.parse(input));
const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input);

async function idOf(input: unknown): Promise<string> {
  const answer = await trigger(input);
  return 'id' in answer ? answer.id : '';
}

/** The sample event with another detail, and another id where it is another event. */
const released = (detail: object, id = siteReleased.event.id) => ({
  ...siteReleased,
  event: { ...siteReleased.event, id, detail },
});

test('a field of the event becomes a parameter, and the record says so', async () => {
  const { parameters, resolved, trigger } = await getRecord(await idOf(siteReleased));
  const { site } = siteReleased.event.detail;
  expect(parameters).toEqual({ SITE: site });
  expect(resolved).toEqual({ SITE: { value: site, from: 'event' } });
  expect(trigger).toEqual({ kind: 'event', by: 'com.example.site Site Released' });
});

test('a schedule gives none', async () => {
  expect((await getRecord(await idOf(scheduled))).resolved).toMatchObject({ SITE: { from: 'default' } });
});

test.each([
  ['a field that is missing', {}, /parameter SITE: the event has nothing at \$\.detail\.site/],
  ['a field that is empty', { site: null }, /the event has null, expected a text/],
  ['a field that is no text', { site: { key: 'x' } }, /the event has \{"key":"x"\}, expected a text/],
  ['a number that JSON has rounded', { site: 2 ** 60 }, /a number that is too long/],
  ['a value against the pattern', { site: 'http://x' }, /\^s3/],
  ['a reference to what is not there', { site: 'resolve:ssm:/no/such' }, /no SSM parameter \/no\/such/],
])('%s is a build that failed, with the words, and starts nothing', async (_what, detail, words) => {
  const id = await idOf(released(detail));
  expect(await getRecord(id)).toMatchObject({
    status: 'FAILED',
    error: { name: 'InvalidParameter', message: expect.stringMatching(words) },
  });
  expect(started()).toEqual([]);
  expect((await getRecord(id)).todo).toEqual({ count: 0, tell: 0, tellHold: 0, announce: 0 });
  expect(await queryItems('OUTBOX')).toEqual([expect.objectContaining({ build: id })]);
});

test('the record of an event that cannot be built says what it gave, unless that is too long', async () => {
  const asked = await idOf(released({ site: 'http://x' }));
  expect((await getRecord(asked)).parameters).toEqual({ SITE: 'http://x' });
  const long = await idOf(released({ site: `s3://${'"'.repeat(70_000)}` }, 'another'));
  expect(await getRecord(long)).toMatchObject({ parameters: {}, error: { name: 'InvalidParameter' } });
});

test('an event that comes twice is told once', async () => {
  const first = await idOf(released({}));
  expect(await idOf(released({}))).toBe(first);
  expect(await queryItems('OUTBOX')).toHaveLength(1);
});

test('numbers, true and false are taken as they are written', async () => {
  const { read } = TriggerInput.parse({
    ...released({ a: 7, b: false }),
    parameters: { A: '$.detail.a', B: '$.detail.b' },
  });
  expect(read()).toEqual({ A: '7', B: 'false' });
});

test('an event whose id came before with other fields is the build of the first, and asked for no more', async () => {
  const first = await idOf(siteReleased);
  expect(await idOf(released({ site: 's3://other/site.tar.gz' }))).toBe(first);
  expect(started()).toHaveLength(1);
});
