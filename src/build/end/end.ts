import { logDiscarded, settleDiscarded } from '../../image/discard';
import { retireImages } from '../../image/retire';
import { releaseGroups } from '../../rollout/lease';
import { publishLeft, tellLeft } from '../../rollout/undo/left';
import { describeChanges } from '../../server/packages/changes';
import { type EventType, emit, type KilnEvent } from '../../tell/events';
import { countOutcome } from '../../tell/metrics';
import { tellPeople } from '../../tell/people';
import { pipelineOf } from '../id';
import { releaseLock } from '../lock';
import { strikeOpen } from '../open';
import { startQueuedBuild } from '../queue';
import {
  type BuildRecord,
  type BuildStatus,
  type Ending,
  findRecord,
  hasSucceeded,
  imageOf,
  isOver,
  isUnattended,
  type Task,
} from '../record';
import { keepRelease } from '../release/release';
import { isUnapproved, noteRollback, noteUnapproved, rememberBaked } from '../release/reuse';
import { endStages } from '../stages';
import { countEnd } from '../unattended/count-end';
import { tellHold } from '../unattended/tell-hold';
import { rememberRollout } from '../unattended/tried';
import { cleanUpBuild, cleanUpLate } from './clean-up';
import { describeHeldServer, endHold, holdFleetServer, holdServer } from './held/server';
import { endRecord, type Work, workOff } from './outbox';

/** How a build that did not succeed ended. */
export interface Failure {
  name: string;
  message: string;
  /** The stage that failed, where that is known. */
  stage?: string;
}

const OPEN: BuildStatus[] = ['QUEUED', 'RUNNING'];

const AFTER_SUCCESS: Task[] = ['release', 'count', 'unlock', 'next', 'retire', 'announce'];
/** What is left to do for a build that did not succeed. */
export const AFTER_FAILURE: readonly Task[] = [
  'undo',
  'count',
  'unlock',
  'next',
  'tell',
  'tellHold',
  'announce',
  'tellLeft',
  'undoAgain',
  'tellLeftAgain',
];
/** What people have decided, or not: nothing is wrong with the pipeline, that it should be held for it. */
const DECIDED = ['Rejected', 'ApprovalTimedOut', 'WindowMissed'];
/** Where the pipeline has the server held on which a build fails. */
const HOLDING: Task[] = ['holdServer', 'holdFleetServer', 'takeHeldServer'];
const AFTER_SKIP: Task[] = ['unlock', 'next', 'announce'];
/** Of a build that was held back only when it was about to roll out. */
const AFTER_LATE_SKIP: Task[] = ['undo', 'tellLeft', 'undoAgain', 'tellLeftAgain'];

/**
 * Ends a build well, by one write: from then on nothing of it is undone, which says what is left to do (lock, the
 * request that waits, retirement, event): that cannot fail the build any more.
 *
 * @param status `UP_TO_DATE` of one that had nothing to do
 */
export async function endBuild(
  build: string,
  status: 'SUCCEEDED' | 'UP_TO_DATE' = 'SUCCEEDED',
): Promise<void> {
  await closeBuild(build, status, AFTER_SUCCESS);
}

/** Ends a build that failed, was aborted or took too long, unless it is over. What it made is undone, and people are told. */
export async function failBuild(
  build: string,
  status: 'FAILED' | 'ABORTED' | 'TIMED_OUT',
  error: Failure,
): Promise<void> {
  const record = await findRecord(build);
  // Who stops a build himself does not look for what was wrong.
  const holds = record?.holdServerFor !== undefined && status !== 'ABORTED';
  const tasks = AFTER_FAILURE.filter((task) => task !== 'count' || !DECIDED.includes(error.name));
  const refuses = record && isUnapproved({ ...record, error });
  const before: Task[] = [...(holds ? HOLDING : []), ...(refuses ? (['refuse'] as const) : [])];
  await closeBuild(build, status, [...before, ...tasks], error);
}

