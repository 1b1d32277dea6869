import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { newRegion } from '../../src/testing/region';
import { isNewDefect } from './known';
import { readServices } from './services';
import { report, Trial, type Tried } from './trial';

/** Requests to one account, before the next one is born. */
const ACCOUNT = 2_000;

/** How many of each, by service. */
type Counts = Map<
  string,
  { operations: Set<string>; succeeded: number; refused: number; unsent: number; defect: number }
>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
  });
  const [runs, first] = [Number(values.runs), Number(values.seed)];
  if (!(runs > 0) || !Number.isInteger(first)) throw new Error('--runs and --seed: expected whole numbers');
  process.on('uncaughtException', (error) => fail('an uncaught exception', error));
  process.on('unhandledRejection', (error) => fail('an unhandled rejection', error));
  const counts: Counts = new Map();
  const heaps: number[] = [];
  for (let seed = first; seed < first + runs; seed += ACCOUNT) {
    await runAccount(seed, Math.min(seed + ACCOUNT, first + runs), counts);
    heaps.push(heapAfterCollection());
  }
  print(counts, heaps);
}

async function runAccount(from: number, to: number, counts: Counts): Promise<void> {
  await using region = await newRegion();
  await using trial = new Trial(region, await readServices(), 200);
  for (let seed = from; seed < to; seed += 1) {
    const tried = await trial.runRandom(seed);
    count(counts, tried);
    if (tried.verdict.kind !== 'defect') continue;
    console.log(`${isNewDefect(tried) ? 'defect' : 'known defect'} of seed ${seed}: ${report(tried)}`);
    if (isNewDefect(tried)) process.exitCode = 1;
  }
}

function count(counts: Counts, { service, operation, verdict }: Tried): void {
  const of = counts.get(service) ?? { operations: new Set(), succeeded: 0, refused: 0, unsent: 0, defect: 0 };
  of.operations.add(operation);
  of[verdict.kind] += 1;
  counts.set(service, of);
}

function print(counts: Counts, heaps: readonly number[]): void {
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
  console.table(
    Object.fromEntries(
      rows.map(([service, { operations, ...others }]) => [
        service,
        { operations: operations.size, ...others },
      ]),
    ),
  );
  console.log(`heap after each account was gone, MB: ${heaps.join(', ')}`);
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

function fail(what: string, error: unknown): void {
  console.error(`defect: ${what}:`, error);
  process.exitCode = 1;
}

void main();
