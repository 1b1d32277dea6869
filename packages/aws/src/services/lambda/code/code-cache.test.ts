import { existsSync, statSync } from 'node:fs';
import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { cacheFileOf } from './code-cache';

/** A function that is compiled when it is first called, and not with the bundle. */
const SOURCE = `function later() { return ${Array.from({ length: 400 }, (_, at) => `Math.max(${at}, Date.now())`).join(' + ')}; }
  exports.handler = async ({ asks }) => (asks ? later() : process.env.LAMBDA_TASK_ROOT);`;

async function run(region: NewRegion, event: object): Promise<unknown> {
  const { Payload } = await region
    .api('lambda')
    .Invoke({ FunctionName: 'one', Payload: Buffer.from(JSON.stringify(event)) });
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

test('the code cache has what the first run had compiled, and is there for the next embedded AWS of the process', async () => {
  let bytes = 0;
  {
    await using region = await newRegion();
    await addActiveFunction(region, 'one', SOURCE);
    const folder = (region.state('lambda').functions.list()[0]?.latest.code.folder ?? '') as string;
    const cacheFile = cacheFileOf(folder, 'index.js');
    await until(() => existsSync(cacheFile));
    const compiled = statSync(cacheFile).size;
    expect(await run(region, { asks: true })).toEqual(expect.any(Number));
    await until(() => statSync(cacheFile).size > compiled + 1000);
    bytes = statSync(cacheFile).size;
  }
  await using region = await newRegion();
  await addActiveFunction(region, 'one', SOURCE);
  const folder = (region.state('lambda').functions.list()[0]?.latest.code.folder ?? '') as string;
  expect(statSync(cacheFileOf(folder, 'index.js')).size).toBe(bytes);
  expect(await run(region, {})).toBe(folder);
});

test('an error of code from the cache names no folder of an earlier embedded AWS of the process', async () => {
  const source = "exports.handler = async () => { throw new Error('bad'); };";
  const told: unknown[] = [];
  for (let times = 0; times < 2; times += 1) {
    await using region = await newRegion();
    await addActiveFunction(region, 'one', source);
    const folder = (region.state('lambda').functions.list()[0]?.latest.code.folder ?? '') as string;
    await until(() => existsSync(cacheFileOf(folder, 'index.js')));
    told.push(await run(region, {}));
  }
  expect(told[0]).toMatchObject({
    trace: expect.arrayContaining([expect.stringContaining('(/var/task/index.js:')]),
  });
  expect(told[1]).toEqual(told[0]);
});
