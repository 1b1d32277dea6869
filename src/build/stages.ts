import { type Condition, REMOVED, setPaths } from '../table';
import { measureStage } from '../tell/metrics';
import { pipelineOf } from './id';
import { writeHold } from './lock';
import { type BuildRecord, keyOfRecord, type Stage } from './record';
import type { Held } from './state';

/**
 * Opens a stage in the build's record, unless it was opened before or the build is over: of a function that runs twice, the first time
 * counts.
 *
 * @param stage the name of the state; within RollOut with the group: `AwaitRefresh/kiln-fleet-web`
 * @param startedAt milliseconds since 1970
 * @param waitsFor what the stage waits for, in words
 * @returns whether it was opened now
 */
export async function openStage(
  build: string,
  stage: string,
  startedAt: number = Date.now(),
  waitsFor?: string,
): Promise<boolean> {
  const opened: Stage = { startedAt: new Date(startedAt).toISOString(), ...(waitsFor && { waitsFor }) };
  return setPaths(keyOfRecord(build), [[['stages', stage], opened]], whileRunning(stage, 'NOT_THERE'));
}

/**
 * Begins a stage of a build that has its lock: writes its number as `holdLock` does, and then, in the one write that finds out whether the
 * build still runs, that the stage has begun, unless that was written before.
 *
 * @param startedAt milliseconds since 1970
 * @returns false if it has lost the lock or does not run: then the stage may not act, and `holdLock` says why
 */
export async function beginStage(build: Held, stage: string, startedAt: number): Promise<boolean> {
  if (!(await writeHold(build))) return false;
  const opened: Stage = { startedAt: new Date(startedAt).toISOString() };
  return setPaths(keyOfRecord(build.id), [[['stages', stage], opened, 'unlessThere']], {
    expression: '#status = :running',
    values: { ':running': 'RUNNING' },
  });
}

/** Opens a stage to which the build may come back: then it goes on, from when it began first. */
export async function enterStage(
  build: string,
  stage: string,
  startedAt: number,
  waitsFor: string,
): Promise<void> {
  if (await openStage(build, stage, startedAt, waitsFor)) return;
  await setPaths(
    keyOfRecord(build),
    [
      [['stages', stage, 'endedAt'], REMOVED],
      [['stages', stage, 'outcome'], REMOVED],
      [['stages', stage, 'waitsFor'], waitsFor],
    ],
    whileRunning(stage, 'ENDED'),
  );
}

/** Notes what a stage waits for and what is said of it, unless the stage or the build is over. */
export async function noteProgress(
  build: string,
  stage: string,
  { waitsFor, says }: Pick<Stage, 'waitsFor' | 'says'>,
): Promise<void> {
  await setPaths(
    keyOfRecord(build),
    [
      ...(waitsFor === undefined ? [] : [[['stages', stage, 'waitsFor'], waitsFor] as const]),
      ...(says === undefined ? [] : [[['stages', stage, 'says'], shorten(says)] as const]),
      [['stages', stage, 'seenAt'], new Date().toISOString()],
    ],
    whileRunning(stage, 'OPEN'),
  );
}

/** A record has room for 400 kB, and a fleet may have a thousand servers of which each lacks something. Characters. */
const MOST_SAID = 1_000;

function shorten(said: string): string {
  return said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)}… (${said.length} characters)` : said;
}

/**
 * Closes a stage in the build's record, and measures how long it took. A stage that succeeded stays so, and nothing of a build that is
 * over is changed.
 *
 * @param startedAt milliseconds since 1970: when it began, if it was never opened
 */
export async function closeStage(
  build: string,
  stage: string,
  outcome: 'succeeded' | 'failed',
  startedAt: number,
  endedAt: number = Date.now(),
): Promise<void> {
  const ended = { endedAt: new Date(endedAt).toISOString(), outcome };
  const isClosed = await setPaths(
    keyOfRecord(build),
    [
      [['stages', stage, 'endedAt'], ended.endedAt],
      [['stages', stage, 'outcome'], ended.outcome],
    ],
    whileRunning(stage, 'NOT_SUCCEEDED'),
  );
  const isWritten =
    isClosed ||
    (await setPaths(
      keyOfRecord(build),
      [[['stages', stage], { startedAt: new Date(startedAt).toISOString(), ...ended }]],
      whileRunning(stage, 'NOT_THERE'),
    ));
  const [state = stage] = stage.split('/');
  if (isWritten && outcome === 'succeeded') measureStage(pipelineOf(build), state, endedAt - startedAt);
}

const EXPRESSIONS = {
  NOT_THERE: 'attribute_not_exists(#stages.#stage)',
  ENDED: 'attribute_exists(#stages.#stage.#outcome)',
  OPEN: 'attribute_exists(#stages.#stage) AND attribute_not_exists(#stages.#stage.#outcome)',
  NOT_SUCCEEDED: 'attribute_exists(#stages.#stage) AND NOT #stages.#stage.#outcome = :succeeded',
};

/** A function goes on when its build has failed in another branch: what it writes then must not change how that ended. */
function whileRunning(stage: string, how: keyof typeof EXPRESSIONS): Condition {
  return {
    expression: `#status = :running AND ${EXPRESSIONS[how]}`,
    names: { '#stage': stage },
    values: { ':running': 'RUNNING', ...(how === 'NOT_SUCCEEDED' && { ':succeeded': 'succeeded' }) },
  };
}

/**
 * How the stages that run end when their build ends: what the one write of the end sets.
 *
 * @param isFailed whether the build failed, or was stopped from outside
 * @param named the stage that is known to have failed, if that is known
 * @returns the stages that change, and which stage the build ended in
 */
export function endStages(
  { stages }: Pick<BuildRecord, 'stages'>,
  how: 'SUCCEEDED' | 'FAILED' | 'STOPPED',
  endedAt: string,
  named?: string,
): { ended: Record<string, Stage>; failed?: string } {
  const all = Object.entries(stages).toSorted(([, a], [, b]) => b.startedAt.localeCompare(a.startedAt));
  const open = all.filter(([, stage]) => stage.endedAt === undefined);
  const failedBefore = all.find(([, stage]) => stage.outcome === 'failed')?.[0];
  const failed = how === 'SUCCEEDED' ? undefined : (failedBefore ?? named ?? open[0]?.[0]);
  const outcomeOf = (stage: string): Stage['outcome'] => {
    if (how === 'SUCCEEDED') return 'succeeded';
    return how === 'FAILED' && stage === failed ? 'failed' : 'stopped';
  };
  const ended = open.map(([name, stage]) => [name, { ...stage, endedAt, outcome: outcomeOf(name) }]);
  return { ended: Object.fromEntries(ended), ...(failed && { failed }) };
}
