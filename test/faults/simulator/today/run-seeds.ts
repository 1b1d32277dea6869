import type { Project } from '../../../../cli/copy-project';
import { drawSchedule } from '../drawn/schedule';
import { LATER_DEPLOYMENT } from '../kinds/deployments';
import { OTHER_DEPLOYMENT } from '../kinds/people';
import { packageSimulated } from '../pipelines';
import { describeOutcome } from '../report';
import { Row } from '../run';

/** Runs of a day in `npm test`; `npm run test:long` goes on behind them. */
export const SHORT_RUNS = 10;

/** Runs in one world at most. */
const ROW = 10;

/** Other seeds each day. */
const FIRST_SEED = Math.floor(Date.now() / 86_400_000) * 1000;

/** Makes a test of each of the day's seeds from one on; what each drew, and what came of it, is printed. */
export function runSeeds(from: number, runs: number): void {
  const schedules = Array.from({ length: runs }, (_, at) => FIRST_SEED + from + at).map((seed) => ({
    seed,
    schedule: drawSchedule(seed),
  }));
  let project: Project;
  let row: Row;
  beforeAll(async () => {
    const kinds = schedules.flatMap(({ schedule }) => schedule.faults).map(({ kind }) => kind);
    project = await packageSimulated({
      isAlone: !kinds.includes(OTHER_DEPLOYMENT),
      isLast: !kinds.includes(LATER_DEPLOYMENT),
    });
    row = new Row(project.packaged, ROW);
  });
  afterAll(async () => {
    await row?.end();
    await project?.remove();
  });

  test.each(schedules)('what goes wrong in run $seed breaks no invariant', async ({ seed, schedule }) => {
    const outcome = await row.run({ seed, schedule });
    process.stderr.write(`${describeOutcome(outcome)}\n`);
    expect(outcome.broken).toEqual([]);
  });
}
