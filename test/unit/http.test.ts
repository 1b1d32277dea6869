import { randomBytes } from 'node:crypto';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import getCall from '../../events/http-get-build.json';
import postCall from '../../events/http-post-build.json';
import { handler as getBuild } from '../../functions/get-build';
import { handler as listBuilds } from '../../functions/list-builds';
import { handler as postBuild } from '../../functions/post-build';
import { createRecord } from '../../src/build/record';
import { closeStage, noteProgress, openStage } from '../../src/build/stages';
import { checkAnswer } from './answers';
import { BUILD, openRecord } from './records';
import { useSites } from './sites';
import { useTable } from './table';

const sfn = mockClient(SFNClient);
useTable();
useSites();
beforeEach(() => {
  sfn.reset();
  sfn.on(StartExecutionCommand).resolves({});
});

const context = { functionName: 'test' } as Context;

const ROUTE_OF = new Map([
  [postBuild, ['POST', '/pipelines/web/builds']],
  [getBuild, ['GET', '/builds/web-01J']],
  [listBuilds, ['GET', '/pipelines/web/builds']],
]);

async function call(handler: typeof postBuild, event: object) {
  const { statusCode, body } = (await handler(event, context)) as APIGatewayProxyStructuredResultV2;
  const answer = { status: statusCode, body: JSON.parse(body ?? '') };
  const [method = '', path = ''] = ROUTE_OF.get(handler) ?? [];
  checkAnswer(method, path, statusCode ?? 0, answer.body);
  return answer;
}

test('a POST is accepted, and its answer says where the build is', async () => {
  const { status, body } = await call(postBuild, postCall);
  expect(status).toBe(202);
  expect(body).toEqual({
    id: expect.stringMatching(/^web-/),
    pipeline: 'web',
    status: 'RUNNING',
    href: `/builds/${body.id}`,
  });
  const build = await call(getBuild, { ...getCall, pathParameters: { id: body.id } });
  expect(build.body.trigger).toEqual({ kind: 'http', by: 'arn:aws:iam::000000000000:user/ada' });
});

test('a POST with the same idempotency key starts one build', async () => {
  const [first, second] = [await call(postBuild, postCall), await call(postBuild, postCall)];
  expect(second.body.id).toBe(first.body.id);
  expect(sfn.commandCalls(StartExecutionCommand)).toHaveLength(1);
});

test('a POST with the key of another request is refused, and says of which build', async () => {
  const first = await call(postBuild, postCall);
  const { status, body } = await call(postBuild, { ...postCall, body: '{"once":true}' });
  expect([status, body.error]).toEqual([409, 'KeyReused']);
  expect(body.detail).toContain(first.body.id);
});

test('a POST whose values refer to what Kiln may not read is refused at once', async () => {
  mockClient(SSMClient)
    .on(GetParameterCommand)
    .rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
  const { status, body } = await call(postBuild, {
    ...postCall,
    body: '{"parameters":{"SITE":"resolve:ssm:/x"}}',
  });
  expect([status, body.error]).toEqual([400, 'InvalidParameter']);
});

test('a POST may have no body', async () => {
  expect((await call(postBuild, { ...postCall, body: undefined })).status).toBe(202);
});

test.each([
  ['a body that is not JSON', { body: '{' }, 400, 'InvalidRequest', /not JSON/],
  [
    'a name that every object inherits',
    { body: '{"parameters":{"__proto__":"x"}}' },
    400,
    'InvalidRequest',
    /__proto__/,
  ],
  [
    'a name that every object inherits as a key',
    { body: '{"constructor":1}' },
    400,
    'InvalidRequest',
    /constructor/,
  ],
  [
    'a parameter that has such a name',
    { body: '{"parameters":{"constructor":"x"}}' },
    400,
    'InvalidParameter',
    /no parameter constructor/,
  ],
  ['hotfix and no reason', { body: '{"hotfix":true}' }, 400, 'InvalidRequest', /expected a reason/],
  [
    'a body that is no UTF-8',
    { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('base64'), isBase64Encoded: true },
    400,
    'InvalidRequest',
    /not UTF-8/,
  ],
  [
    'a query, which belongs into the body',
    { queryStringParameters: { once: 'true' } },
    400,
    'InvalidRequest',
    /The query has once, expected none/,
  ],
  [
    'an empty idempotency key',
    { headers: { 'idempotency-key': '' } },
    400,
    'InvalidRequest',
    /idempotency-key is 0 characters long/,
  ],
  [
    'a value that no variable of a shell can hold',
    { body: '{"parameters":{"SITE":"s3://\\u0000"}}' },
    400,
    'InvalidParameter',
    /NUL/,
  ],
  [
    'half of a character',
    { body: '{"parameters":{"SITE":"s3://\\ud83e"}}' },
    400,
    'InvalidParameter',
    /surrogate/,
  ],
  [
    'a reference to an SSM parameter that is not there',
    { body: '{"parameters":{"SITE":"resolve:ssm:/no/such"}}' },
    400,
    'InvalidParameter',
    /no SSM parameter \/no\/such/,
  ],
  [
    'a value that makes the user data too long',
    { body: JSON.stringify({ parameters: { SITE: `s3://${randomBytes(20_000).toString('base64')}` } }) },
    400,
    'InvalidParameter',
    /bytes compressed, EC2 takes 16384/,
  ],
  ['a body with a misspelt key', { body: '{"parameter":{}}' }, 400, 'InvalidRequest', /parameter/],
  [
    'a value that is no text',
    { body: '{"parameters":{"SITE":1}}' },
    400,
    'InvalidRequest',
    /expected string/,
  ],
  [
    'values that are too long for a build',
    { body: JSON.stringify({ parameters: { SITE: `s3://${'a'.repeat(40_000)}` } }) },
    413,
    'BodyTooLarge',
    /The body has 40031 bytes, expected at most 32768/,
  ],
  [
    'an idempotency key that is too long',
    { headers: { 'idempotency-key': 'k'.repeat(256) } },
    400,
    'InvalidRequest',
    /idempotency-key is 256 characters long, expected 1 to 255/,
  ],
  ['a value against its pattern', { body: '{"parameters":{"SITE":"x"}}' }, 400, 'InvalidParameter', /\^s3/],
  ['an unknown pipeline', { pathParameters: { pipeline: 'nope' } }, 404, 'UnknownPipeline', /api, web/],
])('a POST with %s is answered in plain words', async (_what, change, status, error, words) => {
  const answer = await call(postBuild, { ...postCall, ...change });
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    type: `urn:kiln:problem:${error}`,
    status,
    error,
    detail: expect.stringMatching(words),
  });
});

