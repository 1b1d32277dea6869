import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addFunction, callOf, makeContext, makeLambda, until } from '../../testing/serverless-context';
import type { LogsState } from '../cloudwatch-logs/state';
import type { Lambda } from '.';
import { cacheFileOf } from './code-cache';

let context: ReturnType<typeof makeContext>;
let lambda: Lambda;
let logs: LogsState;

beforeEach(() => {
  context = makeContext();
  ({ lambda, logs } = makeLambda(context));
});

afterEach(async () => {
  await lambda.dispose();
  context.clock.stop();
});

const run = async (name: string, event: unknown = {}) => {
  const result = await lambda.invoke({ functionName: name, payload: JSON.stringify(event) });
  return { ...result, answer: JSON.parse(result.payload) };
};

test('a CommonJS handler gets the event and its answer comes back', async () => {
  await addFunction(lambda, 'echo', 'exports.handler = async (event) => ({ got: event.a })');
  const { answer, functionError, executedVersion } = await run('echo', { a: 1 });
  expect(answer).toEqual({ got: 1 });
  expect(functionError).toBeUndefined();
  expect(executedVersion).toBe('$LATEST');
});

test('an ES module in a folder is loaded', async () => {
  await addFunction(lambda, 'esm', 'export const handler = async () => "hello"', {
    file: 'functions/plan.mjs',
    handler: 'functions/plan.handler',
  });
  expect((await run('esm')).answer).toBe('hello');
});

test('a warm sandbox is used again', async () => {
  await addFunction(lambda, 'count', 'let n = 0; exports.handler = async () => ++n');
  await run('count');
  expect((await run('count')).answer).toBe(2);
});

test('invocations at the same time get sandboxes of their own', async () => {
  await addFunction(
    lambda,
    'slow',
    'let n = 0; exports.handler = async () => { n += 1; await new Promise((r) => setTimeout(r, 100)); return n }',
  );
  const answers = await Promise.all([run('slow'), run('slow')]);
  expect(answers.map(({ answer }) => answer)).toEqual([1, 1]);
});

test("the environment is Lambda's own, with the role's credentials and the function's variables", async () => {
  process.env.SECRET_OF_THE_HOST = 'x';
  await addFunction(lambda, 'env', 'exports.handler = async (e, c) => ({ ...process.env, c })', {
    variables: { TABLE: 'kiln' },
  });
  const { answer } = await run('env');
  delete process.env.SECRET_OF_THE_HOST;
  expect(answer).toMatchObject({
    TABLE: 'kiln',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'env',
    AWS_ACCESS_KEY_ID: 'ASIAenv',
    AWS_ENDPOINT_URL: context.endpoint,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    c: { functionName: 'env', memoryLimitInMB: '128', functionVersion: '$LATEST' },
  });
  expect(answer._X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/);
  expect(answer).not.toHaveProperty('SECRET_OF_THE_HOST');
});

test('Date shows the time of the embedded AWS', async () => {
  await addFunction(
    lambda,
    'date',
    'exports.handler = async () => ({ now: Date.now(), date: new Date().toISOString(), same: new Date().constructor === Date })',
  );
  const before = context.clock.millis();
  const { answer } = await run('date');
  expect(answer.now).toBeGreaterThanOrEqual(before);
  expect(answer.now).toBeLessThanOrEqual(context.clock.millis());
  expect(Date.parse(answer.date)).toBeGreaterThanOrEqual(before);
  expect(answer.same).toBe(true);
});

test('an error of the handler is reported with its name, message and trace', async () => {
  await addFunction(
    lambda,
    'fails',
    'class UnknownPipeline extends Error { name = "UnknownPipeline" }; exports.handler = async () => { throw new UnknownPipeline("no web") }',
  );
  const { answer, functionError } = await run('fails');
  expect(functionError).toBe('Unhandled');
  expect(answer).toMatchObject({ errorType: 'UnknownPipeline', errorMessage: 'no web' });
  expect(answer.trace[0]).toBe('UnknownPipeline: no web');
});

test('a handler that takes longer than its timeout is ended', async () => {
  const source = 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))';
  await addFunction(lambda, 'stuck', source, { timeout: 1 });
  const { answer } = await run('stuck');
  expect(answer.errorType).toBe('Sandbox.Timedout');
  expect(answer.errorMessage).toMatch(/Task timed out after 1.00 seconds$/);
});

test('a promise that nothing can settle any more ends the runtime', async () => {
  await addFunction(lambda, 'unsettled', 'exports.handler = () => new Promise(() => {})');
  const { answer, logTail } = await run('unsettled');
  expect(answer).toEqual({
    errorType: 'Runtime.NodeJsExit',
    errorMessage: expect.stringContaining('a Promise that was never settled'),
  });
  expect(logTail).toMatch(/Status: error\tError Type: Runtime\.NodeJsExit\n$/);
});

