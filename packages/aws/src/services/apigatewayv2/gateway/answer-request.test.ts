import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as real } from 'node:timers/promises';
import { AwsError } from '../../../core/aws-error';
import type { Call, WireRequest } from '../../../core/service';
import { rootCall } from '../../../testing/api';
import { addRole } from '../../../testing/functions';
import { sayAndEnd } from '../../../testing/half-closed';
import { addFunction, type NewRegion, newRegion, type RegionOptions } from '../../../testing/region';
import { signedHeaders } from '../../../testing/signed';
import { answerRequest } from './answer-request';

const accountId = '000000000000';
const call = { ...rootCall(), principal: { ...rootCall().principal, accessKeyId: 'AKIATEST' } };
const SIGNED =
  'AWS4-HMAC-SHA256 Credential=AKIATEST/20261123/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00';

const running: NewRegion[] = [];
afterEach(async () => {
  for (const region of running.splice(0)) await region.aws.stop();
});

type Handler = (event: Record<string, unknown>, call: Call) => unknown;

/** A region whose functions are the handler: `app`, which lets API Gateway invoke it, and `closed`. */
const makeGateway = async (handler: Handler = (event) => event, options: RegionOptions = {}) => {
  const region = await newRegion({
    ...options,
    instead: {
      lambda: {
        Invoke: async ({ Payload }: { Payload: Uint8Array }, invokeCall: Call) => {
          const answer = await handler(JSON.parse(Buffer.from(Payload).toString()), invokeCall);
          return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(answer ?? null)) };
        },
      },
    },
  });
  running.push(region);
  await addFunction(region, 'app', { permit: ['apigateway.amazonaws.com'] });
  await addFunction(region, 'closed');
  return {
    region,
    operations: region.api('apigatewayv2'),
    invoke: (apiId: string, request: WireRequest, by: Call = call) =>
      answerRequest(region.state('apigatewayv2'), apiId, request, by),
  };
};

type Gateway = Awaited<ReturnType<typeof makeGateway>>;

const requestOf = (
  method: string,
  url: string,
  settings: { headers?: Record<string, string>; body?: string } = {},
): WireRequest => {
  const [path = '/', search = ''] = url.split('?');
  return {
    method,
    path,
    query: new URLSearchParams(search),
    rawQuery: search,
    headers: settings.headers ?? {},
    body: Buffer.from(settings.body ?? ''),
    host: 'x.execute-api.us-east-1.amazonaws.com',
  };
};

/** An API with one route to a function, deployed to a stage. */
const addApi = async (
  { operations }: Gateway,
  settings: {
    routeKey?: string;
    auth?: 'NONE' | 'AWS_IAM' | 'JWT';
    stage?: string;
    format?: string;
    cors?: object;
    timeout?: number;
    function?: string;
  } = {},
) => {
  const { ApiId = '' } = await operations.CreateApi({
    Name: 'api',
    ProtocolType: 'HTTP',
    CorsConfiguration: settings.cors,
  });
  await operations.CreateStage({ ApiId, StageName: settings.stage ?? '$default', AutoDeploy: true });
  const { IntegrationId } = await operations.CreateIntegration({
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: `arn:aws:lambda:us-east-1:${accountId}:function:${settings.function ?? 'app'}`,
    PayloadFormatVersion: settings.format ?? '2.0',
    TimeoutInMillis: settings.timeout,
  });
  await operations.CreateRoute({
    ApiId,
    RouteKey: settings.routeKey ?? '$default',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: settings.auth,
  });
  return ApiId;
};

