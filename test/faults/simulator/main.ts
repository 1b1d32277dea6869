import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeSchedule, drawSchedule, type Schedule } from './drawn/schedule';
import { shrink } from './drawn/shrink';
import { type Options, readOptions } from './options';
import { packageSimulated } from './pipelines';
import { describeOutcome, keepOutcome, readOutcomes, summarize, writeTable } from './report';
import { type Outcome, Row } from './run';

/** Runs of one process: it takes some ten seconds of CPU until its code is compiled well. */
const RUNS_A_PROCESS = 150;

const options = readOptions();
const scheduleOf = (seed: number) => options.schedule ?? drawSchedule(seed);

/** By this process and those that it has begun. */
let buildsMade = 0;

function countBuilds(made: number): void {
  buildsMade += made;
  process.send?.(made);
}

async function runSeed(seed: number, row: Row, packaged: string): Promise<Outcome> {
  const outcome = await row.run({
    ...{ seed, schedule: scheduleOf(seed) },
    ...(options.trace && {
      onTrace: (calls) => {
        for (const { time, service, operation, status, errorCode, caller } of calls)
          console.log(
            `${time} ${service}:${operation} ${status} ${errorCode ?? ''} ${caller.replace(/.*:/, '')}`,
          );
      },
    }),
  });
  console.log(describeOutcome(outcome));
  countBuilds(outcome.buildsMade);
  if (options.out) keepOutcome(options.out, outcome);
  if (outcome.broken.length > 0) await tellSmallest(outcome, packaged);
  return outcome;
}

/** What fails the simulator itself is told, fails all, and keeps no other seed from being run. */
async function isRunWell(seed: number, row: Row, packaged: string): Promise<boolean> {
  try {
    return (await runSeed(seed, row, packaged)).broken.length === 0;
  } catch (error) {
    console.log(`seed ${seed}: ${describeSchedule(scheduleOf(seed))}; THE SIMULATOR FAILED`);
    console.error(error);
    await row.end();
    return false;
  }
}

/** Prints how to see it again, and the least that breaks the same. */
async function tellSmallest({ seed, after, schedule, broken }: Outcome, packaged: string): Promise<void> {
  const again =
    after.length > 0 ? `--seeds ${[...after, seed]} --row ${options.row}` : `--runs 1 --seed ${seed}`;
  console.log(`  again: npm run faults -- ${again} --trace`);
  console.log(`  schedule: ${JSON.stringify(schedule)}`);
  if (!options.shrink) return;
  const names = broken.map(({ invariant }) => invariant);
  const smallest = await shrink(schedule, async (smaller) => {
    const { broken } = await runAfter(after, { seed, schedule: smaller }, packaged);
    return broken.some(({ invariant }) => names.includes(invariant));
  });
  console.log(`  smallest: ${describeSchedule(smallest)}`);
  if (after.length > 0) console.log(`  after the seeds ${after}: ${JSON.stringify(smallest)}`);
  else
    console.log(
      `  npm run faults -- --runs 1 --seed ${seed} --trace --schedule '${JSON.stringify(smallest)}'`,
    );
}

/** A run that follows others in their world. */
async function runAfter(
  after: readonly number[],
  run: { readonly seed: number; readonly schedule: Schedule },
  packaged: string,
): Promise<Outcome> {
  const row = new Row(packaged, after.length + 1);
  try {
    for (const seed of after) await row.run({ seed, schedule: drawSchedule(seed) });
    return await row.run(run);
  } finally {
    await row.end();
  }
}

/** Has other processes run the seeds, so many at a time. @returns whether all went well */
async function share({ seeds, jobs }: Options, packaged: string): Promise<boolean> {
  // In whole rows, and so that all have as much to do.
  const rows = Math.ceil(Math.min(RUNS_A_PROCESS, seeds.length / jobs) / options.row);
  const chunks: number[][] = [];
  for (let at = 0; at < seeds.length; at += rows * options.row)
    chunks.push(seeds.slice(at, at + rows * options.row));
  let isWell = true;
  const work = async () => {
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
      const code = await runElsewhere(chunk, packaged);
      isWell &&= code === 0;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return isWell;
}

function runElsewhere(seeds: readonly number[], packaged: string): Promise<number | null> {
  const { row, out, shrink, trace, schedule } = options;
  const given = [
    ...['--seeds', seeds.join(','), '--packaged', packaged, '--row', `${row}`],
    ...(out ? ['--out', out] : []),
    ...(shrink ? ['--shrink'] : []),
    ...(trace ? ['--trace'] : []),
    ...(schedule ? ['--schedule', JSON.stringify(schedule)] : []),
  ];
  const child = fork(fileURLToPath(import.meta.url), given);
  child.on('message', (made) => countBuilds(Number(made)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

async function main(): Promise<boolean> {
  const { packaged, seeds, jobs } = options;
  if (packaged && existsSync(packaged)) {
    if (jobs > 1 || seeds.length > RUNS_A_PROCESS) return share(options, packaged);
    let isWell = true;
    const row = new Row(packaged, options.row);
    for (const seed of seeds) isWell = (await isRunWell(seed, row, packaged)) && isWell;
    await row.end();
    return isWell;
  }
  const project = await packageSimulated();
  try {
    if (packaged) await cp(project.packaged, packaged, { recursive: true });
    return await share(options, project.packaged);
  } finally {
    await project.remove();
  }
}

const isWell = await main();
if (!process.send) {
  const seconds = Math.round(performance.now() / 1000);
  console.log(
    `${buildsMade} builds in ${seconds} s of ${options.jobs} processes: ${Math.round((buildsMade * 60) / seconds)} a minute.`,
  );
}
if (options.out && !process.send) {
  const outcomes = readOutcomes(options.out);
  console.log(`${summarize(outcomes)}\n\n${writeTable(outcomes)}`);
}
process.exit(isWell ? 0 : 1);
