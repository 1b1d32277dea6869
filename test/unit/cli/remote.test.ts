import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { findPlace } from '../../../cli/remote/place';
import { findTime } from '../../../cli/remote/time';
import { version } from '../../../package.json';
import { loadPipeline } from '../../../src/pipeline/load';
import { checkParameters } from '../../../src/pipeline/parameters';
import { build, FakeApi, ID, problem, run, runAt, useKeys } from './kit';

const PIPELINES = join(__dirname, '../../../pipelines');

useKeys();
const cloudFormation = mockClient(CloudFormationClient);
const api = new FakeApi();
beforeAll(() => api.start());
afterAll(() => api.stop());
beforeEach(() => {
  api.reset();
  cloudFormation.reset();
});

const show = ['show', ID];
const stackWith = (url: string) => ({
  Stacks: [
    {
      StackName: 'kiln-prod',
      CreationTime: new Date(),
      StackStatus: 'CREATE_COMPLETE' as const,
      Outputs: [{ OutputKey: 'HttpApiUrl', OutputValue: url }],
    },
  ],
});
const refusal = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('the API is found', () => {
  test('among the outputs of the stack of the stage', async () => {
    cloudFormation.on(DescribeStacksCommand, { StackName: 'kiln-test' }).resolves(stackWith(api.url));
    api.on(`GET /builds/${ID}`, { body: build() });
    const { code, output } = await run([...show, '--stage', 'test', '--region', 'eu-north-1', '--json']);
    expect(JSON.parse(output).id).toBe(ID);
    expect(code).toBe(0);
  });

  test('by KILN_API_URL, without asking for the stack', async () => {
    api.on(`GET /builds/${ID}`, { body: build() });
    const { code } = await run([...show, '--region', 'eu-north-1'], { env: { KILN_API_URL: api.url } });
    expect(code).toBe(0);
    expect(cloudFormation.calls()).toHaveLength(0);
  });

  test('and the call is signed for execute-api in the region, with its query', async () => {
    api.on('GET /pipelines/web/builds', { body: { builds: [] } });
    await runAt(api, ['builds', 'web', '--limit', '7']);
    const [request] = api.requests;
    expect(request?.path).toBe('/pipelines/web/builds?limit=7');
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/execute-api\/aws4_request/,
    );
  });
});

describe('with a token', () => {
  const env = () => ({ KILN_API_URL: api.url, KILN_TOKEN: 'e30.e30.x' });

  test('the API is called with it, and no AWS is asked: neither for a region nor for credentials', async () => {
    api.on(`GET /builds/${ID}`, { body: build() });
    const { code } = await run(show, { env: env() });
    expect(api.requests[0]?.headers.authorization).toBe('Bearer e30.e30.x');
    expect(code).toBe(0);
  });

  test('that the API does not take the command says what to do', async () => {
    api.on(`GET /builds/${ID}`, { status: 401, body: { message: 'Unauthorized' } });
    const { code, errors } = await run(show, { env: env() });
    expect(errors).toContain('not allowed: Unauthorized. KILN_TOKEN is old, or not for this audience');
    expect(code).toBe(3);
    expect((await runAt(api, show)).errors).toContain(
      'The service wants a token of its issuer: set KILN_TOKEN',
    );
  });
});

test('a call is signed for the region that the host of the API names', async () => {
  const place = { stage: 'prod', api: 'https://abc.execute-api.eu-west-3.amazonaws.com' };
  expect((await findPlace(place, {})).region).toBe('eu-west-3');
  expect((await findPlace({ ...place, region: 'us-west-2' }, {})).region).toBe('us-west-2');
});

