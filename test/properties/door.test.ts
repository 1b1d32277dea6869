import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import getCall from '../../events/http-get-build.json';
import postCall from '../../events/http-post-build.json';
import { handler as getBuild } from '../../functions/get-build';
import { handler as getLog } from '../../functions/get-log';
import { handler as listBuilds } from '../../functions/list-builds';
import { handler as postBuild } from '../../functions/post-build';
import { handler as revokeImage } from '../../functions/revoke-image';
import { hostileJson, hostileName, hostileText } from './hostile';
import { context, countBuilds, ends, mayHave, PIPELINES, planAndEnd, useService } from './service';
import { PATIENCE, settings } from './settings';

jest.setTimeout(PATIENCE);

const { started } = useService();

const ANSWERS: Record<number, string[]> = {
  400: ['InvalidRequest', 'InvalidParameter'],
  404: ['UnknownPipeline', 'UnknownBuild', 'UnknownImage'],
  409: ['PipelineBusy', 'KeyReused'],
  413: ['BodyTooLarge'],
};

async function call(handler: typeof postBuild, event: object) {
  const answer = (await handler(event, context)) as APIGatewayProxyStructuredResultV2;
  const { statusCode: status = 0, body = '' } = answer;
  const said = JSON.parse(body);
  if (status >= 300) {
    expect(ANSWERS[status]).toContain(said.error);
    expect(said.detail).toMatch(/\S/);
    expect(said.detail.length).toBeLessThan(4_000);
  }
  return { status, said };
}

/** The rules of the API in other words than the code's. */
function mayBeBuilt(pipeline: string, text: string): boolean {
  const body = text === '' ? {} : JSON.parse(text.replace(/^\ufeff/, ''));
  const { parameters = {}, once = false, ...rest } = body;
  return typeof once === 'boolean' && Object.keys(rest).length === 0 && mayHave(pipeline, parameters);
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
  key: fc.option(fc.oneof(fc.constantFrom('k1', 'k2'), hostileName), { nil: undefined }),
  query: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.dictionary(hostileName, hostileText, { minKeys: 1, maxKeys: 2 }) },
  ),
  end: ends,
});

/** API Gateway hands over a body as it is, or in base64. */
const BODIES: readonly [how: string, isBase64: boolean][] = [
  ['as they are', false],
  ['in base64', true],
];

test.each(BODIES)(
  'the HTTP API starts builds of what is valid, and answers all else in words (bodies %s)',
  async (_, isBase64) => {
    const accepted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(posts, async ({ post, key, query, end }) => {
        const before = started.length;
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
        } else expect(started.length).toBe(before);
        if (said.error === 'KeyReused') expect(key).toBeDefined();
        if (post.isGood && key === undefined && !query) expect(status).toBe(202);
        await planAndEnd(started.at(-1), end);
      }),
      settings(BODIES.length),
    );
    expect(await countBuilds()).toBe(accepted.size);
  },
);

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

test('what is no build has no log, and what is no image of Kiln is not revoked, whatever is asked: that is said in words', async () => {
  const query = fc.dictionary(
    fc.oneof(fc.constantFrom('after', 'whole', 'X-Amz-Date'), hostileName),
    fc.oneof(
      fc.constantFrom('true', 'i-1.0.3.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa'),
      hostileText,
    ),
    { maxKeys: 2 },
  );
  const revocation = fc.oneof(
    body,
    fc.record({ reason: hostileText, rollback: fc.boolean() }).map((value) => JSON.stringify(value)),
  );
  const id = fc.oneof(
    fc.constantFrom('ami-0123456789abcdef0', 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6'),
    hostileName,
  );
  await fc.assert(
    fc.asyncProperty(id, fc.option(query, { nil: undefined }), revocation, async (id, asked, text) => {
      const event = { ...getCall, pathParameters: { id }, ...(asked && { queryStringParameters: asked }) };
      expect((await call(getLog, event)).status).toBeGreaterThanOrEqual(400);
      const revoked = await call(revokeImage, { ...event, body: text });
      expect(revoked.status).toBeGreaterThanOrEqual(400);
      const routeKey = 'POST /images/{id}/unrevoke';
      expect((await call(revokeImage, { ...event, routeKey, body: text })).status).toBeGreaterThanOrEqual(
        400,
      );
    }),
    settings(),
  );
});
