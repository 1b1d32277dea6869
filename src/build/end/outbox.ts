import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventBridge } from '../../aws';
import { TargetBusy, TransientFailure } from '../../errors';
import { logger } from '../../log';
import { deleteItem, type Key, putItem, queryItems, setAttributes } from '../../table';
import { ownService } from '../../tags';
import { type BuildRecord, type BuildStatus, findRecord, isOver } from '../record';

/**
 * What is left to do once the record of a build says how it ended. None of it can fail the build or another of its tasks: what
 * fails stands here until it is done, and a sweep asks for it again each minute.
 */
export type Task =
  | 'undo'
  | 'undoAgain'
  | 'release'
  | 'count'
  | 'unlock'
  | 'next'
  | 'retire'
  | 'tell'
  | 'tellLeft'
  | 'tellLeftAgain'
  | 'tellHold'
  | 'announce';

/** How each task is done. All may be done twice. */
export type Work = Readonly<Record<Task, (record: BuildRecord) => Promise<unknown>>>;

interface Entry {
  build: string;
  /** The end that the tasks are for: of two who end a build at once, the record says whose end it is. */
  status: BuildStatus;
  /** Milliseconds since 1970. */
  since: number;
  tasks: Task[];
}

/** What must be done before: a pipeline is given free when the next build meets all as it should be. */
const AFTER: Partial<Record<Task, readonly Task[]>> = {
  unlock: ['undo', 'release', 'count'],
  next: ['unlock'],
  tellHold: ['count'],
  undoAgain: ['undo'],
  tellLeft: ['undo', 'tell'],
  tellLeftAgain: ['undoAgain', 'tell'],
};

/**
 * Longer than any function of the workflow that makes something may take (`timeout` in serverless.yml). Step Functions does not
 * stop the function that runs when an execution ends: what it makes comes after the undoing, so there is another one. Finish may take
 * longer, and writes the number of its build before each of its acts, which is refused then.
 */
const LATE_MILLISECONDS = 2 * 60_000;
/** Who ends a build works its outbox off himself; only what is left after so long is asked for. */
const OWN_MILLISECONDS = 30_000;

/** As many entries as PutEvents takes. */
const EVENTS_A_CALL = 10;

function keyOf({ build, status }: Pick<Entry, 'build' | 'status'>): Key {
  return { pk: 'OUTBOX', sk: `${build}#${status}` };
}

/** Writes down what will be left to do. Before the record says that the build is over, nobody acts on it. */
export async function openOutbox(build: string, status: BuildStatus, tasks: Task[]): Promise<void> {
  const entry: Entry = { build, status, since: Date.now(), tasks };
  await putItem({ ...keyOf(entry), ...entry });
}

/**
 * Does what is left to do for a build whose record says that it is over, each task alone.
 *
 * @throws AggregateError when some could not be done; they stay
 */
export async function workOff(build: string, work: Work): Promise<void> {
  const record = await findRecord(build);
  if (!record || !isOver(record)) return;
  const problems: unknown[] = [];
  for (const entry of await queryItems<Entry>('OUTBOX', { prefix: `${build}#` })) {
    if (entry.status === record.status) problems.push(...(await workOffEntry(entry, record, work)));
    else await deleteItem(keyOf(entry));
  }
  if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('; '));
}

/** @returns what could not be done */
async function workOffEntry(entry: Entry, record: BuildRecord, work: Work): Promise<unknown[]> {
  const problems: unknown[] = [];
  let left = entry.tasks;
  for (const task of entry.tasks) {
    const isBlocked = AFTER[task]?.some((before) => left.includes(before));
    if (isBlocked || dueAt(entry, task) > Date.now()) continue;
    try {
      await work[task](record);
      left = left.filter((one) => one !== task);
      await setAttributes(keyOf(entry), { tasks: left }, { expression: 'attribute_exists(#pk)' });
    } catch (error) {
      const words = `build ${record.id}: ${task} is still to be done`;
      // That takes its time, and is no accident.
      if (error instanceof TargetBusy) logger.info(`${words}. ${error.message}`);
      else logger.error(words, error as Error);
      if (!(error instanceof TargetBusy)) problems.push(error);
    }
  }
  if (left.length === 0) await deleteItem(keyOf(entry));
  return problems;
}

function dueAt({ since }: Entry, task: Task): number {
  return task === 'undoAgain' ? since + LATE_MILLISECONDS : since;
}

/** Whether a task is still to be done for a build; without one, whether any is. */
export async function hasTask(build: string, task?: Task): Promise<boolean> {
  const entries = await queryItems<Entry>('OUTBOX', { prefix: `${build}#` });
  return entries.some(({ tasks }) => task === undefined || tasks.includes(task));
}

/** Asks for what is left to do for builds that are over; again each time until it was done. */
export async function nudgeOutboxes(): Promise<void> {
  const entries = await queryItems<Entry>('OUTBOX');
  const due = entries.filter((entry) =>
    entry.tasks.some((task) => Math.max(dueAt(entry, task), entry.since + OWN_MILLISECONDS) <= Date.now()),
  );
  await nudge(due.map(({ build }) => build));
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
