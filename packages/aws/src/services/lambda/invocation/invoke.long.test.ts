import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CreateFunctionCommandInput, InvokeCommandInput } from '@aws-sdk/client-lambda';
import { uuid } from '../../../core/ids';
import { rootCall } from '../../../testing/api';
import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cacheFileOf } from '../code/code-cache';

let region: NewRegion;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

const add = (
  name: string,
  source: string,
  settings: Partial<CreateFunctionCommandInput> & { file?: string } = {},
) => addActiveFunction(region, name, source, settings);

const invoke = async (name: string, input: Partial<InvokeCommandInput> = {}, traceId?: string) => {
  const requestId = uuid();
  const lambda = region.apiAs('lambda', { ...rootCall('us-east-1', requestId), traceId });
  const { Payload, LogResult, ...rest } = await lambda.Invoke({
    FunctionName: name,
    LogType: 'Tail',
    ...input,
  });
  return {
    ...rest,
    requestId,
    answer: JSON.parse(Buffer.from(Payload ?? []).toString() || 'null'),
    logTail: Buffer.from(LogResult ?? '', 'base64').toString(),
  };
};

const run = (name: string, event: unknown = {}) =>
  invoke(name, { Payload: Buffer.from(JSON.stringify(event)) });

const logOf = async (name: string) => {
  const { events = [] } = await region
    .api('cloudwatch-logs')
    .FilterLogEvents({ logGroupName: `/aws/lambda/${name}` });
  return events.map(({ message = '' }) => message);
};

/** The subnet and the group that every VPC of a new account has. */
const vpcConfig = async () => {
  const ec2 = region.api('ec2');
  const { Subnets: [subnet] = [] } = await ec2.DescribeSubnets({});
  const { SecurityGroups: [group] = [] } = await ec2.DescribeSecurityGroups({ GroupNames: ['default'] });
  return { SubnetIds: [subnet?.SubnetId ?? ''], SecurityGroupIds: [group?.GroupId ?? ''] };
};

test('a CommonJS handler gets the event and its answer comes back', async () => {
  await add('echo', 'exports.handler = async (event) => ({ got: event.a })');
  const { answer, FunctionError, ExecutedVersion } = await run('echo', { a: 1 });
  expect(answer).toEqual({ got: 1 });
  expect(FunctionError).toBeUndefined();
  expect(ExecutedVersion).toBe('$LATEST');
});

test('an ES module in a folder is loaded', async () => {
  await add('esm', 'export const handler = async () => "hello"', {
    file: 'functions/plan.mjs',
    Handler: 'functions/plan.handler',
  });
  expect((await run('esm')).answer).toBe('hello');
});

test('a warm sandbox is used again', async () => {
  await add('count', 'let n = 0; exports.handler = async () => ++n');
  await run('count');
  expect((await run('count')).answer).toBe(2);
});

test('invocations at the same time get sandboxes of their own', async () => {
  await add(
    'slow',
    'let n = 0; exports.handler = async () => { n += 1; await new Promise((r) => setTimeout(r, 100)); return n }',
  );
  const answers = await Promise.all([run('slow'), run('slow')]);
  expect(answers.map(({ answer }) => answer)).toEqual([1, 1]);
});

test("the environment is Lambda's own, with the role's credentials and the function's variables", async () => {
  process.env.SECRET_OF_THE_HOST = 'x';
  await add('env', 'exports.handler = async (e, c) => ({ ...process.env, c })', {
    Environment: { Variables: { TABLE: 'orders' } },
  });
  const { answer } = await run('env');
  delete process.env.SECRET_OF_THE_HOST;
  expect(answer).toMatchObject({
    TABLE: 'orders',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'env',
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
    AWS_ENDPOINT_URL: region.aws.endpoint,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    c: { functionName: 'env', memoryLimitInMB: '128', functionVersion: '$LATEST' },
  });
  expect(answer._X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/);
  expect(answer).not.toHaveProperty('SECRET_OF_THE_HOST');
});