test('a POST that AWS throttles is to be tried again, and blocks nobody until then', async () => {
  const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: {} });
  sfn.on(StartExecutionCommand).rejectsOnce(throttled).resolves({});
  const { status, body } = await call(postBuild, postCall);
  expect([status, body.error]).toEqual([503, 'TransientFailure']);
  expect(await call(postBuild, postCall)).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
});

test('a build is shown with its stages in order and its rollouts', async () => {
  await openRecord({ imageId: 'ami-1', 'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5' } });
  await openStage(BUILD, 'AwaitRefresh/fleet', 2000, 'the instance refresh r-1 of fleet');
  await noteProgress(BUILD, 'AwaitRefresh/fleet', { says: 'InProgress, 50 %, 1 servers to go' });
  await closeStage(BUILD, 'Plan', 'succeeded', 1000, 2000);
  const { status, body } = await call(getBuild, getCall);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: BUILD,
    status: 'RUNNING',
    imageId: 'ami-1',
    rollouts: [{ autoScalingGroup: 'fleet', version: '5' }],
    stages: [
      {
        stage: 'Plan',
        outcome: 'succeeded',
        startedAt: '1970-01-01T00:00:01.000Z',
        endedAt: '1970-01-01T00:00:02.000Z',
      },
      {
        stage: 'AwaitRefresh',
        autoScalingGroup: 'fleet',
        outcome: 'running',
        startedAt: '1970-01-01T00:00:02.000Z',
        waitsFor: 'the instance refresh r-1 of fleet',
        says: 'InProgress, 50 %, 1 servers to go',
        seenAt: expect.any(String),
      },
    ],
  });
});

test.each([BUILD, 'nonsense', `${'w'.repeat(3000)}-01KAS2N4Q7T9V0W1X2Y3Z4A5B6`])(
  'the build %s that is not there is not found',
  async (id) => {
    const { status, body } = await call(getBuild, { ...getCall, pathParameters: { id } });
    expect([status, body.error]).toEqual([404, 'UnknownBuild']);
  },
);

test('builds are listed newest first, page by page', async () => {
  const ids: string[] = [];
  for (const key of ['1', '2', '3']) {
    const { body } = await call(postBuild, { ...postCall, headers: { 'idempotency-key': key } });
    ids.push(body.id);
  }
  const page = (query: object) =>
    call(listBuilds, { ...getCall, pathParameters: { pipeline: 'web' }, queryStringParameters: query });
  const first = await page({ limit: '2' });
  const second = await page({ limit: '2', next: first.body.next });
  const listed = [...first.body.builds, ...second.body.builds].map(({ id }) => id);
  expect(listed).toEqual(ids.toSorted().reverse());
  expect(second.body.next).toBeUndefined();
});

test('a page of long records ends where an answer has no room, and the next goes on there', async () => {
  const ids = Array.from({ length: 6 }, (_, at) => `web-01KAS2N4Q7T9V0W1X2Y3Z4A5C${at}`);
  for (const id of ids)
    await createRecord({
      id,
      status: 'FAILED',
      trigger: { kind: 'manual' },
      parameters: { SITE: '"'.repeat(300_000) },
    });
  const page = async (query: object) => {
    const event = { ...getCall, pathParameters: { pipeline: 'web' }, queryStringParameters: query };
    const answer = (await listBuilds(event, context)) as APIGatewayProxyStructuredResultV2;
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6_291_456);
    return JSON.parse(answer.body ?? '') as { builds: { id: string }[]; next?: string };
  };
  const first = await page({ limit: '6' });
  const second = await page({ limit: '6', next: first.next });
  expect([first.builds.length, second.builds.length, second.next]).toEqual([4, 2, undefined]);
  expect([...first.builds, ...second.builds].map(({ id }) => id)).toEqual(ids.toReversed());
});

test.each([{ limit: '0' }, { limit: 'many' }, { limit: '0x10' }, { next: 'api-1' }, { limt: '5' }])(
  'the query %o is refused',
  async (query) => {
    const event = { ...getCall, pathParameters: { pipeline: 'web' }, queryStringParameters: query };
    const { status, body } = await call(listBuilds, event);
    expect([status, body.error]).toEqual([400, 'InvalidRequest']);
  },
);
