import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import released from '../../events/event-build.json';
import getCall from '../../events/http-get-build.json';
import postCall from '../../events/http-post-build.json';
import scheduled from '../../events/schedule.json';
import { handler as cleanUp } from '../../functions/clean-up';
import { handler as getBuild } from '../../functions/get-build';
import { handler as listBuilds } from '../../functions/list-builds';
import { handler as postBuild } from '../../functions/post-build';
import { handler as requestBuild } from '../../functions/request-build';
import { handler as resolveWait } from '../../functions/resolve-wait';
import { endBuild, failBuild } from '../../src/build/end/end';
import { releaseLock } from '../../src/build/lock';
import { planBuild } from '../../src/build/plan';
import { findRecord, getRecord, listRecords, moveStatus } from '../../src/build/record';
import { makeFolder, removeFolders } from '../unit/pipeline/folders';
import { useSites } from '../unit/sites';
import { useTable } from '../unit/table';
import { hostileJson, hostileName, hostileText } from './hostile';
import { PATIENCE, settings } from './settings';

jest.setTimeout(PATIENCE);

const ec2 = mockClient(EC2Client);
const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();
useSites({ '/kiln/shop/site': 's3://newest' });
afterAll(removeFolders);

const PIPELINES = ['shop', 'strict', 'plain'];
const definition = (rest: string) =>
  `base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n${rest}\ntriggers: { holdAfter: 100 }\n`;

beforeAll(() => {
  const user = { 'user-data.sh': '#!/bin/bash\n' };
  const folder = (name: string, rest: string) => ({
    [`pipelines/${name}/pipeline.yml`]: definition(rest),
    [`pipelines/${name}/user-data.sh`]: user['user-data.sh'],
  });
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    ...folder(
      'shop',
      "parameters: { SITE: { default: 'resolve:ssm:/kiln/shop/site', pattern: '^s3://' }, length: { default: '' }, toJSON: { default: x } }",
    ),
    ...folder(
      'strict',
      "parameters: { REVISION: { pattern: '^v[0-9]+$' }, SLOW: { default: a, pattern: '^(a|a)+$' } }",
    ),
    ...folder('plain', 'whenBusy: reject'),
  });
});

/** As AWS counts: the length of a name, and the bytes of an input that is JSON. */
beforeEach(() => {
  for (const client of [ec2, events, sfn, sns]) client.reset();
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  sns.on(PublishCommand).resolves({});
  ec2.resolves({} as never);
  ec2.on(DescribeImagesCommand).resolves({
    Images: [{ ImageId: 'ami-0123456789abcdef0', State: 'available', RootDeviceType: 'ebs' }],
  });
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn = '' }) => {
    if (started().some(({ name }) => executionArn.endsWith(`:${name}`))) return { status: 'RUNNING' };
    throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
  });
  sfn.on(StartExecutionCommand).callsFake(({ name = '', input = '' }) => {
    const isName = /^[A-Za-z0-9-]{1,80}$/.test(name);
    if (isName && Buffer.byteLength(input) <= 262_144 && JSON.parse(input)) return {};
    throw new InvalidExecutionInput({ message: 'refused', $metadata: {} });
  });
});

const context = { functionName: 'test' } as Context;

const started = () => sfn.commandCalls(StartExecutionCommand).map((call) => call.args[0].input);

/** How many builds the table knows of. */
async function countBuilds(): Promise<number> {
  const records = await Promise.all(PIPELINES.map((pipeline) => listRecords(pipeline, 1_000_000)));
  return records.flat().length;
}

/** Most builds only make room for the next: a whole one is long. */
const ends = fc.constantFrom(
  'free',
  'free',
  'free',
  'free',
  'free',
  'plan',
  'plan',
  'plan',
  'succeed',
  'fail',
);

/** What was accepted is planned: nothing that its caller got wrong is left to be found then. */
async function planAndEnd(end: string): Promise<void> {
  for (const { name: id = '', input = '' } of started().slice(-1)) {
    const record = await findRecord(id);
    if (record?.status !== 'RUNNING') continue;
    if (end !== 'free') {
      const planned = await planBuild({ build: { id }, stage: 'Plan', request: JSON.parse(input) });
      expect(Buffer.byteLength(JSON.stringify(planned))).toBeLessThanOrEqual(262_144);
    }
    if (end === 'succeed') await endBuild(id);
    else if (end === 'fail') await failBuild(id, 'FAILED', { name: 'SiteNotHealthy', message: 'no' });
    else {
      await moveStatus(id, ['RUNNING'], 'ABORTED');
      await releaseLock(record.pipeline, id);
    }
  }
}

const ANSWERS: Record<number, string[]> = {
  400: ['InvalidRequest', 'InvalidParameter'],
  404: ['UnknownPipeline', 'UnknownBuild'],
  409: ['PipelineBusy'],
};

