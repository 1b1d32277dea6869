import { parseArgs } from 'node:util';
import { describeSchedule, drawSchedule, kindOf, type Schedule } from './drawn/schedule';
import { countStrikes, keyOfRun, pairOf, readOutcomes } from './report';

const HELP = `npm run faults -- --runs 1000 --seed 1        runs the seeds 1 to 1000
                 --jobs 2            in so many processes side by side
                 --row 10            has up to ten runs follow one another in one world
                 --out faults.jsonl  keeps what came of each run, and sums it up with what the file has
                 --from 250          goes on at the 250th
                 --like 'rolls back|revokes'    those of the seeds whose schedules, in words, match that
                 --rare 20           those of the seeds that may strike what has struck less often by the file of --out
                 --seeds 17,19       these, in the place of --runs, --seed, --from, --like and --rare
                 --shrink            looks for the least that breaks the same
                 --trace             prints all calls: --seed 17 --runs 1 --trace repeats a run
                 --schedule '{"faults":[...]}'  has this in the place of what the seeds draw
                 --packaged folder   where the packaged service is; it is put there where it is not`;

const OPTIONS = {
  runs: { type: 'string', default: '10' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '0' },
  like: { type: 'string' },
  rare: { type: 'string' },
  seeds: { type: 'string' },
  row: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  out: { type: 'string' },
  trace: { type: 'boolean', default: false },
  schedule: { type: 'string' },
  shrink: { type: 'boolean', default: false },
  packaged: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What is to be run, and how. */
export interface Options {
  readonly seeds: readonly number[];
  /** In the place of what the seeds draw. */
  readonly schedule?: Schedule;
  /** Runs in one world at most. */
  readonly row: number;
  /** Processes side by side. */
  readonly jobs: number;
  readonly out?: string;
  readonly trace: boolean;
  readonly shrink: boolean;
  /** A folder. */
  readonly packaged?: string;
}

/** Reads the command line. Ends the process with the help that is asked for, or, where something is wrong in it, with what that is. */
export function readOptions(): Options {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const { out, trace, shrink, packaged } = values;
    return {
      ...{ seeds: chooseSeeds(values), row: whole(values, 'row'), jobs: whole(values, 'jobs') },
      ...{ trace, shrink },
      ...(out && { out }),
      ...(packaged && { packaged }),
      ...(values.schedule !== undefined && { schedule: readSchedule(values.schedule) }),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function whole(values: Values, name: 'runs' | 'seed' | 'from' | 'rare' | 'row' | 'jobs'): number {
  const value = values[name] ?? '';
  if (!/^\d+$/.test(value)) throw new Error(`--${name} ${value}: it has to be a whole number`);
  return Number(value);
}

function chooseSeeds(values: Values): number[] {
  if (values.seeds !== undefined) {
    if (!/^\d+(,\d+)*$/.test(values.seeds))
      throw new Error(`--seeds ${values.seeds}: they have to be whole numbers, with commas between them`);
    return values.seeds.split(',').map(Number);
  }
  const first = whole(values, 'seed');
  const like = new RegExp(values.like ?? '');
  const all = Array.from({ length: whole(values, 'runs') }, (_, at) => first + at)
    .filter((seed) => like.test(describeSchedule(drawSchedule(seed))))
    .slice(whole(values, 'from'));
  if (values.rare === undefined) return all;
  if (!values.out) throw new Error('--rare needs --out: the file says what has struck how often');
  return chooseRare(all, whole(values, 'rare'), values.out);
}

/** Those of the seeds whose schedules have something that has not struck so often, those that were chosen before them included. */
function chooseRare(seeds: readonly number[], often: number, out: string): number[] {
  const outcomes = readOutcomes(out);
  const known = new Set(outcomes.map(keyOfRun));
  const strikes = countStrikes(outcomes);
  return seeds.filter((seed) => {
    const schedule = drawSchedule(seed);
    const pairs = schedule.faults.map(pairOf);
    if (known.has(keyOfRun({ seed, schedule })) || pairs.every((pair) => (strikes.get(pair) ?? 0) >= often))
      return false;
    for (const pair of pairs) strikes.set(pair, (strikes.get(pair) ?? 0) + 1);
    return true;
  });
}

function readSchedule(text: string): Schedule {
  try {
    const { faults } = JSON.parse(text) as Schedule;
    for (const { kind } of faults) kindOf(kind);
    return { faults };
  } catch (error) {
    throw new Error(`--schedule ${text}: ${(error as Error).message}`);
  }
}
