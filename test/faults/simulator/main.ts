import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeSchedule, drawSchedule, type Schedule } from './drawn/schedule';
import { shrink } from './drawn/shrink';
import { packageSimulated } from './pipelines';
import { describeOutcome, keepOutcome, readOutcomes, summarize, writeTable } from './report';
import { type Outcome, Row } from './run';

/*
 * npm run faults -- --runs 1000 --seed 1        runs the seeds 1 to 1000
 * npm run faults -- --runs 1000 --seed 1 --from 250 --out faults.jsonl    goes on at the 250th, and sums with what the file has
 * npm run faults -- --runs 5000 --like 'rolls back|revokes'                runs those of the seeds 1 to 5000 whose schedules, in words, match that
 * npm run faults -- --runs 1000 --seed 1 --row 10                          has up to ten runs follow one another in one world
 * npm run faults -- --seed 17 --runs 1 --trace  repeats a run, with all of its calls
 * npm run faults -- --schedule '{"faults":[…]}' runs this schedule
 */

/** Runs after which a process makes room: each world leaves some memory behind. */
const RUNS_A_PROCESS = 30;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    /** A regular expression. */
    like: { type: 'string' },
    /** In the place of `runs`, `seed`, `from` and `like`: these, with commas between them. */
    seeds: { type: 'string' },
    /** Runs in one world at most. */
    row: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    out: { type: 'string' },
    trace: { type: 'boolean', default: false },
    schedule: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    /** Where the packaged service is; it is put there where it is not. */
    packaged: { type: 'string' },
  },
});

const given = values.schedule === undefined ? undefined : (JSON.parse(values.schedule) as Schedule);
const scheduleOf = (seed: number) => given ?? drawSchedule(seed);
const seeds = values.seeds?.split(',').map(Number) ?? chooseSeeds();

function chooseSeeds(): number[] {
  const all = Array.from({ length: Number(values.runs) }, (_, at) => Number(values.seed) + at);
  const like = new RegExp(values.like ?? '');
  return all.filter((seed) => like.test(describeSchedule(drawSchedule(seed)))).slice(Number(values.from));
}

/** By this process and those that it has begun. */
let buildsMade = 0;

function countBuilds(made: number): void {
  buildsMade += made;
  process.send?.(made);
}

async function runSeed(seed: number, row: Row, packaged: string): Promise<Outcome> {
  const outcome = await row.run({
    ...{ seed, schedule: scheduleOf(seed) },
    ...(values.trace && {
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
  if (values.out) keepOutcome(values.out, outcome);
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
    after.length > 0 ? `--seeds ${[...after, seed]} --row ${values.row}` : `--runs 1 --seed ${seed}`;
  console.log(`  again: npm run faults -- ${again} --trace`);
  console.log(`  schedule: ${JSON.stringify(schedule)}`);
  if (!values.shrink) return;
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
async function share(packaged: string): Promise<boolean> {
  const chunks: number[][] = [];
  for (let at = 0; at < seeds.length; at += RUNS_A_PROCESS) chunks.push(seeds.slice(at, at + RUNS_A_PROCESS));
  let isWell = true;
  const work = async () => {
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
      const code = await runElsewhere(chunk, packaged);
      isWell &&= code === 0;
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return isWell;
}

function runElsewhere(chunk: readonly number[], packaged: string): Promise<number | null> {
  const options = [
    ...['--seeds', chunk.join(','), '--packaged', packaged, '--row', values.row],
    ...(values.out ? ['--out', values.out] : []),
    ...(values.shrink ? ['--shrink'] : []),
    ...(values.trace ? ['--trace'] : []),
    ...(values.schedule ? ['--schedule', values.schedule] : []),
  ];
  const child = fork(fileURLToPath(import.meta.url), options);
  child.on('message', (made) => countBuilds(Number(made)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

async function main(): Promise<boolean> {
  const { packaged } = values;
  if (packaged && existsSync(packaged)) {
    if (seeds.length > RUNS_A_PROCESS) return share(packaged);
    let isWell = true;
    const row = new Row(packaged, Number(values.row));
    for (const seed of seeds) isWell = (await isRunWell(seed, row, packaged)) && isWell;
    await row.end();
    return isWell;
  }
  const project = await packageSimulated();
  try {
    if (packaged) await cp(project.packaged, packaged, { recursive: true });
    return await share(project.packaged);
  } finally {
    await project.remove();
  }
}

const isWell = await main();
if (!process.send) {
  const seconds = Math.round(performance.now() / 1000);
  console.log(
    `${buildsMade} builds in ${seconds} s of ${values.jobs} processes: ${Math.round((buildsMade * 60) / seconds)} a minute.`,
  );
}
if (values.out && !process.send) {
  const outcomes = readOutcomes(values.out);
  console.log(`${summarize(outcomes)}\n\n${writeTable(outcomes)}`);
}
process.exit(isWell ? 0 : 1);