test('Date shows the time of the embedded AWS', async () => {
  await add(
    'date',
    'exports.handler = async () => ({ now: Date.now(), date: new Date().toISOString(), same: new Date().constructor === Date })',
  );
  const before = region.context.clock.millis();
  const { answer } = await run('date');
  expect(answer.now).toBeGreaterThanOrEqual(before);
  expect(answer.now).toBeLessThanOrEqual(region.context.clock.millis());
  expect(Date.parse(answer.date)).toBeGreaterThanOrEqual(before);
  expect(answer.same).toBe(true);
});

test('a format that is given no time writes that of the embedded AWS', async () => {
  await add(
    'format',
    `exports.handler = async () => {
      const own = new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' });
      const { format } = Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' });
      const parts = own.formatToParts().map(({ value }) => value).join('');
      return [own.format(), format(), parts, format(0), own instanceof Intl.DateTimeFormat];
    };`,
  );
  await region.aws.clock.sleep('2d');
  const today = region.aws.clock.now().toISOString().slice(0, 10);
  expect((await run('format')).answer).toEqual([today, today, today, '1970-01-01', true]);
});

test('an error of the handler is reported with its name, message and trace', async () => {
  await add(
    'fails',
    'class UnknownPipeline extends Error { name = "UnknownPipeline" }; exports.handler = async () => { throw new UnknownPipeline("no web") }',
  );
  const { answer, FunctionError } = await run('fails');
  expect(FunctionError).toBe('Unhandled');
  expect(answer).toMatchObject({ errorType: 'UnknownPipeline', errorMessage: 'no web' });
  expect(answer.trace[0]).toBe('UnknownPipeline: no web');
});

test('a handler that takes longer than its timeout is ended', async () => {
  const source = 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))';
  await add('stuck', source, { Timeout: 1 });
  const { answer } = await run('stuck');
  expect(answer.errorType).toBe('Sandbox.Timedout');
  expect(answer.errorMessage).toMatch(/Task timed out after 1.00 seconds$/);
});

test('a promise that nothing can settle any more ends the runtime', async () => {
  await add('unsettled', 'exports.handler = () => new Promise(() => {})');
  const { answer, logTail } = await run('unsettled');
  expect(answer).toEqual({
    errorType: 'Runtime.NodeJsExit',
    errorMessage: expect.stringContaining('a Promise that was never settled'),
  });
  expect(logTail).toMatch(/Status: error\tError Type: Runtime\.NodeJsExit\n$/);
});

describe('a handler before Node.js 24', () => {
  const addOld = (name: string, body: string) =>
    add(name, `exports.handler = ${body}`, { Runtime: 'nodejs20.x' });

  test('answers by its callback when the event loop is empty', async () => {
    await addOld('late', '(e, c, done) => { setTimeout(() => console.log("late"), 50); done(null, "ok") }');
    const { answer, logTail } = await run('late');
    expect(answer).toBe('ok');
    expect(logTail).toContain('\tINFO\tlate\n');
  });

  test('may answer at once, and what it left undone goes on with the next invocation', async () => {
    await addOld(
      'early',
      `(() => {
        let done = 0;
        return (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = false;
          setTimeout(() => { done += 1 }, 20);
          if (event.wait) setTimeout(() => callback(null, done), 200);
          else callback(null, done);
        };
      })()`,
    );
    expect((await run('early')).answer).toBe(0);
    expect((await run('early', { wait: true })).answer).toBe(2);
  });

  test.each<[string, string, unknown]>([
    ['its context', '(event, context) => { context.succeed(event.a) }', 1],
    ['nothing', '() => {}', null],
    ['a value that is no promise', '() => "lost"', null],
    ['a callback that it never calls', '(event, context, callback) => {}', null],
  ])('answers by %s', async (what, body, expected) => {
    const name = what.replaceAll(' ', '-');
    await addOld(name, body);
    expect((await run(name, { a: 1 })).answer).toEqual(expected);
  });

  test('fails by its callback', async () => {
    await addOld('refuses', '(event, context, callback) => callback(new RangeError("no"))');
    expect((await run('refuses')).answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'no' });
  });
});

