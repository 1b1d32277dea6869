import { buildSync } from 'esbuild';
import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion({ functions: 'process' });
});
afterAll(() => region[Symbol.asyncDispose]());

let count = 0;
/** A function of a test's own. Returns how to invoke it: its error, and what it answers. */
async function add(source: string, settings: Parameters<typeof addActiveFunction>[3] = {}) {
  count += 1;
  const FunctionName = `function-${count}`;
  await addActiveFunction(region, FunctionName, source, settings);
  return async (event: unknown = {}) => {
    const { FunctionError, Payload } = await region
      .api('lambda')
      .Invoke({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) });
    return [FunctionError, JSON.parse(Buffer.from(Payload ?? []).toString())];
  };
}

/** The code with the packages that it needs. */
function bundle(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: __dirname },
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false, logLevel: 'error' },
  });
  return outputFiles[0]?.text ?? '';
}

/** What a function wrote, without the lines of Lambda itself. */
async function linesOf(name: string): Promise<string[]> {
  const { events = [] } = await region
    .api('cloudwatch-logs')
    .FilterLogEvents({ logGroupName: `/aws/lambda/${name}` });
  return events
    .map(({ message = '' }) => message.trim())
    .filter((line) => !/^(START|END|REPORT|INIT)/.test(line));
}

test('it answers, and keeps its module between invocations', async () => {
  const invoke = await add('let runs = 0; exports.handler = async (event) => [event.word, (runs += 1)];');
  expect(await invoke({ word: 'a' })).toEqual([undefined, ['a', 1]]);
  expect(await invoke({ word: 'b' })).toEqual([undefined, ['b', 2]]);
});

test('each has variables and a clock of its own, and this process keeps its own', async () => {
  const source = `
    const before = process.env.WORD;
    globalThis.shared = globalThis.shared ?? before;
    exports.handler = async () => [before, require('node:process').env.WORD, globalThis.process.env.WORD, globalThis.shared,
      Date.now(), new Date().getTime(), Object.keys(process.env).includes('HOME'), process.cwd() === __dirname];`;
  const set = (WORD: string) => ({ Environment: { Variables: { WORD } } });
  const [one, two] = [await add(source, set('one')), await add(source, set('two'))];
  const [own, before] = [process, { ...process.env }];
  const [[, first], [, second]] = await Promise.all([one(), two()]);
  expect(first.slice(0, 4)).toEqual(['one', 'one', 'one', 'one']);
  expect(second.slice(0, 4)).toEqual(['two', 'two', 'two', 'two']);
  expect(Math.abs(first[4] - region.aws.clock.now().getTime())).toBeLessThan(600_000);
  expect(first.slice(6)).toEqual([false, true]);
  expect(process).toBe(own);
  expect({ ...process.env }).toEqual(before);
  expect('shared' in globalThis).toBe(false);
});

test('what it writes is in its log', async () => {
  const invoke = await add(
    "exports.handler = async () => { console.log('a word', 1); process.stdout.write('a line\\n'); console.error('bad'); }",
  );
  expect(await invoke()).toEqual([undefined, null]);
  expect(await linesOf(`function-${count}`)).toEqual([
    expect.stringMatching(/INFO\ta word 1$/),
    'a line',
    expect.stringMatching(/ERROR\tbad$/),
  ]);
});

test('what it throws is told as Lambda tells it', async () => {
  const invoke = await add("exports.handler = async () => { throw new RangeError('too much'); }");
  expect(await invoke()).toEqual([
    'Unhandled',
    {
      errorType: 'RangeError',
      errorMessage: 'too much',
      trace: expect.arrayContaining(['RangeError: too much', expect.stringContaining('/var/task/index.js')]),
    },
  ]);
});

test('its traces name its files as they are on Lambda', async () => {
  const invoke = await add("exports.handler = async () => new Error('here').stack");
  expect(await invoke()).toEqual([undefined, expect.stringContaining('/var/task/index.js:1:')]);
});

