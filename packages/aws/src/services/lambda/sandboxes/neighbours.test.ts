import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';

/*
 * Functions with the same code stand in one thread, where the thread's id shows it, and nothing else may.
 */

let region: NewRegion;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

const THREAD = "const { threadId } = require('node:worker_threads');";

/** Adds functions with one code, each with its name as variable. */
async function addSiblings(names: readonly string[], source: string, runtime?: 'nodejs20.x'): Promise<void> {
  for (const name of names)
    await addActiveFunction(region, name, `${THREAD} ${source}`, {
      Environment: { Variables: { WHO: name } },
      ...(runtime && { Runtime: runtime }),
    });
}

async function run(name: string, event: unknown = {}): Promise<Record<string, unknown>> {
  const { Payload } = await region
    .api('lambda')
    .Invoke({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) });
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

test('functions of the same code share a thread, each with its module, its environment and its log', async () => {
  await addSiblings(
    ['ann', 'bob'],
    `let count = 0;
    exports.handler = async () => {
      count += 1;
      process.env['MARK_' + process.env.WHO] = 'made by ' + process.env.WHO;
      console.log('I am ' + process.env.WHO);
      return { threadId, count, who: process.env.WHO, function: process.env.AWS_LAMBDA_FUNCTION_NAME,
        key: process.env.AWS_ACCESS_KEY_ID, marks: Object.keys(process.env).filter((name) => /^MARK_/.test(name)) };
    };`,
  );
  const ann = await run('ann');
  const bob = await run('bob');
  expect(bob.threadId).toBe(ann.threadId);
  expect(ann).toMatchObject({ count: 1, who: 'ann', function: 'ann', marks: ['MARK_ann'] });
  expect(bob).toMatchObject({ count: 1, who: 'bob', function: 'bob', marks: ['MARK_bob'] });
  expect(bob.key).not.toBe(ann.key);
  expect(await run('ann')).toEqual({ ...ann, count: 2 });
  expect(await run('bob')).toEqual({ ...bob, count: 2 });
  const { events = [] } = await region
    .api('cloudwatch-logs')
    .FilterLogEvents({ logGroupName: '/aws/lambda/bob', filterPattern: '"I am"' });
  expect(events.map(({ message }) => message?.split('\t').at(-1))).toEqual(['I am bob', 'I am bob']);
});

test('what a function makes global is its own', async () => {
  await addSiblings(
    ['globe', 'sphere'],
    `exports.handler = async () => {
      globalThis.seen = (globalThis.seen ?? 0) + 1;
      globalThis[Symbol.for('registry')] ??= process.env.WHO;
      return { threadId, seen: globalThis.seen, registry: globalThis[Symbol.for('registry')] };
    };`,
  );
  const first = await run('globe');
  const second = await run('sphere');
  expect(second.threadId).toBe(first.threadId);
  expect([first, second]).toMatchObject([
    { seen: 1, registry: 'globe' },
    { seen: 1, registry: 'sphere' },
  ]);
  expect(await run('globe')).toMatchObject({ seen: 2, registry: 'globe' });
});

test.each([
  [
    'a timer goes on after the answer',
    'setInterval(() => {}, 10); exports.handler = async () => ({ threadId });',
  ],
  ['a global was replaced', 'globalThis.fetch = () => {}; exports.handler = async () => ({ threadId });'],
  [
    'a global cannot be taken away',
    "Object.defineProperty(globalThis, 'nailed', { value: 1 }); exports.handler = async () => ({ threadId });",
  ],
])('nobody joins a thread where %s', async (_, source) => {
  const names = ['a', 'b'].map((end) => `${source.length}-${end}`);
  await addSiblings(names, source);
  const [a = {}, b = {}] = [await run(names[0] ?? ''), await run(names[1] ?? '')];
  expect(typeof a.threadId).toBe('number');
  expect(b.threadId).not.toBe(a.threadId);
});

test('nobody joins a thread where a request goes on after the answer', async () => {
  await addSiblings(
    ['asks', 'asks-too'],
    `exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      require('node:http').get('http://192.0.2.1/').on('error', () => {});
      setTimeout(() => callback(null, { threadId }), 20);
    };`,
    'nodejs20.x',
  );
  const [a, b] = [await run('asks'), await run('asks-too')];
  expect(b.threadId).not.toBe(a.threadId);
});

test('a function that ends its process takes no answer from another', async () => {
  await addSiblings(
    ['steady', 'reckless'],
    `let count = 0;
    exports.handler = async () => {
      if (process.env.WHO === 'reckless') process.exit(1);
      count += 1;
      return { threadId, count };
    };`,
  );
  expect(await run('steady')).toMatchObject({ count: 1 });
  expect(await run('reckless')).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await run('steady')).toMatchObject({ count: 1 });
});

test('two at the same time stand in two threads', async () => {
  await addSiblings(
    ['left', 'right'],
    'exports.handler = () => new Promise((r) => setTimeout(() => r({ threadId }), 100));',
  );
  await run('left');
  const [left, right] = await Promise.all([run('left'), run('right')]);
  expect(right.threadId).not.toBe(left.threadId);
});

test('of the threads in which functions of one code ran side by side one stays', async () => {
  const names = ['first', 'second', 'third'];
  await addSiblings(
    names,
    'exports.handler = () => new Promise((r) => setTimeout(() => r({ threadId }), 100));',
  );
  const beside = await Promise.all(names.map((name) => run(name)));
  expect(new Set(beside.map(({ threadId }) => threadId)).size).toBe(3);
  const after: Record<string, unknown>[] = [];
  for (const name of names) after.push(await run(name));
  expect(new Set(after.map(({ threadId }) => threadId)).size).toBe(1);
});
