import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { describeSchedule, healsItself, kindOf } from './drawn/schedule';
import { KINDS } from './kinds';
import type { Outcome } from './run';

/** Appends an outcome to a file of JSON lines, so that what was run is kept whatever comes. */
export function keepOutcome(file: string, outcome: Outcome): void {
  appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}

/** What a run is: the same seed draws another schedule when kinds of faults have come. */
export function keyOfRun({ seed, schedule }: Pick<Outcome, 'seed' | 'schedule'>): string {
  return `${seed}: ${describeSchedule(schedule)}`;
}

/** The outcomes of all chunks, each run once: its newest. */
export function readOutcomes(file: string): Outcome[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const byRun = new Map(lines.map((line) => JSON.parse(line) as Outcome).map((one) => [keyOfRun(one), one]));
  return [...byRun.values()].sort((a, b) => a.seed - b.seed);
}

/** What struck in a run, and how the build ended that it was meant for. */
interface Struck {
  readonly kind: string;
  readonly state: string;
  readonly status: string;
}

function struckIn({ schedule, strikes, builds }: Outcome): Struck[] {
  const status = builds[0]?.status ?? 'none';
  return schedule.faults
    .filter((_, at) => (strikes[at] ?? 0) > 0)
    .map(({ kind, state }) => ({ kind, state, status }));
}

/** What strikes where, in words. */
export function pairOf({ kind, state }: { readonly kind: string; readonly state: string }): string {
  return `${kind} at ${state}`;
}

/** How often each kind has struck at each state, by their pair in words. */
export function countStrikes(outcomes: readonly Outcome[]): Map<string, number> {
  const pairs = count(outcomes.flatMap(struckIn), pairOf);
  return new Map(pairs.map(([pair, those]) => [pair, those.length]));
}

function count<T>(things: readonly T[], keyOf: (thing: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) groups.set(keyOf(thing), [...(groups.get(keyOf(thing)) ?? []), thing]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

const ends = (struck: readonly Struck[]) =>
  count(struck, ({ status }) => status)
    .map(([status, those]) => `${those.length} ${status}`)
    .join(', ');

/** A table, in Markdown: per kind and state how many struck, and how the builds ended. */
export function writeTable(outcomes: readonly Outcome[]): string {
  const struck = outcomes.flatMap(struckIn);
  const rows = count(struck, ({ kind }) => kind).map(([kind, those]) => {
    const states = count(those, ({ state }) => state).map(([state, here]) => {
      const others = here.filter(({ status }) => status !== 'SUCCEEDED');
      return `${state} ${here.length}${others.length > 0 ? ` (${ends(others)})` : ''}`;
    });
    const heals = kindOf(kind).heals ? 'yes' : '';
    return `| ${kind} | ${heals} | ${those.length} | ${ends(those)} | ${states.join(', ')} |`;
  });
  return [
    '| kind | heals | struck | the builds ended | at |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** How often is often. */
const OFTEN = 20;

function describePairs(outcomes: readonly Outcome[]): string {
  const all = new Set(KINDS.flatMap(({ name, at }) => at.map((state) => pairOf({ kind: name, state }))));
  const strikes = countStrikes(outcomes);
  const often = [...all].filter((pair) => (strikes.get(pair) ?? 0) >= OFTEN);
  const never = [...all].filter((pair) => !strikes.has(pair));
  return `Of ${all.size} pairs of kind and state, ${often.length} struck ${OFTEN} times or more, and ${never.length} never.`;
}

/** What all runs come to, in a few lines. */
export function summarize(outcomes: readonly Outcome[]): string {
  const broken = outcomes.filter((one) => one.broken.length > 0);
  const healing = outcomes.filter(
    (one) => healsItself(one.schedule, one.strikes) && one.strikes.some((times) => times > 0),
  );
  const healed = healing.filter(({ builds }) => builds[0]?.status === 'SUCCEEDED');
  const sum = (of: (one: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  const requests = sum(({ requests }) => requests);
  return [
    `${outcomes.length} runs, ${sum(({ strikes }) => strikes.filter((times) => times > 0).length)} faults struck, ${broken.length} runs broke an invariant.`,
    describePairs(outcomes),
    `Where all that struck heals: ${healed.length} of ${healing.length} builds SUCCEEDED.`,
    `Visitors made ${requests} requests; ${sum(({ failedRequests }) => failedRequests)} failed, those included that went to servers which the schedule let die.`,
    ...broken.map(
      (one) => `  broken: seed ${one.seed}: ${one.broken.map(({ invariant }) => invariant).join('; ')}`,
    ),
    ...healing
      .filter((one) => one.isUnhealed)
      .map(
        ({ seed, schedule, builds }) =>
          `  not healed: seed ${seed}: ${describeSchedule(schedule)}: ${builds[0]?.status} ${builds[0]?.why}`,
      ),
  ].join('\n');
}

/** One run in a line, and what is broken below. */
export function describeOutcome(outcome: Outcome): string {
  const { seed, after, schedule, strikes, builds, broken, cpuSeconds, awsSeconds } = outcome;
  const ended = builds.map(
    ({ id, status, why }) => `${id.replace(/-.*/, '')} ${status}${why ? ` (${why})` : ''}`,
  );
  return [
    `seed ${seed}${after.length > 0 ? `, after ${after.length} others` : ''}: ${describeSchedule(schedule)}; struck ${strikes.join(', ')}; ${ended.join(', ')}; ${Math.round(awsSeconds / 60)} min of AWS, ${cpuSeconds} s of CPU`,
    ...(outcome.isUnhealed ? ['  NOT HEALED'] : []),
    ...broken.flatMap(({ invariant, says }) => [`  BROKEN ${invariant}`, ...says.map((one) => `    ${one}`)]),
  ].join('\n');
}