describe('a handler before Node.js 24', () => {
  const add = (name: string, body: string) =>
    addFunction(lambda, name, `exports.handler = ${body}`, { runtime: 'nodejs20.x' });

  test('answers by its callback when the event loop is empty', async () => {
    await add('late', '(e, c, done) => { setTimeout(() => console.log("late"), 50); done(null, "ok") }');
    const { answer, logTail } = await run('late');
    expect(answer).toBe('ok');
    expect(logTail).toContain('\tINFO\tlate\n');
  });

  test('may answer at once, and what it left undone goes on with the next invocation', async () => {
    await add(
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
    await add(name, body);
    expect((await run(name, { a: 1 })).answer).toEqual(expected);
  });

  test('fails by its callback', async () => {
    await add('refuses', '(event, context, callback) => callback(new RangeError("no"))');
    expect((await run('refuses')).answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'no' });
  });
});

test('a sandbox stands still between invocations', async () => {
  await addFunction(
    lambda,
    'ticking',
    'let ticks = 0; setInterval(() => { ticks += 1 }, 1); exports.handler = async () => ticks',
  );
  const { answer: before } = await run('ticking');
  await addFunction(lambda, 'busy', 'exports.handler = () => new Promise((r) => setTimeout(r, 200))');
  await run('busy');
  expect((await run('ticking')).answer).toBeLessThanOrEqual(before + 2);
});

test('what is written without a line break is in the log as well', async () => {
  await addFunction(lambda, 'raw', 'exports.handler = async () => void process.stdout.write("raw")');
  expect((await run('raw')).logTail).toContain('\nraw\nEND ');
});

test('an error is logged with its stack and what it has of its own, once', async () => {
  await addFunction(
    lambda,
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
  await addFunction(
    lambda,
    'circular',
    'exports.handler = async () => { const e = new Error("round"); e.self = e; throw e }',
  );
  const { answer, logTail } = await run('circular');
  expect(answer).toMatchObject({ errorType: 'Error', errorMessage: 'round' });
  expect(logTail).toContain('Invoke Error \t{"errorType":"Error","errorMessage":"round","stack":[');
});

test('a module that fails says so in the log, and names no folder of the machine', async () => {
  await addFunction(lambda, 'lacking', 'require("nowhere"); exports.handler = async () => 1');
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
  await addFunction(lambda, 'exits', 'exports.handler = async () => process.exit(3)');
  expect((await run('exits')).answer).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/exit status 3$/),
  });
});

test('a promise that nobody awaited fails the invocation', async () => {
  await addFunction(
    lambda,
    'loose',
    'exports.handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 1000)) }',
  );
  expect((await run('loose')).answer).toMatchObject({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: 'Error: lost',
  });
});

test('a handler that is not there is named', async () => {
  await addFunction(lambda, 'nowhere', 'exports.other = 1');
  await addFunction(lambda, 'nofile', 'x', { handler: 'absent.handler' });
  expect((await run('nowhere')).answer).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is undefined or not exported',
  });
  expect((await run('nofile')).answer.errorType).toBe('Runtime.ImportModuleError');
});

test('callback handlers work up to Node.js 22 and are refused from 24 on', async () => {
  const source = 'exports.handler = (event, context, callback) => callback(null, "called")';
  await addFunction(lambda, 'old', source, { runtime: 'nodejs20.x' });
  await addFunction(lambda, 'new', source, { runtime: 'nodejs24.x' });
  expect((await run('old')).answer).toBe('called');
  expect((await run('new')).answer.errorType).toBe('Runtime.CallbackHandlerDeprecated');
});

test("the function's lines reach CloudWatch Logs between START, END and REPORT", async () => {
  await addFunction(
    lambda,
    'talks',
    'exports.handler = async () => { console.log("hi %s", "there"); process.stdout.write("raw\\n") }',
  );
  const { requestId, logTail } = await run('talks');
  const messages = logs.lines('/aws/lambda/talks').map(({ message }) => message);
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
  await addFunction(lambda, 'traced', 'exports.handler = async () => process.env._X_AMZN_TRACE_ID');
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  const result = await lambda.invoke({ functionName: 'traced', traceId });
  expect(JSON.parse(result.payload)).toBe(traceId);
});

test('a payload that is no JSON, or larger than 6 MB, is refused', async () => {
  await addFunction(lambda, 'any', 'exports.handler = async () => 1');
  await expect(lambda.invoke({ functionName: 'any', payload: '{' })).rejects.toMatchObject({
    code: 'InvalidRequestContentException',
  });
  await expect(
    lambda.invoke({ functionName: 'any', payload: JSON.stringify('x'.repeat(6_291_456)) }),
  ).rejects.toMatchObject({ code: 'RequestTooLargeException', status: 413 });
});