describe('where it is not found, the command says what to do', () => {
  test('no stack', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(refusal('ValidationError', 'Stack with id kiln-prod does not exist'));
    const { code, errors } = await run([...show, '--region', 'eu-north-1']);
    expect(errors).toMatch(/^kiln: there is no stack kiln-prod in eu-north-1: deploy the service there/);
    expect(errors).toContain('--stage, --region and --profile');
    expect(code).toBe(3);
  });

  test('no region', async () => {
    const { code, errors } = await run(show);
    expect(errors).toMatch(/^kiln: in which region Kiln is, nobody says .*give --region, set AWS_REGION/);
    expect(code).toBe(2);
  });

  test('no right to look at the stack', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(refusal('AccessDenied', 'eva may not'));
    const { code, errors } = await run([...show, '--region', 'eu-north-1']);
    expect(errors).toContain('refuses cloudformation:DescribeStacks of kiln-prod: eva may not. ');
    expect(errors).toContain('--api (KILN_API_URL)');
    expect(code).toBe(3);
  });

  test('no credentials', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(refusal('CredentialsProviderError', 'none'));
    const { code, errors } = await run([...show, '--region', 'eu-north-1']);
    expect(errors).toMatch(/there are no credentials \(none\): sign in \(aws sso login\), name a profile/);
    expect(code).toBe(3);
  });

  test('a URL that is none', async () => {
    const { code, errors } = await run([...show, '--api', 'abc', '--region', 'eu-north-1']);
    expect(errors).toMatch(/^kiln: --api is "abc", expected a URL such as https:/);
    expect(code).toBe(2);
  });

  test('nobody at the endpoint of the embedded AWS', async () => {
    cloudFormation.restore();
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const { code, errors } = await run([...show, '--local'], { env });
    expect(errors).toMatch(
      /^kiln: nothing answers at http:\/\/127\.0\.0\.1:1 .*: start the embedded AWS \(kiln local\)/,
    );
    expect(code).toBe(1);
  });

  test('nobody at the URL of the API', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const args = [...show, '--local', '--api', 'http://127.0.0.1:1'];
    const { code, errors } = await run(args, { env });
    expect(errors).toMatch(
      /^kiln: GET http:\/\/127\.0\.0\.1:1\/builds\/web-01JQ8Z\w+: nobody answers \(.*ECONNREFUSED/,
    );
    expect(code).toBe(1);
  });
});

describe('what the API refuses is told with the call, and the exit code says what kind it is', () => {
  test.each([
    [400, 'InvalidRequest', 2],
    [404, 'UnknownBuild', 3],
    [409, 'PipelineBusy', 1],
    [413, 'BodyTooLarge', 2],
    [422, 'InvalidPipeline', 1],
  ])('%s %s: exit code %s', async (status, error, expected) => {
    api.on(
      'POST /pipelines/web/builds',
      problem(status, error, 'What is wrong.', [{ field: 'body.x', detail: 'unknown field' }]),
    );
    const { code, errors, output } = await runAt(api, ['build', 'web']);
    expect(errors).toBe(
      `kiln: ${error}: What is wrong.\n  body.x: unknown field\n  POST ${api.url}/pipelines/web/builds answered ${status}`,
    );
    expect(output).toBe('');
    expect(code).toBe(expected);
  });

  test('a route that is not deployed', async () => {
    const { code, errors } = await runAt(api, ['pipelines']);
    expect(errors).toMatch(
      /^kiln: the service that is deployed \(stack kiln-prod in eu-north-1\) does not know this call: it is older/,
    );
    expect(errors).toContain(`GET ${api.url}/pipelines answered 404`);
    expect(code).toBe(3);
  });

  test('no right to call', async () => {
    api.on('GET /pipelines', { status: 403, body: { message: 'Forbidden' } });
    const { code, errors } = await runAt(api, ['pipelines']);
    expect(errors).toContain(
      'not allowed: Forbidden. The credentials need execute-api:Invoke for GET /pipelines',
    );
    expect(code).toBe(3);
  });

  test('without what would steer the terminal', async () => {
    api.on('POST /pipelines/web/builds', problem(400, 'InvalidRequest', 'a\u001b[2J b\nc'));
    expect((await runAt(api, ['build', 'web'])).errors).toContain('kiln: InvalidRequest: a b\nc\n');
  });

  test('an answer that is no JSON', async () => {
    api.on('POST /pipelines/web/builds', { status: 500, body: '<html>' });
    const { code, errors } = await runAt(api, ['build', 'web']);
    expect(errors).toContain('the service failed: <html>. Try again');
    expect(code).toBe(1);
  });
});

