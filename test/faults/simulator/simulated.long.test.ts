import type { Project } from '../../../cli/copy-project';
import { drawSchedule } from './drawn/schedule';
import { packageSimulated } from './pipelines';
import { describeOutcome } from './report';
import { runSchedule } from './run';

jest.setTimeout(600_000);

/**
 * Runs in each test:long. A hundred were better: each costs some 15 s of CPU, and CI has 30 minutes for everything. `npm run faults`
 * makes as many as one likes.
 */
const RUNS_A_DAY = 2;

/** Other seeds each day. */
const FIRST_SEED = Math.floor(Date.now() / 86_400_000) * 1000;

let project: Project;
beforeAll(async () => {
  project = await packageSimulated();
});
afterAll(() => project?.remove());

test.each(Array.from({ length: RUNS_A_DAY }, (_, at) => FIRST_SEED + at))(
  'what goes wrong in run %d breaks no invariant',
  async (seed) => {
    const outcome = await runSchedule({ seed, schedule: drawSchedule(seed), packaged: project.packaged });
    process.stderr.write(`${describeOutcome(outcome)}\n`);
    expect(outcome.broken).toEqual([]);
  },
);