test('no concurrency left is TooManyRequestsException', async () => {
  await addFunction(lambda, 'none', 'exports.handler = async () => 1');
  lambda.operations.PutFunctionConcurrency({ FunctionName: 'none', ReservedConcurrentExecutions: 0 });
  await expect(lambda.invoke({ functionName: 'none' })).rejects.toMatchObject({
    code: 'TooManyRequestsException',
    status: 429,
  });
});

test('an asynchronous event that fails is tried three times and then given up', async () => {
  await addFunction(lambda, 'bad', 'exports.handler = async () => { throw new Error("no") }');
  const answer = await lambda.operations.Invoke(
    { FunctionName: 'bad', InvocationType: 'Event', Payload: Buffer.from('{"a":1}') },
    callOf(context),
  );
  expect(answer.StatusCode).toBe(202);
  await until(() => lambda.deadEvents().length === 1);
  expect(lambda.deadEvents()[0]).toMatchObject({ payload: '{"a":1}', reason: 'no' });
  const starts = logs.lines('/aws/lambda/bad').filter(({ message }) => message.startsWith('START'));
  expect(starts).toHaveLength(3);
});

test('a destination that is gone does not keep an event from its dead-letter topic', async () => {
  const published: { TopicArn?: string; Message?: string }[] = [];
  const other = makeLambda(context, {
    sns: { operations: { Publish: (input) => void published.push(input) } },
  }).lambda;
  try {
    await addFunction(other, 'bad', 'exports.handler = async () => { throw new Error("no") }');
    const FunctionName = 'bad';
    const TargetArn = 'arn:aws:sns:us-east-1:000000000000:dead';
    other.operations.UpdateFunctionConfiguration({ FunctionName, DeadLetterConfig: { TargetArn } });
    other.operations.PutFunctionEventInvokeConfig({
      FunctionName,
      MaximumRetryAttempts: 0,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:lambda:us-east-1:000000000000:function:gone' },
      },
    });
    other.invokeLater({ functionName: FunctionName, payload: '{"a":1}' });
    await until(() => published.length > 0);
    expect(published).toMatchObject([{ TopicArn: TargetArn, Message: '{"a":1}' }]);
  } finally {
    await other.dispose();
  }
});

test('HTTP of a function goes through the embedded network', async () => {
  const server = createServer((request, response) => response.end(`you asked ${request.headers.host}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await addFunction(
    lambda,
    'fetches',
    `exports.handler = async ({ url }) => {
      const fetched = await (await fetch(url)).text();
      const got = await new Promise((resolve, reject) => require('node:http').get(url, (res) => {
        let text = ''; res.on('data', (c) => text += c); res.on('end', () => resolve(text));
      }).on('error', reject));
      return { fetched, got };
    }`,
    { inVpc: true },
  );
  const { answer } = await run('fetches', { url: `http://10.1.2.3:${port}/` });
  server.close();
  expect(answer).toEqual({ fetched: `you asked 10.1.2.3:${port}`, got: `you asked 10.1.2.3:${port}` });
});

test('an error of the network has the code that a real one would have', async () => {
  const refused = makeLambda(context, {
    connect: () =>
      Promise.reject(Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:80'), { code: 'ECONNREFUSED' })),
  });
  await addFunction(
    refused.lambda,
    'refused',
    'exports.handler = async () => fetch("http://10.0.0.1/").catch((error) => error.cause.code)',
    { inVpc: true },
  );
  const result = await refused.lambda.invoke({ functionName: 'refused' });
  await refused.lambda.dispose();
  expect(JSON.parse(result.payload)).toBe('ECONNREFUSED');
});

test('a function in a VPC gets no answer from the AWS API', async () => {
  await addFunction(lambda, 'lonely', 'exports.handler = async () => fetch(process.env.AWS_ENDPOINT_URL)', {
    inVpc: true,
    timeout: 1,
  });
  expect((await run('lonely')).answer.errorType).toBe('Sandbox.Timedout');
});

test('a cold start from the code cache runs the same code', async () => {
  const source = `const path = require('node:path');
    exports.handler = async () => ({ root: process.env.LAMBDA_TASK_ROOT, file: path.relative(process.env.LAMBDA_TASK_ROOT, __filename), own: require.main === undefined, later: (await import('node:os')).EOL })`;
  await addFunction(lambda, 'cached', source, {
    file: 'functions/plan.js',
    handler: 'functions/plan.handler',
  });
  const first = (await run('cached')).answer;
  await until(() => existsSync(cacheFileOf(first.root, 'functions/plan.js')));
  lambda.operations.UpdateFunctionConfiguration({ FunctionName: 'cached', MemorySize: 256 });
  const second = await run('cached');
  expect(second.logTail).toContain('Init Duration');
  expect(second.answer).toEqual(first);
});
