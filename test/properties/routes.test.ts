import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import postCall from '../../events/http-post-build.json';
import * as functions from '../../functions/index';
import { ROUTES } from '../../src/api/routes';
import type { Handler } from '../../src/lambda';
import { checkAnswer } from '../unit/answers';
import { hostileJson, hostileName, hostileText } from './hostile';
import { context, countBuilds, PIPELINES, useService } from './service';
import { PATIENCE, settings } from './settings';

jest.setTimeout(PATIENCE);

const { started } = useService();
mockClient(AutoScalingClient).onAnyCommand().resolves({});

const HANDLERS: Record<string, Handler<unknown>> = functions;

/** What is nearly a body of some route. */
const nearly = fc
  .record(
    {
      reason: fc.oneof(fc.constant('why'), hostileText),
      build: fc.oneof(fc.constant('shop-01KAS2N4Q7T9V0W1X2Y3Z4A5B6'), hostileName),
      parameters: fc.dictionary(hostileName, hostileText, { maxKeys: 2 }),
      now: fc.oneof(fc.boolean(), hostileText),
      allow: fc.array(hostileText, { maxLength: 2 }),
      force: fc.oneof(fc.boolean(), fc.constant(null)),
      rollout: fc.oneof(fc.boolean(), fc.constant(1)),
      plan: fc.oneof(fc.constant('p-01KAS2N4Q7T9V0W1X2Y3Z4A5B6'), hostileName),
      skip: fc.oneof(fc.constantFrom('wait', 'window', 'all'), hostileText),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value));
const body = fc.oneof(hostileJson, nearly, fc.constant('x'.repeat(40_000)), fc.constant('{}'));
const name = fc.oneof(
  fc.constantFrom(...PIPELINES, 'shop-01KAS2N4Q7T9V0W1X2Y3Z4A5B6', 'ami-0123456789abcdef0'),
  hostileName,
);
const query = fc.option(
  fc.dictionary(fc.oneof(fc.constantFrom('limit', 'next', 'after', 'pipeline'), hostileName), hostileText, {
    maxKeys: 2,
  }),
  {
    nil: undefined,
  },
);

const calls = fc.record({ route: fc.constantFrom(...ROUTES), name, body, query });

test('every route answers whatever it is sent as its document says, and never with a fault of its own', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ route, name, body, query }) => {
      const handler = HANDLERS[route.function];
      if (!handler) throw new Error(`there is no function ${route.function}`);
      const before = started.length;
      const parameter = /\{(\w+)\}/.exec(route.path)?.[1];
      const answer = (await handler(
        {
          ...postCall,
          routeKey: `${route.method} ${route.path}`,
          pathParameters: parameter && { [parameter]: name },
          ...(route.method === 'POST' && { body }),
          ...(query && { queryStringParameters: query }),
          headers: {},
        },
        context,
      )) as APIGatewayProxyStructuredResultV2;
      const { statusCode = 0, body: said = '' } = answer;
      expect(statusCode).toBeLessThan(500);
      const path = route.path.replace(/\{\w+\}/g, 'x');
      checkAnswer(route.method, path, statusCode, JSON.parse(said));
      if (statusCode >= 300) {
        expect(JSON.parse(said).detail).toMatch(/\S/);
        expect(started.length).toBe(before);
      }
    }),
    settings(2),
  );
  expect(await countBuilds()).toBe(new Set(started.map((one) => one.name)).size);
});