async function call(handler: typeof postBuild, event: object) {
  const answer = (await handler(event, context)) as APIGatewayProxyStructuredResultV2;
  const { statusCode: status = 0, body = '' } = answer;
  const said = JSON.parse(body);
  if (status >= 300) {
    expect(ANSWERS[status]).toContain(said.error);
    expect(said.message).toMatch(/\S/);
    expect(said.message.length).toBeLessThan(4_000);
  }
  return { status, said };
}

/** The rules of the API in other words than the code's. */
function mayBeBuilt(pipeline: string, text: string): boolean {
  const body = text === '' ? {} : JSON.parse(text.replace(/^\ufeff/, ''));
  const { parameters = {}, once = false, ...rest } = body;
  const known: Record<string, Record<string, (value: string) => boolean>> = {
    shop: {
      SITE: (value) => /^s3:\/\//.test(value) || value === 'resolve:ssm:/kiln/shop/site',
      length: () => true,
      toJSON: () => true,
    },
    strict: { REVISION: (value) => /^v[0-9]+$/.test(value), SLOW: (value) => /^a+$/.test(value) },
    plain: {},
  };
  return (
    typeof once === 'boolean' &&
    Object.keys(rest).length === 0 &&
    Object.entries(parameters).every(
      ([name, value]) =>
        typeof value === 'string' &&
        !value.includes('\0') &&
        value.isWellFormed() &&
        known[pipeline]?.[name]?.(value),
    )
  );
}

const parameters = fc.dictionary(
  fc.oneof(fc.constantFrom('SITE', 'REVISION', 'SLOW', 'length', 'toJSON'), hostileName),
  fc.oneof({ weight: 5, arbitrary: hostileText }, fc.jsonValue({ maxDepth: 1 })),
  { maxKeys: 3 },
);
const good = fc.constantFrom(
  ['shop', {}],
  ['shop', { parameters: { SITE: 's3://b/k', length: 'l' } }],
  ['shop', { parameters: { SITE: 'resolve:ssm:/kiln/shop/site' }, once: true }],
  ['strict', { parameters: { REVISION: 'v7' } }],
  ['plain', {}],
);
const body = fc.oneof(
  hostileJson,
  fc
    .record({ parameters, once: fc.oneof(fc.boolean(), fc.jsonValue({ maxDepth: 0 })) }, { requiredKeys: [] })
    .map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.constantFrom('SITE', 'length', 'REVISION'), fc.constantFrom('s3://', 'v7', ''), hostileText)
    .map(([name, start, rest]) => JSON.stringify({ parameters: { [name]: start + rest } })),
);
const goodPost = good.map(([pipeline, value]) => ({
  pipeline: String(pipeline),
  text: JSON.stringify(value),
  isGood: true,
}));
const anyPost = fc.record({
  pipeline: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIPELINES) }, hostileName),
  text: body,
  isGood: fc.constant(false),
});
const post = fc.oneof({ weight: 1, arbitrary: goodPost }, { weight: 3, arbitrary: anyPost });
const posts = fc.record({
  post,
  isBase64: fc.boolean(),
  key: fc.option(fc.oneof(fc.constantFrom('k1', 'k2'), hostileName), { nil: undefined }),
  query: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.dictionary(hostileName, hostileText, { minKeys: 1, maxKeys: 2 }) },
  ),
  end: ends,
});

test('the HTTP API starts builds of what is valid, and answers all else in words', async () => {
  const accepted = new Set<string>();
  await fc.assert(
    fc.asyncProperty(posts, async ({ post, isBase64, key, query, end }) => {
      const before = started().length;
      const { status, said } = await call(postBuild, {
        ...postCall,
        pathParameters: { pipeline: post.pipeline },
        body: isBase64 ? Buffer.from(post.text).toString('base64') : post.text,
        isBase64Encoded: isBase64,
        headers: key === undefined ? {} : { 'idempotency-key': key },
        ...(query && { queryStringParameters: query }),
      });
      if (status === 202) {
        expect(mayBeBuilt(post.pipeline, post.text)).toBe(true);
        accepted.add(said.id);
      } else expect(started().length).toBe(before);
      if (post.isGood && key === undefined && !query) expect(status).toBe(202);
      await planAndEnd(end);
    }),
    settings(),
  );
  expect(await countBuilds()).toBe(accepted.size);
});

