import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from '../../../../cli/copy-project';
import { packageSimulated } from '../pipelines';
import { describeOutcome } from '../report';
import { runSchedule } from '../run';
import { SABOTAGES } from './sabotages';
import { findRuns } from './seeds';

jest.setTimeout(1_800_000);

/** Runs that meet what brings a sabotage to light, of which one must. */
const MOST_TRIES = 4;

test.each(SABOTAGES)('it comes to light that $name', async (sabotage) => {
  const { file, find, put } = sabotage;
  const change = async ({ folder }: Project) => {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    expect(text).toContain(find);
    await writeFile(
      path,
      text.replace(find, () => put),
    );
  };
  const runs = findRuns(sabotage).slice(0, MOST_TRIES);
  const isAlone = !runs.some(({ needsOthers }) => needsOthers);
  const project = await packageSimulated({ change, isAlone, isLast: isAlone });
  try {
    const seen: string[] = [];
    for (const { seed, faults } of runs) {
      const outcome = await runSchedule({ seed, schedule: { faults }, packaged: project.packaged });
      seen.push(describeOutcome(outcome));
      if (outcome.broken.length > 0 || outcome.isUnhealed) {
        process.stderr.write(`${sabotage.name}: run ${seen.length} shows it\n${seen.at(-1)}\n`);
        return;
      }
    }
    throw new Error(`nothing came to light:\n${seen.join('\n')}`);
  } finally {
    await project.remove();
  }
});