test('a sandbox stands still between invocations', async () => {
  await add(
    'ticking',
    'let ticks = 0; setInterval(() => { ticks += 1 }, 1); exports.handler = async () => ticks',
  );
  const { answer: before } = await run('ticking');
  await add('busy', 'exports.handler = () => new Promise((r) => setTimeout(r, 200))');
  await run('busy');
  expect((await run('ticking')).answer).toBeLessThanOrEqual(before + 2);
});

test('what is written without a line break is in the log as well', async () => {
  await add('raw', 'exports.handler = async () => void process.stdout.write("raw")');
  expect((await run('raw')).logTail).toContain('\nraw\nEND ');
});

test('an error is logged with its stack and what it has of its own, once', async () => {
  await add(
    'detailed',
    'exports.handler = async () => { throw Object.assign(new Error("no disk"), { code: "ENOSPC" }) }',
  );
  const { logTail } = await run('detailed');
  const [, json = ''] = /\tERROR\tInvoke Error \t(\{.*\})\n/.exec(logTail) ?? [];
  const logged = JSON.parse(json);
  expect(logged).toMatchObject({ errorType: 'Error', errorMessage: 'no disk', code: 'ENOSPC' });
  expect(logged.stack[0]).toBe('Error: no disk');
  expect(logged).not.toHaveProperty('trace');
});

test('an error that cannot be logged whole is logged all the same', async () => {
  await add(
    'circular',
    'exports.handler = async () => { const e = new Error("round"); e.self = e; throw e }',
  );
  const { answer, logTail } = await run('circular');
  expect(answer).toMatchObject({ errorType: 'Error', errorMessage: 'round' });
  expect(logTail).toContain('Invoke Error \t{"errorType":"Error","errorMessage":"round","stack":[');
});

test('a module that fails says so in the log, and names no folder of the machine', async () => {
  await add('lacking', 'require("nowhere"); exports.handler = async () => 1');
  const { answer, logTail } = await run('lacking');
  expect(answer.errorMessage).toMatch(
    /^Error: Cannot find module 'nowhere'\nRequire stack:\n- \/var\/task\/index\.js(\n- \/var\/runtime\/index\.mjs)?$/,
  );
  expect(logTail).toContain('\tERROR\tUncaught Exception \t{"errorType":"Runtime.ImportModuleError"');
  expect(logTail).toMatch(
    /INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime\.ImportModuleError\nSTART /,
  );
});

test('a process that exits is Runtime.ExitError', async () => {
  await add('exits', 'exports.handler = async () => process.exit(3)');
  expect((await run('exits')).answer).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/exit status 3$/),
  });
});

test('a promise that nobody awaited fails the invocation', async () => {
  await add(
    'loose',
    'exports.handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 1000)) }',
  );
  expect((await run('loose')).answer).toMatchObject({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: 'Error: lost',
  });
});

test('a handler that is not there is named', async () => {
  await add('nowhere', 'exports.other = 1');
  await add('nofile', 'x', { Handler: 'absent.handler' });
  expect((await run('nowhere')).answer).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is undefined or not exported',
  });
  expect((await run('nofile')).answer.errorType).toBe('Runtime.ImportModuleError');
});

test('callback handlers work up to Node.js 22 and are refused from 24 on', async () => {
  const source = 'exports.handler = (event, context, callback) => callback(null, "called")';
  await add('old', source, { Runtime: 'nodejs20.x' });
  await add('new', source, { Runtime: 'nodejs24.x' });
  expect((await run('old')).answer).toBe('called');
  expect((await run('new')).answer.errorType).toBe('Runtime.CallbackHandlerDeprecated');
});

