import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { eventBridge } from '../../aws/event-bridge';
import { TargetBusy, TransientFailure } from '../../errors';
import { failuresOf, throwAll } from '../../failures';
import { logger } from '../../log';
import { type Condition, changeItem, deleteItem, type Key, putItem, queryItems, REMOVED } from '../../table';
import { ownService } from '../../tags';
import {
  type BuildRecord,
  type BuildStatus,
  createRecord,
  type Ending,
  findRecord,
  isOver,
  keyOfRecord,
  moveStatus,
  type NewRecord,
  type Task,
} from '../record';
import { LATE_MILLISECONDS } from './late';

/** How each task is done. Whoever does one may die before that is written down: then it is done again. */
export type Work = Readonly<Record<Task, (record: BuildRecord) => Promise<unknown>>>;

/** In this order. */
const TASKS: readonly Task[] = [
  'holdServer',
  'refuse',
  'undo',
  'release',
  'count',
  'unlock',
  'next',
  'retire',
  'tell',
  'tellHold',
  'announce',
  'tellLeft',
  'undoAgain',
  'tellLeftAgain',
  'holdFleetServer',
  'takeHeldServer',
];

/** What must be done before: a pipeline is given free when the next build meets all as it should be. */
const AFTER: Partial<Record<Task, readonly Task[]>> = {
  // What takes the place of its image, where others find that by a parameter, is one that nobody refuses.
  undo: ['holdServer', 'refuse'],
  holdFleetServer: ['undo'],
  takeHeldServer: ['undo', 'holdFleetServer'],
  unlock: ['undo', 'release', 'count'],
  next: ['unlock'],
  // The message has the command for the server that is held.
  tell: ['holdServer'],
  tellHold: ['count'],
  undoAgain: ['undo'],
  tellLeft: ['undo', 'tell'],
  tellLeftAgain: ['undoAgain', 'tell'],
};

