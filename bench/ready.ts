import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * How long it takes until the embedded AWS is imported and has answered its first call, and how much memory that takes: as the
 * package is built, beside the same sources compiled at the start.
 *
 * npm run bench:ready [runs]
 */

interface Run {
  readonly importMilliseconds: number;
  readonly readyMilliseconds: number;
  readonly megabytes: number;
}

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

const PROGRAM = (module: string) => `
  const begun = performance.now();
  const { startAws } = await import(${JSON.stringify(module)});
  const imported = performance.now();
  const aws = await startAws();
  await fetch(aws.endpoint + '/_local');
  const ready = performance.now();
  console.log(JSON.stringify({
    importMilliseconds: imported - begun,
    readyMilliseconds: ready - begun,
    megabytes: process.memoryUsage().rss / 1e6,
  }));
  await aws.stop();
`;

function measure(module: string, options: readonly string[]): Run {
  const output = execFileSync(
    process.execPath,
    [...options, '--input-type=module', '--eval', PROGRAM(module)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return JSON.parse(output) as Run;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function describe(name: string, runs: readonly Run[]): string {
  const cells = [
    median(runs.map((run) => run.importMilliseconds)),
    median(runs.map((run) => run.readyMilliseconds)),
    median(runs.map((run) => run.megabytes)),
  ];
  return `${name.padEnd(28)}${cells.map((cell) => cell.toFixed(0).padStart(12)).join('')}`;
}

const count = Number(process.argv[2] ?? 5);
const built = path('packages/aws/dist/index.js');
statSync(built);
const runs: Record<'built' | 'compiled', Run[]> = { built: [], compiled: [] };
for (let i = 0; i < count; i++) {
  runs.built.push(measure(built, []));
  runs.compiled.push(measure(path('packages/aws/src/index.ts'), ['--import', 'tsx']));
}
console.log(`median of ${count}                    import ms    ready ms          MB`);
console.log(describe('built (dist)', runs.built));
console.log(describe('compiled at the start (tsx)', runs.compiled));
