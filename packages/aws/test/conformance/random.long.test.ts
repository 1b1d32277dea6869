import { newRegion } from '../../src/testing/region';
import { isNewDefect } from './known';
import { readServices } from './services';
import { report, Trial, type Tried } from './trial';

const SEED = Number(process.env.CONFORMANCE_SEED ?? 1);
const RUNS = Number(process.env.CONFORMANCE_RUNS ?? 1000);

test(`${RUNS} requests, right and wrong, from CONFORMANCE_SEED=${SEED} on are answered as AWS does`, async () => {
  await using region = await newRegion();
  await using trial = new Trial(region, await readServices(), 200);
  const all: Tried[] = [];
  for (let seed = SEED; seed < SEED + RUNS; seed += 1) all.push(await trial.runRandom(seed));
  expect(all.filter(isNewDefect).map(report)).toEqual([]);
  expect(all.filter(({ verdict }) => verdict.kind === 'succeeded').length).toBeGreaterThan(RUNS / 10);
});