/** Ends a build that waited before its rollout, and whose place a newer one took. What it made is undone; who asked for it is told. */
export async function supersedeRunning(build: string, error: Failure): Promise<void> {
  const record = await findRecord(build);
  const isAsked = record && !isUnattended(record.trigger);
  const tasks: Task[] = [...AFTER_SKIP, ...AFTER_LATE_SKIP, ...(isAsked ? (['tell'] as const) : [])];
  await closeBuild(build, 'SUPERSEDED', tasks, error);
}

/** Ends a build that shall not be tried. Only who has asked for it is told: what a schedule starts would be told each night. */
export async function skipBuild(build: string, error: Failure): Promise<void> {
  const record = await findRecord(build);
  const hasMade = Object.keys(record?.stages ?? {}).some((stage) => stage !== 'Plan');
  const isAsked = record && !isUnattended(record.trigger);
  const tasks: Task[] = [
    ...AFTER_SKIP,
    ...(hasMade ? AFTER_LATE_SKIP : []),
    ...(isAsked ? (['tell'] as const) : []),
  ];
  await closeBuild(build, 'SKIPPED', tasks, error);
}

async function closeBuild(build: string, status: BuildStatus, tasks: Task[], error?: Failure): Promise<void> {
  const record = await findRecord(build);
  if (record && !isOver(record)) {
    if (await endRecord(build, OPEN, status, tasks, describeEnd(record, status, error)))
      countOutcome(pipelineOf(build), status);
  }
  // What could not be done stands in the record, and in the log.
  await finishWork(build).catch(() => {});
}

/** What the one write of the end says beside the status: the stages that ran end with their build. */
export function describeEnd(record: BuildRecord, status: BuildStatus, error?: Failure): Ending {
  const endedAt = new Date().toISOString();
  const how = hasSucceeded({ status }) ? 'SUCCEEDED' : status === 'FAILED' ? status : 'STOPPED';
  const { ended, failed } = endStages(record, how, endedAt, error?.stage);
  const stages = Object.entries(ended).map(([name, stage]) => [`stages.${name}`, stage] as const);
  return {
    endedAt,
    ...(error && { error: { ...error, ...(failed && { stage: failed }) } }),
    ...Object.fromEntries(stages),
  };
}

/**
 * Does what is left to do for a build that is over.
 *
 * @throws what could not be done; it stays
 */
export async function finishWork(build: string): Promise<void> {
  await workOff(build, WORK);
}

const WORK: Work = {
  holdServer,
  holdFleetServer,
  takeHeldServer: async (record) => {
    await endHold(record);
    // Its image was in use until now, too.
    settleDiscarded(await cleanUpBuild(record.id, [], true), endOf(record));
  },
  refuse: noteUnapproved,
  // No image hinders the next build: those that AWS did not take away now are for undoAgain.
  undo: async ({ id }) => logDiscarded(await cleanUpBuild(id)),
  undoAgain: async (record) => {
    settleDiscarded(await cleanUpLate(record.id), endOf(record));
    await giveBack(record);
  },
  release: async (record) => {
    await keepRelease(record);
    await noteRollback(record);
  },
  count: async (record) => {
    await rememberBaked(record);
    await countEnd(record);
    await rememberRollout(record);
  },
  unlock: giveBack,
  next: ({ pipeline }) => startQueuedBuild(pipeline),
  // A build that was planned before records said how many: the next one retires.
  retire: async (record) =>
    record.keep && settleDiscarded(await retireImages(record.pipeline, record.keep), endOf(record)),
  tell: (record) => tellLeft(record.id, (texts) => tellEnd(record, texts)),
  tellLeft: publishLeft,
  tellLeftAgain: publishLeft,
  tellHold,
  announce,
};

function endOf({ endedAt }: BuildRecord): number | undefined {
  return endedAt === undefined ? undefined : Date.parse(endedAt);
}