test("the function's lines reach CloudWatch Logs between START, END and REPORT", async () => {
  await add(
    'talks',
    'exports.handler = async () => { console.log("hi %s", "there"); process.stdout.write("raw\\n") }',
  );
  const { requestId, logTail } = await run('talks');
  const messages = await logOf('talks');
  expect(messages).toEqual([
    `START RequestId: ${requestId} Version: $LATEST`,
    expect.stringMatching(new RegExp(`^\\d{4}-\\S+Z\\t${requestId}\\tINFO\\thi there$`)),
    'raw',
    `END RequestId: ${requestId}`,
    expect.stringMatching(/^REPORT RequestId: .*Init Duration: /),
  ]);
  expect(logTail).toContain('hi there');
});

test('the trace of the caller reaches the function', async () => {
  await add('traced', 'exports.handler = async () => process.env._X_AMZN_TRACE_ID');
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  expect((await invoke('traced', {}, traceId)).answer).toBe(traceId);
});

test('a payload that is no JSON, or larger than 6 MB, is refused', async () => {
  await add('any', 'exports.handler = async () => 1');
  await expect(invoke('any', { Payload: Buffer.from('{') })).rejects.toMatchObject({
    code: 'InvalidRequestContentException',
  });
  const large = Buffer.from(JSON.stringify('x'.repeat(6_291_456)));
  await expect(invoke('any', { Payload: large })).rejects.toMatchObject({
    code: 'RequestTooLargeException',
    status: 413,
  });
});

test('a client context reaches the function, and one that is no JSON in Base64 is refused', async () => {
  await add('mobile', 'exports.handler = async (event, context) => context.clientContext');
  const encode = (text: string) => ({ ClientContext: Buffer.from(text).toString('base64') });
  const context = { client: { app_title: 'shop' } };
  expect((await invoke('mobile', encode(JSON.stringify(context)))).answer).toEqual(context);
  for (const given of [encode('{'), encode('1'), { ClientContext: '%%%' }, { ClientContext: '' }])
    await expect(invoke('mobile', given)).rejects.toMatchObject({
      code: 'InvalidRequestContentException',
      status: 400,
      message: 'Client context must be a valid Base64-encoded JSON object.',
    });
});