test('the HTTP API shows what is there, and answers all else in words', async () => {
  const { said } = await call(postBuild, {
    ...postCall,
    pathParameters: { pipeline: 'plain' },
    body: '',
    headers: {},
  });
  const name = fc.oneof(
    fc.constantFrom('shop', 'plain', said.id, `${said.id}x`, said.id.toLowerCase()),
    hostileName,
  );
  const query = fc.dictionary(
    fc.oneof(fc.constantFrom('limit', 'next', 'X-Amz-Date'), hostileName),
    fc.oneof(fc.constantFrom('1', '100', '101', said.id, `shop${said.id.slice(5)}`), hostileText),
    { maxKeys: 2 },
  );
  await fc.assert(
    fc.asyncProperty(name, fc.option(query, { nil: undefined }), async (name, queryStringParameters) => {
      const asked = { ...getCall, ...(queryStringParameters && { queryStringParameters }) };
      const build = await call(getBuild, { ...asked, pathParameters: { id: name } });
      const list = await call(listBuilds, { ...asked, pathParameters: { pipeline: name } });
      if (build.status === 200) expect(build.said.id).toBe(said.id);
      if (list.status === 200) expect(PIPELINES).toContain(name);
    }),
    settings(),
  );
});

const field = fc.oneof(hostileText, fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('s3://b/k', 'v7', 'v8'));
const event = fc.record({
  pipeline: fc.constantFrom('shop', 'strict'),
  parameters: fc.constantFrom(
    { SITE: '$.detail.a' },
    { REVISION: '$.detail.a' },
    { REVISION: '$.detail.b[0].c', SLOW: '$.detail.a' },
    {},
  ),
  event: fc.record({
    id: fc.constant('event'),
    source: hostileText,
    'detail-type': hostileText,
    detail: fc.oneof(
      fc.record({ a: field, b: fc.array(fc.record({ c: field })) }),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  }),
});
const anyTrigger = fc.oneof(
  { weight: 6, arbitrary: event },
  { weight: 1, arbitrary: fc.constant({ ...scheduled, pipeline: 'shop' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom<object>(scheduled, released), hostileName, fc.jsonValue({ maxDepth: 1 }))
      .map(([sent, name, value]) => ({ ...sent, pipeline: 'plain', [name]: value })),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Each event once: one that comes again gets the build of the first. */
function withId(trigger: unknown, id: string): unknown {
  if (typeof trigger !== 'object' || trigger === null) return trigger;
  if (
    'event' in trigger &&
    typeof trigger.event === 'object' &&
    trigger.event !== null &&
    'id' in trigger.event
  )
    return { ...trigger, event: { ...trigger.event, id } };
  return 'id' in trigger ? { ...trigger, id } : trigger;
}

test('events and schedules start builds of what is valid, and all else is told', async () => {
  let times = 0;
  await fc.assert(
    fc.asyncProperty(anyTrigger, ends, async (trigger, end) => {
      times += 1;
      const sent = withId(trigger, `id-${times}`);
      const before = started().length;
      const answer = await requestBuild(sent, context).catch((error: Error) => ({ thrown: error.name }));
      if ('thrown' in answer) expect(['InvalidRequest', 'UnknownPipeline']).toContain(answer.thrown);
      if (!('id' in answer)) return expect(started().length).toBe(before);
      const { status, error } = await getRecord(answer.id);
      if (status === 'FAILED') {
        expect(error?.name).toBe('InvalidParameter');
        expect(started().length).toBe(before);
      } else expect(status).toBe('RUNNING');
      await planAndEnd(end);
    }),
    settings(),
  );
});

test('what anybody may put on the bus changes nothing', async () => {
  const { said } = await call(postBuild, {
    ...postCall,
    pathParameters: { pipeline: 'shop' },
    body: '',
    headers: {},
  });
  const id = fc.oneof(
    fc.constant(said.id),
    fc.constantFrom('i-1', 'ami-1', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6'),
    hostileName,
  );
  const detail = fc.dictionary(
    fc.constantFrom(
      'build',
      'name',
      'status',
      'ImageId',
      'State',
      'InstanceRefreshId',
      'AutoScalingGroupName',
    ),
    fc.oneof(id, hostileText, fc.jsonValue({ maxDepth: 1 })),
  );
  const sent = fc.oneof(
    fc.record(
      { source: hostileText, 'detail-type': fc.oneof(fc.constant('Kiln Build Over'), hostileText), detail },
      { requiredKeys: [] },
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const changing = () => ec2.calls().filter((one) => !/^Describe/.test(one.args[0].constructor.name));
  const before = [await countBuilds(), started().length];
  await fc.assert(
    fc.asyncProperty(sent, async (event) => {
      for (const handler of [cleanUp, resolveWait]) {
        const thrown = await handler(event, context).then(
          () => undefined,
          (error: Error) => error.name,
        );
        expect([undefined, 'InvalidRequest']).toContain(thrown);
      }
      expect(changing()).toEqual([]);
    }),
    settings(),
  );
  expect([await countBuilds(), started().length]).toEqual(before);
  expect((await getRecord(said.id)).status).toBe('RUNNING');
});
