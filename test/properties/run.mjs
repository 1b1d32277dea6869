// npm run properties -- --cases 10000 --seed 7
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const cases = Number(values.cases);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!(Number.isInteger(cases) && cases > 0 && Number.isInteger(seed)))
  throw new Error('--cases and --seed: expected whole numbers');

console.log(`${cases} cases of each property, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    'kiln',
    '--testPathPatterns',
    'test/properties/',
    '--verbose',
  ],
  { stdio: 'inherit', env: { ...process.env, KILN_CASES: String(cases), KILN_SEED: String(seed) } },
);
console.log(`${status === 0 ? 'held' : 'BROKEN'}: npm run properties -- --cases ${cases} --seed ${seed}`);
process.exitCode = status ?? 1;