test('the function gets the event of payload format 2.0', async () => {
  const gateway = await makeGateway();
  const id = await addApi(gateway, { routeKey: 'POST /pipelines/{pipeline}/builds', auth: 'AWS_IAM' });
  const response = await gateway.invoke(
    id,
    requestOf('POST', '/pipelines/my%20web/builds?a=1&a=2&b=x%20y', {
      headers: {
        authorization: SIGNED,
        cookie: 'one=1; two=2',
        'content-type': 'application/json',
        'user-agent': 'curl/8',
      },
      body: '{"x":1}',
    }),
  );
  const event = JSON.parse(response.body.toString());
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'POST /pipelines/{pipeline}/builds',
    rawPath: '/pipelines/my web/builds',
    rawQueryString: 'a=1&a=2&b=x%20y',
    cookies: ['one=1', 'two=2'],
    queryStringParameters: { a: '1,2', b: 'x y' },
    pathParameters: { pipeline: 'my web' },
    body: '{"x":1}',
    isBase64Encoded: false,
    requestContext: {
      accountId,
      apiId: id,
      domainName: `${id}.execute-api.us-east-1.amazonaws.com`,
      domainPrefix: id,
      http: { method: 'POST', path: '/pipelines/my web/builds', protocol: 'HTTP/1.1', userAgent: 'curl/8' },
      routeKey: 'POST /pipelines/{pipeline}/builds',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestId: response.headers['apigw-requestid'],
      authorizer: {
        iam: {
          accessKey: 'AKIATEST',
          accountId,
          callerId: accountId,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: 'arn:aws:iam::000000000000:root',
          userId: accountId,
        },
      },
    },
  });
  expect(event.headers.cookie).toBeUndefined();
});

test('a body that is no text reaches the function in base64', async () => {
  const gateway = await makeGateway();
  const id = await addApi(gateway);
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await gateway.invoke(id, requestOf('PUT', '/', { headers, body: 'abc' }));
  expect(JSON.parse(response.body.toString())).toMatchObject({ body: 'YWJj', isBase64Encoded: true });
});

test('the event of payload format 1.0 has what REST APIs send', async () => {
  const gateway = await makeGateway((event) => ({ statusCode: 200, body: JSON.stringify(event) }));
  const id = await addApi(gateway, { routeKey: 'GET /a/{x}', format: '1.0' });
  const response = await gateway.invoke(id, requestOf('GET', '/a/b?q=1&q=2', { headers: { 'x-y': 'z' } }));
  expect(JSON.parse(response.body.toString())).toMatchObject({
    version: '1.0',
    resource: '/a/{x}',
    path: '/a/b',
    httpMethod: 'GET',
    headers: { 'X-Y': 'z' },
    queryStringParameters: { q: '2' },
    multiValueQueryStringParameters: { q: ['1', '2'] },
    pathParameters: { x: 'b' },
    body: null,
  });
});

test.each([
  [{ ok: true }, 200, 'application/json', '{"ok":true}'],
  ['hello', 200, 'application/json', 'hello'],
  [[1], 200, 'application/json', '[1]'],
  [{ statusCode: 202, body: 'later' }, 202, 'text/plain;charset=UTF-8', 'later'],
  [
    { statusCode: 200, headers: { 'Content-Type': 'text/css' }, body: 'YWJj', isBase64Encoded: true },
    200,
    'text/css',
    'abc',
  ],
])('a function that answers %j gives status %d', async (answer, status, type, body) => {
  const gateway = await makeGateway(() => answer);
  const response = await gateway.invoke(await addApi(gateway), requestOf('GET', '/'));
  expect([response.status, response.headers['content-type'], response.body.toString()]).toEqual([
    status,
    type,
    body,
  ]);
});

test('cookies of the answer are set one by one', async () => {
  const gateway = await makeGateway(() => ({ statusCode: 204, cookies: ['a=1', 'b=2'] }));
  const response = await gateway.invoke(await addApi(gateway), requestOf('GET', '/'));
  expect(response.cookies).toEqual(['a=1', 'b=2']);
});

test.each([{ statusCode: 'x' }, { statusCode: 200, body: { no: 'text' } }, { statusCode: 99 }])(
  'the malformed answer %j is an internal server error to the caller',
  async (answer) => {
    const gateway = await makeGateway(() => answer);
    const response = await gateway.invoke(await addApi(gateway), requestOf('GET', '/'));
    expect([response.status, response.body]).toEqual([500, '{"message":"Internal Server Error"}']);
  },
);