/** Gives back what the build has of its pipeline and of its groups. Then nothing is behind it any more. */
export async function giveBack({ id, pipeline, targets = [] }: BuildRecord): Promise<void> {
  await releaseGroups(
    targets.map(({ autoScalingGroup }) => autoScalingGroup),
    id,
  );
  await releaseLock(pipeline, id);
  await strikeOpen(id);
}

/** The cause comes first: a telephone shows no more. */
async function tellEnd(record: BuildRecord, groups: readonly string[]): Promise<void> {
  const { id, pipeline, status, error, packageChanges } = record;
  const where = error?.stage ? ` in the stage ${error.stage}` : '';
  const texts = [...describeBringingBack(record), ...groups].map((text) => `\n${text}\n`).join('');
  const changes = packageChanges && describeChanges(packageChanges);
  const back =
    describeHeldServer(record) +
    texts +
    describeLeft(record) +
    (changes ? `\nOn its image: ${changes}.\n` : '');
  await tellPeople(
    `Kiln: build of ${pipeline} ${status}: ${error?.name}`,
    `${error?.message}\n\nBuild ${id} of pipeline ${pipeline} ended as ${status}${where}: ${error?.name}.\n${back}`,
  );
}

/** What undoing has begun before. */
function describeBringingBack({ rollouts }: BuildRecord): string[] {
  return Object.entries(rollouts).flatMap(([group, { broughtBackBy, notBack }]) =>
    broughtBackBy && !notBack
      ? `The Auto Scaling group ${group} is being brought back to the version that it had, by the instance refresh ${broughtBackBy}. Until it is, the pipeline starts no build.`
      : [],
  );
}

function describeLeft({ left = [] }: BuildRecord): string {
  if (left.length === 0) return '';
  return `\nNot all that it made could be undone:\n${left.map((text) => `    ${text}\n`).join('')}`;
}

/** Every other end is a failure. */
const ANNOUNCED = {
  SUCCEEDED: 'Build Succeeded',
  UP_TO_DATE: 'Build Up To Date',
  SKIPPED: 'Build Skipped',
  SUPERSEDED: 'Build Superseded',
} as const satisfies Partial<Record<BuildStatus, EventType>>;

async function announce(record: BuildRecord): Promise<void> {
  const { id, pipeline, status, gone = {}, rollouts, error, bom, packageChanges, scanned } = record;
  const { reused, changed, reason } = record;
  const imageId = imageOf(record);
  const imageGone = imageId && gone[imageId];
  const type = Object.hasOwn(ANNOUNCED, status)
    ? ANNOUNCED[status as keyof typeof ANNOUNCED]
    : 'Build Failed';
  await emit(...describeMade(record), {
    type,
    detail: {
      ...{ build: id, pipeline, status, imageId },
      ...(imageGone && { imageGone }),
      ...{ reused, changed, reason, bom, packageChanges, scanned, rollouts, error },
    },
  });
}

/** What others may wait for of a build that succeeded: others see an image only once the fleet runs it. */
function describeMade(record: BuildRecord): KilnEvent[] {
  const { id: build, pipeline, status, imageId: own, baseImageId, copies = [], parameter, rollouts } = record;
  const imageId = imageOf(record);
  if (status !== 'SUCCEEDED' || !imageId) return [];
  const groups = Object.entries(rollouts).map(([autoScalingGroup, { version, verified }]) => ({
    ...{ autoScalingGroup, version },
    servers: verified?.servers ?? 0,
  }));
  const ofBuild = { build, pipeline, imageId };
  return [
    ...(own
      ? [{ type: 'Image Published' as const, detail: { ...ofBuild, baseImageId, copies, parameter } }]
      : []),
    ...(groups.length > 0 ? [{ type: 'Rollout Succeeded' as const, detail: { ...ofBuild, groups } }] : []),
  ];
}
