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

test('an environment that nobody asks is closed after as long as whoever starts AWS says', async () => {
  const source = 'let runs = 0; exports.handler = async () => (runs += 1);';
  const runsAfter = async (seconds: number, functionIdleSeconds?: number) => {
    await using own = await newRegion({ functions: 'process', leap: true, functionIdleSeconds });
    await addActiveFunction(own, 'counts', source);
    await own.api('lambda').Invoke({ FunctionName: 'counts' });
    await own.aws.clock.sleep(seconds);
    const { Payload } = await own.api('lambda').Invoke({ FunctionName: 'counts' });
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  };
  expect(await runsAfter(900)).toBe(1);
  expect(await runsAfter(900, 3600)).toBe(2);
  expect(await runsAfter(3700, 3600)).toBe(1);
  await expect(newRegion({ functionIdleSeconds: 0 })).rejects.toThrow(
    'functionIdleSeconds: expected a number above 0, not 0',
  );
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

test('a format that is given no time writes that of its clock', async () => {
  const invoke = await add(`exports.handler = async () => {
    const own = new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' });
    const { format } = globalThis.Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' });
    const parts = own.formatToParts().map(({ value }) => value).join('');
    return [own.format(), format(), parts, format(0), own instanceof Intl.DateTimeFormat, Intl.getCanonicalLocales('EN-us')];
  };`);
  await region.aws.clock.sleep('2d');
  const today = region.aws.clock.now().toISOString().slice(0, 10);
  expect(await invoke()).toEqual([undefined, [today, today, today, '1970-01-01', true, ['en-US']]]);
  expect(new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' }).format()).toBe(
    new Date().toISOString().slice(0, 10),
  );
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
  expect(await invoke()).toEqual([
    'Unhandled',
    { errorType: 'TypeError', errorMessage: 'late', trace: expect.arrayContaining(['TypeError: late']) },
  ]);
  expect(await linesOf(`function-${count}`)).toEqual([
    expect.stringMatching(/\tERROR\tUncaught Exception \t{"errorType":"TypeError","errorMessage":"late"/),
  ]);
  expect(await invoke()).toMatchObject(['Unhandled', { errorMessage: 'late' }]);
});

test.each([
  'process.nextTick(mistake)',
  'queueMicrotask(mistake)',
  "require('node:timers').setTimeout(mistake, 1)",
  "require('node:http').get(process.env.AWS_ENDPOINT_URL + '/_local', mistake)",
])('so does one in another callback: %s', async (callback) => {
  const invoke = await add(
    `const mistake = () => { throw new TypeError('late'); }; exports.handler = () => new Promise(() => { ${callback}; });`,
  );
  expect(await invoke()).toMatchObject(['Unhandled', { errorType: 'TypeError', errorMessage: 'late' }]);
});

test('it may declare what is global elsewhere', async () => {
  const invoke = await add(`
    const process = require('node:process');
    const crypto = require('node:crypto');
    const { setTimeout } = require('node:timers/promises');
    exports.handler = async () => [process.env.AWS_LAMBDA_FUNCTION_NAME, crypto.randomUUID().length, await setTimeout(1, 'a')];`);
  expect(await invoke()).toEqual([undefined, [`function-${count}`, 36, 'a']]);
});

test.each([
  ['(event, context, callback) => setImmediate(() => callback(null, 1))', [undefined, 1]],
  [
    "(event, context, callback) => callback(new RangeError('no'))",
    ['Unhandled', { errorType: 'RangeError' }],
  ],
  ['(event, context) => context.succeed(2)', [undefined, 2]],
  ['(event, context) => context.done(null, 3)', [undefined, 3]],
  ["(event, context) => context.fail(new RangeError('no'))", ['Unhandled', { errorType: 'RangeError' }]],
  ['async () => 4', [undefined, 4]],
])('before Node.js 24 it answers in each of the ways there are: %s', async (handler, answer) => {
  const invoke = await add(`exports.handler = ${handler}`, { Runtime: 'nodejs22.x' });
  expect(await invoke()).toMatchObject(answer);
});

test.each([
  ['exports.handler = (event, context, callback) => callback(null, 1)', 'Runtime.CallbackHandlerDeprecated'],
  ['exports.handler = async () => { const a = {}; a.a = a; return a; }', 'Runtime.MarshalError'],
  ['exports.handler = async () => process.kill(process.pid)', 'Runtime.ExitError'],
  ['exports.handler = async () => process.abort()', 'Runtime.ExitError'],
  ['const = 1', 'Runtime.UserCodeSyntaxError'],
])('what is wrong has the name that Lambda gives it: %s', async (source, errorType) => {
  const invoke = await add(source);
  expect(await invoke()).toMatchObject(['Unhandled', { errorType }]);
});

test('a module that it can do without may be missing', async () => {
  const invoke = await add(`
    let found = 'found';
    try { require('bufferutil'); } catch (error) { found = error.code; }
    exports.handler = async () => found;`);
  expect(await invoke()).toEqual([undefined, 'MODULE_NOT_FOUND']);
});

test('its timers can be promises, and be taken back', async () => {
  const invoke = await add(`
    const { promisify } = require('node:util');
    exports.handler = async () => {
      const taken = setTimeout(() => { throw new Error('it was taken back'); }, 5);
      clearTimeout(taken);
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      const { setTimeout: pause } = require('timers/promises');
      return [await promisify(setTimeout)(10, 'a'), await promisify(setImmediate)('b'),
        await pause(5000, 'c', { signal: controller.signal }).catch((error) => error.name)];
    };`);
  expect(await invoke()).toEqual([undefined, ['a', 'b', 'AbortError']]);
});

test('what it does to its process does nothing to this one', async () => {
  const invoke = await add(`
    exports.handler = async () => {
      process.exitCode = 9;
      process.prependListener('exit', () => {});
      process.env.COUNT = 5;
      let refused;
      try { process.chdir('/'); } catch (error) { refused = error.message; }
      return [process.exitCode, process.listenerCount('exit'), process.env.COUNT, refused];
    };`);
  const before = [process.exitCode, process.cwd(), process.listenerCount('exit')];
  expect(await invoke()).toEqual([undefined, [9, 1, '5', expect.stringContaining('process.chdir()')]]);
  expect([process.exitCode, process.cwd(), process.listenerCount('exit')]).toEqual(before);
});

test('what its console and its streams hold back is in its log as well', async () => {
  const invoke = await add(`
    exports.handler = async () => {
      console.table([{ a: 1 }]); console.count(); console.assert(false, 'no'); require('console').log('module');
      process.stdout.write('no end');
    };`);
  await invoke();
  expect(await linesOf(`function-${count}`)).toEqual([
    expect.stringMatching(/\tINFO\t┌/),
    expect.stringMatching(/\tINFO\tdefault: 1$/),
    expect.stringMatching(/\tWARN\tAssertion failed: no$/),
    expect.stringMatching(/\tINFO\tmodule$/),
    'no end',
  ]);
});

test('an error is logged with what it has of its own, and names no folder of the machine', async () => {
  const invoke = await add(
    "exports.handler = async () => { throw Object.assign(new Error('no'), { code: 42, more: { a: 1 } }); }",
  );
  const [, { trace }] = await invoke();
  expect(trace).toEqual([
    'Error: no',
    expect.stringContaining('/var/task/index.js'),
    '    at /var/runtime/index.mjs',
  ]);
  const [line = ''] = await linesOf(`function-${count}`);
  expect(JSON.parse(line.split('\t').at(-1) ?? '')).toEqual({
    ...{ errorType: 'Error', errorMessage: 'no', code: 42, more: { a: 1 } },
    stack: trace,
  });
});

test('random numbers come to callbacks', async () => {
  const invoke = await add(`
    const crypto = require('crypto');
    const called = (call) => new Promise((resolve) => call((error, value) => resolve(value)));
    exports.handler = async () => [await called((done) => crypto.randomInt(1, 2, done)), await called((done) => crypto.randomInt(1, done)),
      (await called((done) => crypto.randomBytes(3, done))).length, (await called((done) => crypto.randomFill(Buffer.alloc(4), done))).length,
      crypto.randomFillSync(Buffer.alloc(4), 1, 0).toString('hex')];`);
  expect(await invoke()).toEqual([undefined, [1, 0, 3, 4, '00000000']]);
});

test('while a timer of its own runs no time leaps, whatever answers it left unread or waits for no more', async () => {
  const invoke = await add(
    `
    const http = require('node:http');
    exports.handler = async ({ leave }) => {
      if (leave) http.get(process.env.AWS_ENDPOINT_URL + '/_local/clock/sleep?seconds=86400').on('error', () => {});
      else {
        await new Promise((resolve) => http.get(process.env.AWS_ENDPOINT_URL + '/_local', resolve));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return 1;
    };`,
    { Timeout: 60 },
  );
  expect(await invoke({ leave: true })).toEqual([undefined, 1]);
  expect((await Promise.all([invoke(), region.aws.clock.sleep(3600)]))[0]).toEqual([undefined, 1]);
});

test('an answer that it does not listen to comes to its end', async () => {
  const invoke = await add(`
    const http = require('node:http');
    exports.handler = () => new Promise((resolve) =>
      http.request(process.env.AWS_ENDPOINT_URL + '/_local').on('close', () => resolve('closed')).end());`);
  expect(await invoke()).toEqual([undefined, 'closed']);
});

test('a fetch is given up when its signal says so', async () => {
  const invoke = await add(`
    exports.handler = async () => {
      const ask = (signal) => fetch(process.env.AWS_ENDPOINT_URL + '/_local/clock/sleep?seconds=86400', { signal }).catch((error) => error.name);
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      const { url } = await fetch(process.env.AWS_ENDPOINT_URL + '/_local');
      return [await ask(AbortSignal.abort()), await ask(controller.signal), url.endsWith('/_local'), await (await fetch('data:,a')).text()];
    };`);
  expect(await invoke()).toEqual([undefined, ['AbortError', 'AbortError', true, 'a']]);
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