describe('a name that is nearly right is suggested', () => {
  test('a pipeline', async () => {
    const unknown = await loadPipeline(PIPELINES, 'wbe').catch((error: Error) => error.message);
    api.on('GET /pipelines/wbe/builds', problem(404, 'UnknownPipeline', String(unknown)));
    expect((await runAt(api, ['builds', 'wbe'])).errors).toContain('there are api, web. Did you mean web?\n');
  });

  test('a parameter', async () => {
    const pipeline = await loadPipeline(PIPELINES, 'web');
    let unknown = '';
    try {
      checkParameters(pipeline, { SIET: 'x' });
    } catch (error) {
      unknown = (error as Error).message;
    }
    api.on('POST /pipelines/web/builds', problem(400, 'InvalidParameter', unknown));
    const { errors } = await runAt(api, ['build', 'web', '-p', 'SIET=x']);
    expect(errors).toContain('it has SITE. Did you mean SITE?\n');
  });

  test('a command', async () => {
    const { code, errors } = await run(['biuld']);
    expect(errors).toMatch(/unknown command 'biuld'\n\(Did you mean build\?\)/);
    expect(code).toBe(2);
  });

  test('a command of which help is asked for', async () => {
    const { code, errors, output } = await run(['help', 'biuld']);
    expect(errors).toMatch(/unknown command 'biuld'\. Did you mean build\?/);
    expect([code, output]).toEqual([2, '']);
    for (const args of [['help'], ['help', 'build'], ['help', '--help']])
      expect(await run(args)).toMatchObject({ code: 0, output: expect.stringContaining('Usage: kiln') });
  });

  test('a pipeline of the folder, where nobody is asked', async () => {
    const { code, errors } = await runAt(api, ['push', 'wbe']);
    expect(errors).toBe('kiln: no pipeline is named "wbe": there are api, web. Did you mean web?');
    expect([code, api.requests]).toEqual([3, []]);
  });
});

test('what the API says of a field is told once', async () => {
  const detail = 'expected the id of a plan, like p-01J…';
  const whole = `The body is not valid, expected {} or parts of it. ✖ ${detail}\n  → at plan`;
  api.on(
    'POST /pipelines/web/builds',
    problem(400, 'InvalidRequest', whole, [{ field: 'body.plan', detail }]),
    problem(400, 'InvalidRequest', `No reason: ${detail}.`, [{ field: 'body.reason', detail }]),
  );
  const ask = async () =>
    (await runAt(api, ['build', 'web', '--plan', 'p-1'])).errors.split('\n').slice(0, -1);
  expect(await ask()).toEqual([
    'kiln: InvalidRequest: The body is not valid, expected {} or parts of it.',
    `  body.plan: ${detail}`,
  ]);
  expect(await ask()).toEqual([`kiln: InvalidRequest: No reason: ${detail}.`]);
});

test('--version is that of the checkout', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  for (const flag of ['--version', '-V']) expect((await run([flag])).code).toBe(0);
  expect(log.mock.calls).toEqual([[version], [version]]);
  log.mockRestore();
});

test('a call that may be made twice is made again where the service fails in passing', async () => {
  api.on(`GET /builds/${ID}`, { status: 503, body: { message: 'Service Unavailable' } }, { body: build() });
  expect((await runAt(api, show)).code).toBe(0);
  expect(api.requests).toHaveLength(2);
});

test('where time leaps, waiting is on the clock of the embedded AWS, and so is the time', async () => {
  const told = (time: string) => ({ body: { time, timeScale: 1, leaps: true } });
  api.on('GET /_local', told('2027-01-01T00:00:00.000Z'));
  api.on('GET /_local/clock/sleep', told('2027-01-01T03:00:00.000Z'));
  const { now, leap } = await findTime(api.url);
  expect(now().toISOString()).toMatch(/^2027-01-01T00:00:/);
  await leap?.(5, new AbortController().signal);
  expect(api.requests.at(-1)?.path).toBe('/_local/clock/sleep?seconds=5');
  expect(now().toISOString()).toMatch(/^2027-01-01T03:00:/);
});

test('another AWS at an endpoint goes by the real time', async () => {
  expect((await findTime(api.url)).leap).toBeUndefined();
  expect(Math.abs((await findTime(api.url)).now().getTime() - Date.now())).toBeLessThan(1000);
});
