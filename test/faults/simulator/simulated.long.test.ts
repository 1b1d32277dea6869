import type { Project } from '../../../cli/copy-project';
import { drawSchedule } from './drawn/schedule';
import { LATER_DEPLOYMENT } from './kinds/deployments';
import { OTHER_DEPLOYMENT } from './kinds/people';
import { packageSimulated } from './pipelines';
import { describeOutcome } from './report';
import { Row } from './run';

jest.setTimeout(600_000);

/**
 * Runs in each test:long. A hundred were better: each costs some 10 s of CPU, and CI has 30 minutes for everything. `npm run faults`
 * makes as many as one likes.
 */
const RUNS_A_DAY = 12;

/** Other seeds each day. */
const FIRST_SEED = Math.floor(Date.now() / 86_400_000) * 1000;

const SCHEDULES = Array.from({ length: RUNS_A_DAY }, (_, at) => FIRST_SEED + at).map((seed) => ({
  seed,
  schedule: drawSchedule(seed),
}));

let project: Project;
let row: Row;
beforeAll(async () => {
  const kinds = SCHEDULES.flatMap(({ schedule }) => schedule.faults).map(({ kind }) => kind);
  project = await packageSimulated({
    isAlone: !kinds.includes(OTHER_DEPLOYMENT),
    isLast: !kinds.includes(LATER_DEPLOYMENT),
  });
  row = new Row(project.packaged, RUNS_A_DAY);
});
afterAll(async () => {
  await row?.end();
  await project?.remove();
});

test.each(SCHEDULES)('what goes wrong in run $seed breaks no invariant', async ({ seed, schedule }) => {
  const outcome = await row.run({ seed, schedule });
  process.stderr.write(`${describeOutcome(outcome)}\n`);
  expect(outcome.broken).toEqual([]);
});