test('a function that does not permit the route is an internal server error', async () => {
  const gateway = await makeGateway(() => 'hello');
  const id = await addApi(gateway, { routeKey: 'ANY /a/{x}', function: 'closed' });
  const ask = async () => (await gateway.invoke(id, requestOf('GET', '/a/b'))).status;
  const permit = (StatementId: string, route: string) =>
    gateway.region.api('lambda').AddPermission({
      FunctionName: 'closed',
      StatementId,
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:us-east-1:${accountId}:${id}/${route}`,
    });
  expect(await ask()).toBe(500);
  await permit('another', '$default/GET/a/b');
  expect(await ask()).toBe(500);
  await permit('this', '$default/*/a/{x}');
  expect(await ask()).toBe(200);
});

test('a function is called as API Gateway does, with the trace of the request or a new one', async () => {
  const calls: Call[] = [];
  const gateway = await makeGateway((_event, by) => calls.push(by));
  const id = await addApi(gateway);
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  await gateway.invoke(id, requestOf('GET', '/'), { ...call, traceId });
  await gateway.invoke(id, requestOf('GET', '/'));
  expect(calls).toMatchObject([
    { traceId, principal: { userId: 'apigateway' } },
    { traceId: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) },
  ]);
});

test('a throttled function and one that takes too long are unavailable', async () => {
  const throttled = await makeGateway(() => {
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
  });
  const silent = await makeGateway(() => new Promise(() => undefined));
  const answers = [
    await throttled.invoke(await addApi(throttled), requestOf('GET', '/')),
    await silent.invoke(await addApi(silent, { timeout: 50 }), requestOf('GET', '/')),
  ];
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [503, '{"message":"Service Unavailable"}'],
    [503, '{"message":"Service Unavailable"}'],
  ]);
});

test('a body that API Gateway or the function cannot take is too large', async () => {
  const gateway = await makeGateway(() => {
    throw new AwsError('RequestTooLargeException', 'Request must be smaller than 6291456 bytes', 413);
  });
  const id = await addApi(gateway);
  const answerTo = async (bytes: number) => {
    const { status, body } = await gateway.invoke(id, requestOf('POST', '/', { body: 'x'.repeat(bytes) }));
    return [status, body];
  };
  expect(await answerTo(10 * 1_048_576 + 1)).toEqual([413, '{"message":"Request Entity Too Large"}']);
  expect(await answerTo(7_000_000)).toEqual([413, '{"message":"Request Too Long"}']);
});

test.each([{}, { authorization: 'Bearer x' }, { authorization: SIGNED.replace('execute-api', 's3') }])(
  'a route with AWS_IAM refuses a request with the headers %j',
  async (headers) => {
    const gateway = await makeGateway();
    const id = await addApi(gateway, { auth: 'AWS_IAM' });
    const response = await gateway.invoke(
      id,
      requestOf('GET', '/', { headers: headers as Record<string, string> }),
    );
    expect([response.status, response.body]).toEqual([403, '{"message":"Forbidden"}']);
  },
);

test('a route with AWS_IAM lets in whose policies allow it to invoke that method and path of the stage', async () => {
  const gateway = await makeGateway();
  const id = await addApi(gateway, { routeKey: 'ANY /pets/{pet}', auth: 'AWS_IAM', stage: 'prod' });
  const iam = gateway.region.api('iam');
  const roleArn = await addRole(gateway.region, 'caller', undefined, ['lambda:*']);
  const { accessKeyId } = gateway.region.state('iam').issue(roleArn, 'session');
  const principal = gateway.region.state('iam').principalOf(accessKeyId);
  const ask = async (method: string, path: string) => {
    const request = requestOf(method, `/prod${path}`, { headers: { authorization: SIGNED } });
    return (await gateway.invoke(id, request, { ...call, principal })).status;
  };
  expect(await ask('GET', '/pets/1')).toBe(403);
  const Resource = `arn:aws:execute-api:us-east-1:${accountId}:${id}/prod/GET/pets/*`;
  const Statement = [
    { Effect: 'Allow', Action: 'execute-api:Invoke', Resource },
    { Effect: 'Deny', Action: 'execute-api:*', Resource: Resource.replace('*', 'cat') },
  ];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.PutRolePolicy({ RoleName: 'caller', PolicyName: 'pets', PolicyDocument });
  expect([await ask('GET', '/pets/1'), await ask('POST', '/pets/1'), await ask('GET', '/pets/cat')]).toEqual([
    200, 403, 403,
  ]);
});

test('a stage takes as many requests at once as it says, and then as many a second', async () => {
  const gateway = await makeGateway();
  const ApiId = await addApi(gateway, { routeKey: 'GET /a' });
  await gateway.operations.UpdateStage({
    ApiId,
    StageName: '$default',
    DefaultRouteSettings: { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 0.001 },
  });
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await gateway.invoke(ApiId, requestOf('GET', '/a')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers[2]?.body).toBe('{"message":"Too Many Requests"}');
});

test('a route that has settings of its own is throttled by them', async () => {
  const gateway = await makeGateway();
  const ApiId = await addApi(gateway, { routeKey: 'GET /a' });
  await gateway.operations.UpdateStage({
    ApiId,
    StageName: '$default',
    DefaultRouteSettings: { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 0.001 },
    RouteSettings: { 'GET /a': { ThrottlingBurstLimit: 2 } },
  });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await gateway.invoke(ApiId, requestOf('GET', '/a'))).status);
  expect(statuses).toEqual([200, 200, 429]);
});

test('a stage writes a line for each request into the log group that it names', async () => {
  const gateway = await makeGateway();
  const ApiId = await addApi(gateway, { routeKey: 'GET /a', auth: 'AWS_IAM' });
  const logs = gateway.region.api('cloudwatch-logs');
  await logs.CreateLogGroup({ logGroupName: '/access' });
  const Format =
    '$context.requestId $context.status $context.routeKey $context.identity.userArn $context.responseLength $context.integration.latency';
  await gateway.operations.UpdateStage({
    ApiId,
    StageName: '$default',
    AccessLogSettings: { DestinationArn: `arn:aws:logs:us-east-1:${accountId}:log-group:/access`, Format },
  });
  const ask = (path: string, headers: Record<string, string>) =>
    gateway.invoke(ApiId, requestOf('GET', path, { headers }));
  const answers = [
    await ask('/a', { authorization: SIGNED }),
    await ask('/a', {}),
    await ask('/b', { authorization: SIGNED }),
  ];
  const ids = answers.map(({ headers }) => headers['apigw-requestid']);
  const { events = [] } = await logs.FilterLogEvents({ logGroupName: '/access' });
  expect(events.map(({ message }) => message)).toEqual([
    `${ids[0]} 200 GET /a arn:aws:iam::000000000000:root ${answers[0]?.body.length} -`,
    `${ids[1]} 403 GET /a - 23 -`,
    `${ids[2]} 404 - - 23 -`,
  ]);
});

test('a log group that is gone keeps nobody from being answered', async () => {
  const gateway = await makeGateway();
  const ApiId = await addApi(gateway);
  const DestinationArn = `arn:aws:logs:us-east-1:${accountId}:log-group:gone`;
  await gateway.operations.UpdateStage({
    ApiId,
    StageName: '$default',
    AccessLogSettings: { DestinationArn, Format: '$context.requestId' },
  });
  expect((await gateway.invoke(ApiId, requestOf('GET', '/'))).status).toBe(200);
});

test('a path that has no route is not found', async () => {
  const gateway = await makeGateway();
  const id = await addApi(gateway, { routeKey: 'GET /a' });
  const response = await gateway.invoke(id, requestOf('GET', '/b'));
  expect([response.status, response.body]).toEqual([404, '{"message":"Not Found"}']);
});

test('a named stage is the first part of the path, which the event keeps', async () => {
  const gateway = await makeGateway();
  const id = await addApi(gateway, { routeKey: 'GET /a', stage: 'prod' });
  const found = await gateway.invoke(id, requestOf('GET', '/prod/a'));
  const lost = await gateway.invoke(id, requestOf('GET', '/a'));
  expect(JSON.parse(found.body.toString())).toMatchObject({
    rawPath: '/prod/a',
    requestContext: { stage: 'prod' },
  });
  expect(lost.status).toBe(404);
});

test('a stage without automatic deployment serves what was deployed to it', async () => {
  const gateway = await makeGateway();
  const { operations } = gateway;
  const ApiId = await addApi(gateway, { routeKey: 'GET /a', stage: 'auto' });
  await operations.CreateStage({ ApiId, StageName: 'manual' });
  const ask = async () => (await gateway.invoke(ApiId, requestOf('GET', '/manual/a'))).status;
  const before = await ask();
  await operations.CreateDeployment({ ApiId, StageName: 'manual' });
  const { Items = [] } = await operations.GetRoutes({ ApiId });
  await operations.DeleteRoute({ ApiId, RouteId: Items[0]?.RouteId });
  const after = await ask();
  const auto = await gateway.invoke(ApiId, requestOf('GET', '/auto/a'));
  expect([before, after, auto.status]).toEqual([404, 200, 404]);
});

test('a preflight is answered from the CORS configuration, and answers get its headers', async () => {
  const gateway = await makeGateway(() => ({
    statusCode: 200,
    headers: { 'Access-Control-Allow-Origin': 'wrong' },
  }));
  const cors = {
    AllowOrigins: ['https://site.example'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['X-A'],
    MaxAge: 60,
  };
  const id = await addApi(gateway, { cors });
  const origin = 'https://site.example';
  const ask = (method: string, headers: Record<string, string>) =>
    gateway.invoke(id, requestOf(method, '/', { headers }));
  const preflight = await ask('OPTIONS', { origin, 'access-control-request-method': 'POST' });
  const answer = await ask('GET', { origin });
  const stranger = await ask('GET', { origin: 'https://other.example' });
  expect(preflight).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '60',
    },
  });
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
  expect(stranger.headers['access-control-allow-origin']).toBeUndefined();
});

test('an HTTP integration hands the request on to its URI, with the variables of the path', async () => {
  const server = createServer((request, response) => {
    response.writeHead(201, { 'content-type': 'text/plain' });
    response.end(`${request.method} ${request.url} ${request.headers['x-a']}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway = await makeGateway();
  const ApiId = await addApi(gateway);
  const { IntegrationId } = await gateway.operations.CreateIntegration({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'ANY',
    IntegrationUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop/{item}`,
  });
  const Target = `integrations/${IntegrationId}`;
  await gateway.operations.CreateRoute({ ApiId, RouteKey: 'PUT /items/{item}', Target });
  const answer = await gateway.invoke(
    ApiId,
    requestOf('PUT', '/items/a%20b?q=1', { headers: { 'x-a': 'y' } }),
  );
  server.close();
  expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
    201,
    'text/plain',
    'PUT /shop/a%20b?q=1 y',
  ]);
});

test('a client that closes its side after its request gets the answer of an API, and of Lambda itself', async () => {
  const answer = () => real(50).then(() => 'answer');
  const gateway = await makeGateway(answer, { timeScale: 1 });
  const id = await addApi(gateway);
  const { endpoint } = gateway.region.aws;
  const port = Number(new URL(endpoint).port);
  const host = `${id}.execute-api.us-east-1.amazonaws.com`;
  expect(await sayAndEnd(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 200 OK.*answer/s,
  );
  const path = '/2015-03-31/functions/app/invocations';
  const asked = { endpoint, service: 'lambda', path, method: 'POST', body: '{}', headers: {} };
  const headers = { ...signedHeaders(asked), host: new URL(endpoint).host, 'content-length': '2' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  expect(await sayAndEnd(port, `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n{}`)).toMatch(
    /^HTTP\/1.1 200 OK.*answer/s,
  );
});