/** Says that a record may have something left to do. Only the record says what. */
interface Entry {
  build: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** Who ends a build does himself what is left to do; only what is left after so long is asked for. */
const OWN_MILLISECONDS = 30_000;
/** Who entered a build whose record says after so long that it is not over died before he ended it. */
const ABANDONED_MILLISECONDS = 10 * 60_000;
/** Longer than a function may take that does what is left to do (`timeout` in serverless.yml): whoever began a task died. */
const CLAIM_MILLISECONDS = 6 * 60_000;

/** As many entries as PutEvents takes. */
const EVENTS_A_CALL = 10;
/** So many records are read side by side. */
const AT_ONCE = 10;

function keyOf(build: string): Key {
  return { pk: 'OUTBOX', sk: build };
}

/**
 * Ends a build by one write, which says beside the status what is left to do: of two who end a build at once, one does. None of what is
 * left can fail the build or another task: what fails stands there until it is done, and a sweep asks for it again each minute.
 *
 * @returns whether the build was in one of the statuses `from`
 */
export async function endRecord(
  build: string,
  from: BuildStatus[],
  to: BuildStatus,
  tasks: readonly Task[],
  fields: Ending,
): Promise<boolean> {
  await enterOutbox(build);
  return moveStatus(build, from, to, { ...fields, todo: writeTasks(tasks) });
}

/** Writes the record of a build that ended before it began, unless there is one, with what is left to do. */
export async function createEnded(build: NewRecord, tasks: readonly Task[]): Promise<void> {
  await enterOutbox(build.id);
  await createRecord({ ...build, todo: writeTasks(tasks) });
}

/** Before the record: none may be missed. */
async function enterOutbox(build: string): Promise<void> {
  const entry: Entry = { build, since: Date.now() };
  await putItem({ ...keyOf(build), ...entry });
}

/** Nobody does any yet. */
function writeTasks(tasks: readonly Task[]): BuildRecord['todo'] {
  return Object.fromEntries(tasks.map((task) => [task, 0]));
}

/**
 * Does what is left to do for a build whose record says that it is over, each task alone, and none that another does just now.
 *
 * @throws what could not be done; it stays
 */
export async function workOff(build: string, work: Work): Promise<void> {
  const found = await findRecord(build);
  if (!found || !isOver(found)) return;
  const problems: unknown[] = [];
  let last: BuildRecord | undefined = found;
  for (const task of tasksOf(found)) {
    // What was done before may say when.
    if (dueAt(last ?? found, task) > Date.now()) continue;
    const until = Date.now() + CLAIM_MILLISECONDS;
    const record = await claim(build, task, until);
    if (record) last = await workOffTask(task, record, until, work, problems);
  }
  if (last && tasksOf(last).length === 0) await deleteItem(keyOf(build));
  throwAll(problems);
}

/** @returns the record as it is then; undefined if another does the task meanwhile */
async function workOffTask(
  task: Task,
  record: BuildRecord,
  until: number,
  work: Work,
  problems: unknown[],
): Promise<BuildRecord | undefined> {
  const isMine = { expression: '#todo.#task = :until', values: { ':until': until } };
  try {
    await work[task](record);
    return await setTask(record.id, task, REMOVED, isMine);
  } catch (error) {
    const words = `build ${record.id}: ${task} is still to be done`;
    // That takes its time, and is no accident.
    if (error instanceof TargetBusy) logger.info(`${words}. ${error.message}`);
    else logger.error(words, error as Error);
    if (!(error instanceof TargetBusy)) problems.push(error);
    return setTask(record.id, task, 0, isMine);
  }
}

/** Says that a task is being done, unless another is at it or something must be done before. @returns the record as it is then */
function claim(build: string, task: Task, until: number): Promise<BuildRecord | undefined> {
  const before = AFTER[task] ?? [];
  const isFree = before.map((_, at) => ` AND attribute_not_exists(#todo.#before${at})`).join('');
  return setTask(build, task, until, {
    expression: `#todo.#task < :now${isFree}`,
    names: Object.fromEntries(before.map((one, at) => [`#before${at}`, one])),
    values: { ':now': Date.now() },
  });
}

function setTask(
  build: string,
  task: Task,
  value: unknown,
  { names, ...condition }: Condition,
): Promise<BuildRecord | undefined> {
  const asked = { ...condition, names: { ...names, '#task': task } };
  return changeItem<BuildRecord>(keyOfRecord(build), [[['todo', task], value]], asked);
}

function tasksOf(record: BuildRecord | undefined): Task[] {
  return TASKS.filter((task) => record?.todo?.[task] !== undefined);
}

/** Whether a task is left to do, is due, and hangs on no other. Another may be at it. */
function isReady(record: BuildRecord, task: Task): boolean {
  const tasks = tasksOf(record);
  const isBlocked = AFTER[task]?.some((before) => tasks.includes(before));
  return tasks.includes(task) && !isBlocked && dueAt(record, task) <= Date.now();
}

function dueAt(record: BuildRecord, task: Task): number {
  const { endedAt } = record;
  if (task === 'takeHeldServer') return dueOf(record);
  return endedAt && task === 'undoAgain' ? Date.parse(endedAt) + LATE_MILLISECONDS : 0;
}

/** Where nothing is held by then, nothing will be. Whoever removes the service ends the time before it is over. */
function dueOf({ heldServer }: BuildRecord): number {
  return heldServer ? Date.parse(heldServer.until) : 0;
}

/** Forgets an entry whose build is not over: whoever entered it died before he ended that. */
export async function forgetAbandoned(build: string): Promise<void> {
  const record = await findRecord(build);
  if (record && isOver(record)) return;
  await deleteItem(keyOf(build), {
    expression: '#since < :then',
    values: { ':then': Date.now() - ABANDONED_MILLISECONDS },
  });
}

/** Whether a task is still to be done for a build; without one, whether any is. */
export async function hasTask(build: string, task?: Task): Promise<boolean> {
  const tasks = tasksOf(await findRecord(build));
  return task === undefined ? tasks.length > 0 : tasks.includes(task);
}

/**
 * Asks for what is left to do for builds that are over; again each time until it was done.
 *
 * @throws what could not be looked at
 */
export async function nudgeOutboxes(): Promise<void> {
  const entries = await queryItems<Entry>('OUTBOX');
  const limit = pLimit(AT_ONCE);
  const seen = await Promise.allSettled(entries.map((entry) => limit(() => isUnattended(entry))));
  const lost = entries.filter((_, at) => seen[at]?.status === 'fulfilled' && seen[at].value);
  await nudge(lost.map(({ build }) => build));
  throwAll(failuresOf(seen));
}

/** Whether somebody should look after a build: something is left to do that nobody does, or its entry is good for nothing. */
async function isUnattended({ build, since }: Entry): Promise<boolean> {
  if (since + OWN_MILLISECONDS > Date.now()) return false;
  const record = await findRecord(build);
  if (!record || !isOver(record)) return since + ABANDONED_MILLISECONDS < Date.now();
  const tasks = tasksOf(record);
  const isFree = (task: Task) => (record.todo?.[task] ?? 0) < Date.now();
  return tasks.length === 0 || tasks.some((task) => isReady(record, task) && isFree(task));
}

/** Asks that somebody looks after builds. The events say only where to look. */
export async function nudge(builds: readonly string[]): Promise<void> {
  for (let at = 0; at < builds.length; at += EVENTS_A_CALL) {
    const Entries = builds.slice(at, at + EVENTS_A_CALL).map((build) => ({
      Source: 'kiln',
      DetailType: 'Kiln Build Unfinished',
      Detail: JSON.stringify({ service: ownService(), build }),
    }));
    const { FailedEntryCount } = await eventBridge().send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount) throw new TransientFailure(`EventBridge did not take ${FailedEntryCount} events.`);
  }
}