test('a dry run runs nothing', async () => {
  await add('dry', 'exports.handler = async () => 1');
  expect((await invoke('dry', { InvocationType: 'DryRun' })).StatusCode).toBe(204);
  await expect(logOf('dry')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('no concurrency left is TooManyRequestsException', async () => {
  await add('none', 'exports.handler = async () => 1');
  await region
    .api('lambda')
    .PutFunctionConcurrency({ FunctionName: 'none', ReservedConcurrentExecutions: 0 });
  await expect(invoke('none')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
});

const failing = 'exports.handler = async () => { throw new Error("no") }';
const deadEvents = (functionArn: string) =>
  region.state('lambda').asyncInvoker.dead.filter((event) => event.functionArn === functionArn);

/** What was published on a topic, as soon as there is something. */
const published = (topicArn: string | undefined) =>
  until(() => {
    const messages = region
      .state('sns')
      .messages()
      .filter((message) => message.topicArn === topicArn);
    return messages.length > 0 ? messages : undefined;
  });

test('an asynchronous event that fails is tried three times and then given up', async () => {
  const arn = await add('bad', failing);
  const Payload = Buffer.from('{"a":1}');
  expect((await invoke('bad', { InvocationType: 'Event', Payload })).StatusCode).toBe(202);
  await until(() => deadEvents(arn).length === 1);
  expect(deadEvents(arn)[0]).toMatchObject({ payload: '{"a":1}', reason: 'no' });
  const starts = (await logOf('bad')).filter((message) => message.startsWith('START'));
  expect(starts).toHaveLength(3);
});

test('an event that has become too old while it waited for its next attempt is not run again', async () => {
  const { TopicArn: Destination } = await region.api('sns').CreateTopic({ Name: 'aged' });
  const arn = await add('aging', failing);
  await region.api('lambda').PutFunctionEventInvokeConfig({
    FunctionName: 'aging',
    MaximumEventAgeInSeconds: 100,
    DestinationConfig: { OnFailure: { Destination } },
  });
  await invoke('aging', { InvocationType: 'Event', Payload: Buffer.from('{"a":1}') });
  const [message] = (await published(Destination)) ?? [];
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    requestContext: {
      functionArn: `${arn}:$LATEST`,
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 2,
    },
    responsePayload: { errorMessage: 'no' },
  });
  expect((await logOf('aging')).filter((line) => line.startsWith('START'))).toHaveLength(2);
});

test('a destination that is gone does not keep an event from its dead-letter topic', async () => {
  const { TopicArn: TargetArn } = await region.api('sns').CreateTopic({ Name: 'dead' });
  await add('doomed', failing, { DeadLetterConfig: { TargetArn } });
  await region.api('lambda').PutFunctionEventInvokeConfig({
    FunctionName: 'doomed',
    MaximumRetryAttempts: 0,
    DestinationConfig: {
      OnFailure: { Destination: 'arn:aws:lambda:us-east-1:000000000000:function:gone' },
    },
  });
  await invoke('doomed', { InvocationType: 'Event', Payload: Buffer.from('{"a":1}') });
  expect(await published(TargetArn)).toMatchObject([
    { topicArn: TargetArn, body: '{"a":1}', attributes: { ErrorMessage: { StringValue: 'no' } } },
  ]);
});

test('a destination gets a record of how an event ended, from the role of the function', async () => {
  const { TopicArn: Destination } = await region.api('sns').CreateTopic({ Name: 'done' });
  const arn = await add('reporting', 'exports.handler = async ({ a }) => a + 1');
  const DestinationConfig = { OnSuccess: { Destination } };
  await region.api('lambda').PutFunctionEventInvokeConfig({ FunctionName: 'reporting', DestinationConfig });
  await invoke('reporting', { InvocationType: 'Event', Payload: Buffer.from('{"a":1}') });
  const [message] = (await published(Destination)) ?? [];
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    version: '1.0',
    requestContext: { functionArn: `${arn}:$LATEST`, condition: 'Success', approximateInvokeCount: 1 },
    requestPayload: { a: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: 2,
  });
  const calls = await region.aws.calls();
  expect(calls.filter(({ operation }) => operation === 'Publish').at(-1)?.caller).toMatch(
    /^arn:aws:sts::000000000000:assumed-role\/app\/[0-9a-f]{32}$/,
  );
});

test.each([
  ['OnSuccess', 'exports.handler = async () => 1', { code: 'Throttled' }],
  ['OnFailure', failing, { code: 'InternalError', status: 500 }],
] as const)('a destination that is busy gets its record later: %s', async (condition, code, fault) => {
  const { TopicArn: Destination } = await region.api('sns').CreateTopic({ Name: `busy-${condition}` });
  await add(`busy-${condition}`, code);
  await region.api('lambda').PutFunctionEventInvokeConfig({
    FunctionName: `busy-${condition}`,
    MaximumRetryAttempts: 0,
    DestinationConfig: { [condition]: { Destination } },
  });
  region.context.faults.add({ service: 'sns', operation: 'Publish', times: 4, ...fault });
  await invoke(`busy-${condition}`, { InvocationType: 'Event' });
  expect(await published(Destination)).toHaveLength(1);
  expect(region.context.faults.list()).toEqual([]);
});

test('a dead-letter topic that is busy gets the event later', async () => {
  const { TopicArn: TargetArn } = await region.api('sns').CreateTopic({ Name: 'busy-dead' });
  await add('busy-dead', failing, { DeadLetterConfig: { TargetArn } });
  await region.api('lambda').PutFunctionEventInvokeConfig({
    FunctionName: 'busy-dead',
    MaximumRetryAttempts: 0,
  });
  region.context.faults.add({ service: 'sns', operation: 'Publish', times: 2, code: 'Throttled' });
  await invoke('busy-dead', { InvocationType: 'Event', Payload: Buffer.from('{"a":1}') });
  expect(await published(TargetArn)).toMatchObject([{ body: '{"a":1}' }]);
});

test('an event bus as destination announces how an event ended', async () => {
  await add('announcing', failing);
  await region.api('lambda').PutFunctionEventInvokeConfig({
    FunctionName: 'announcing',
    MaximumRetryAttempts: 0,
    DestinationConfig: {
      OnFailure: { Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
    },
  });
  await invoke('announcing', { InvocationType: 'Event' });
  const event = await until(() => region.events.find(({ source }) => source === 'lambda'));
  expect(event).toMatchObject({
    'detail-type': 'Lambda Function Invocation Result - Failure',
    detail: { requestContext: { condition: 'RetriesExhausted' }, responsePayload: { errorMessage: 'no' } },
  });
});

test('a function as destination is run with the record', async () => {
  const Destination = await add(
    'next',
    'exports.handler = async ({ responsePayload }) => console.log(responsePayload)',
  );
  await add('first', 'exports.handler = async () => "over to you"');
  const DestinationConfig = { OnSuccess: { Destination } };
  await region.api('lambda').PutFunctionEventInvokeConfig({ FunctionName: 'first', DestinationConfig });
  await invoke('first', { InvocationType: 'Event' });
  await until(async () => (await logOf('next').catch(() => [])).join().includes('INFO\tover to you'));
});

/** An address in the VPC of a new account, where a port of this machine answers if one is given. */
const addAddress = async (port?: number) => {
  const { SubnetIds: [SubnetId] = [], SecurityGroupIds: Groups } = await vpcConfig();
  const { NetworkInterface } = await region.api('ec2').CreateNetworkInterface({ SubnetId, Groups });
  const id = NetworkInterface?.NetworkInterfaceId ?? '';
  if (port !== undefined) region.aws.account.region('us-east-1').network.open(id, port, port);
  return NetworkInterface?.PrivateIpAddress;
};

test('HTTP of a function goes through the embedded network', async () => {
  const server = createServer((request, response) => response.end(`you asked ${request.headers.host}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = await addAddress(port);
  await add(
    'fetches',
    `exports.handler = async ({ url }) => {
      const fetched = await (await fetch(url)).text();
      const got = await new Promise((resolve, reject) => require('node:http').get(url, (res) => {
        let text = ''; res.on('data', (c) => text += c); res.on('end', () => resolve(text));
      }).on('error', reject));
      return { fetched, got };
    }`,
    { VpcConfig: await vpcConfig() },
  );
  const { answer } = await run('fetches', { url: `http://${address}:${port}/` });
  server.close();
  expect(answer).toEqual({ fetched: `you asked ${address}:${port}`, got: `you asked ${address}:${port}` });
});

test('an error of the network has the code that a real one would have', async () => {
  const address = await addAddress();
  await add('refused', 'exports.handler = async ({ url }) => fetch(url).catch((error) => error.cause.code)', {
    VpcConfig: await vpcConfig(),
  });
  expect((await run('refused', { url: `http://${address}/` })).answer).toBe('ECONNREFUSED');
});

test('a function in a VPC gets no answer from the AWS API', async () => {
  await add('lonely', 'exports.handler = async () => fetch(process.env.AWS_ENDPOINT_URL)', {
    VpcConfig: await vpcConfig(),
    Timeout: 1,
  });
  expect((await run('lonely')).answer.errorType).toBe('Sandbox.Timedout');
});

test('a cold start from the code cache runs the same code', async () => {
  const source = `const path = require('node:path');
    exports.handler = async () => ({ root: process.env.LAMBDA_TASK_ROOT, file: path.relative(process.env.LAMBDA_TASK_ROOT, __filename), own: require.main === undefined, later: (await import('node:os')).EOL })`;
  await add('cached', source, {
    file: 'functions/plan.js',
    Handler: 'functions/plan.handler',
  });
  const first = (await run('cached')).answer;
  await until(() => existsSync(cacheFileOf(first.root, 'functions/plan.js')));
  await region.api('lambda').UpdateFunctionConfiguration({ FunctionName: 'cached', MemorySize: 256 });
  const second = await run('cached');
  expect(second.logTail).toContain('Init Duration');
  expect(second.answer).toEqual(first);
});