test.each([
  ['exports.handler = 3', 'Runtime.HandlerNotFound'],
  ['exports.other = () => {}', 'Runtime.HandlerNotFound'],
  ["require('@aws-sdk/client-sts')", 'Runtime.ImportModuleError'],
  ['process.exit(3)', 'Runtime.ExitError'],
])('one that cannot be loaded says so: %s', async (source, errorType) => {
  const invoke = await add(source);
  expect(await invoke()).toEqual(['Unhandled', expect.objectContaining({ errorType })]);
});

test('its time runs out', async () => {
  const invoke = await add('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 5000))', {
    Timeout: 1,
  });
  expect(await invoke()).toEqual([
    'Unhandled',
    expect.objectContaining({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('1.00 seconds'),
    }),
  ]);
});

test('an error in a timer ends it, and nothing else', async () => {
  const invoke = await add(
    "exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError('late'); }, 1))",
  );
  expect(await invoke()).toEqual(['Unhandled', expect.objectContaining({ errorType: 'TypeError' })]);
});

test('it reaches AWS by its own rights, and the network', async () => {
  const source = bundle(`
    const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
    const http = require('node:http');
    const ask = (url) => new Promise((resolve) => {
      http.get(url, { agent: false }, (answer) => { answer.resume(); resolve(answer.statusCode); }).on('error', (error) => resolve(error.code));
    });
    exports.handler = async () => {
      const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
      return [Arn, await ask('http://no-such-host.example/'), await ask(process.env.AWS_ENDPOINT_URL + '/_local')];
    };`);
  const invoke = await add(source);
  expect(await invoke()).toEqual([
    undefined,
    [`arn:aws:sts::000000000000:assumed-role/app/function-${count}`, 'ENOTFOUND', 200],
  ]);
});

test('its fetch goes into the embedded network, also to the hosts of S3', async () => {
  const invoke = await add(`
    exports.handler = async () => {
      const local = await fetch(process.env.AWS_ENDPOINT_URL + '/_local');
      const denied = await fetch('https://somebodys.s3.amazonaws.com/a', { method: 'PUT', body: 'a word' });
      const lost = await fetch('http://no-such-host.example/').catch((error) => error.cause.code);
      return [local.ok, (await local.text()).length > 0, denied.status, denied.headers.get('content-type'), lost];
    };`);
  expect(await invoke()).toEqual([undefined, [true, true, 403, 'application/xml', 'ENOTFOUND']]);
});

test('one that dies in the middle does nothing more', async () => {
  const source = bundle(`
    const { SSMClient, PutParameterCommand } = require('@aws-sdk/client-ssm');
    exports.handler = async () => {
      const ssm = new SSMClient({});
      for (const Name of ['/a', '/b', '/c']) await ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String' }));
    };`);
  const invoke = await add(source);
  await region.aws.faults.add({
    service: 'ssm',
    operation: 'PutParameter',
    kind: 'killAfterEffect',
    skip: 1,
  });
  expect(await invoke()).toEqual([
    'Unhandled',
    { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
  ]);
  await region.aws.clock.sleep(600);
  const { Parameters } = await region.api('ssm').GetParameters({ Names: ['/a', '/b', '/c'] });
  expect(Parameters?.map(({ Name }) => Name)).toEqual(['/a', '/b']);
});

test('with a seed it is repeated to the letter', async () => {
  const source =
    "exports.handler = async () => [Math.random(), require('crypto').randomUUID(), crypto.randomUUID(), Date.now()];";
  const run = async () => {
    await using seeded = await newRegion({ functions: 'process', seed: 7 });
    await addActiveFunction(seeded, 'random', source);
    const { Payload } = await seeded.api('lambda').Invoke({ FunctionName: 'random' });
    return Buffer.from(Payload ?? []).toString();
  };
  const first = await run();
  expect(first).not.toBe('');
  expect(await run()).toBe(first);
});
