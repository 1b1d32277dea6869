import { ulid } from 'ulid';
import { InvalidRequest, KilnError, PipelineHeld, PlanOutdated, TransientFailure } from '../../errors';
import { type Difference, describeDifference } from '../../pipeline/fingerprint';
import { findPipeline } from '../../pipeline/pushed/find';
import { describeGroups } from '../../rollout/groups';
import { templatesOf } from '../../rollout/version/configuration';
import { getItem, type Key, putItem } from '../../table';
import { findParked } from '../acts/gate';
import { findOpening } from '../acts/windows';
import { type BuildRequest, optionsOf } from '../execution';
import { findLockHolder } from '../lock';
import { type BuildRecord, listRecords } from '../record';
import type { Plan, Target } from '../state';
import { checkHold, showHold } from '../unattended/hold';
import { type Decision, decideBuild } from './decide';
import { Unmade } from './unmade';
import { type Usage, usageOf } from './usage';

/** What a build would do now. */
export interface Preview {
  id: string;
  pipeline: string;
  /** When it was made, and until when a build may be started with it; ISO 8601. */
  at: string;
  expiresAt: string;
  resolved: NonNullable<BuildRecord['resolved']>;
  /** The image that is used, or that one is baked. */
  image: { bakes: boolean; reuse?: { build: string; imageId: string }; why?: string[] };
  /** What is otherwise than of the image that is served. */
  changes: Difference[];
  targets: PlannedTarget[];
  /** What would stop it, in words: all of it. */
  blockers: string[];
  /** What only a server could tell, or AWS did not let Kiln look at. */
  notKnown: string[];
  /** The build that runs now. */
  running?: string;
  /** The build that waits for approval or its window, and whose place it would take. */
  supersedes?: string;
  hold?: Awaited<ReturnType<typeof showHold>>;
  /** That a person must approve the rollout. */
  approval?: Plan['approval'];
  /** When the rollout may begin, were it ready now. */
  window?: { isOpen: boolean; opensAt: string; closesAt: string };
  /** How long earlier builds like it took, in seconds. */
  seconds?: { least: number; most: number; builds: number };
  /** How long the refresh of such a build took, which going back takes too, in seconds. */
  undoSeconds?: number;
  /** What it would use that AWS charges for. */
  usage?: Usage;
}

/** What becomes of one group. */
export interface PlannedTarget {
  autoScalingGroup: string;
  action: 'rollOut' | 'skip';
  /** How many servers it shall have. */
  servers: number;
  fromVersion: string;
  why?: string;
}

/** What a build that is started with a plan is held to. */
interface Kept {
  pipeline: string;
  request: Pick<BuildRequest, 'parameters' | 'once' | 'force' | 'rollout'>;
  /** Missing where something would have stopped it. */
  decided?: Decided;
}

interface Decided {
  ingredients: Record<string, string>;
  reuse: string;
  /** By the name of the group: its launch templates with their versions. */
  targets: Record<string, string>;
}

/** A day: what AWS has looks otherwise then. */
const KEPT_SECONDS = 24 * 60 * 60;

function keyOf(pipeline: string, id: string): Key {
  return { pk: `PLAN#${pipeline}`, sk: id };
}

/**
 * Says what a build would do now. Changes nothing in AWS, and starts no server.
 *
 * @throws UnknownPipeline, InvalidPipeline; whatever else would stop a build is told as a blocker
 */
export async function previewBuild(request: BuildRequest): Promise<Preview> {
  const pipeline = await findPipeline(request.pipeline);
  const unmade = new Unmade();
  let resolved: Preview['resolved'] = {};
  const blockers: string[] = [];
  const told = {
    resolved: async (known: Pick<BuildRecord, 'resolved'>) => {
      resolved = known.resolved ?? {};
    },
  };
  const decision = await decideBuild(pipeline, request, unmade, told).catch((error: unknown) => {
    if (!(error instanceof KilnError) || error instanceof TransientFailure) throw error;
    blockers.push(...error.message.split('\n'));
    return undefined;
  });
  await checkHold(pipeline.name, request.trigger).catch((error: unknown) => {
    if (!(error instanceof PipelineHeld)) throw error;
    blockers.push(error.message);
  });
  const [running, hold, parked, history] = await Promise.all([
    findLockHolder(pipeline.name),
    showHold(pipeline.name),
    findParked(pipeline.name),
    listRecords(pipeline.name, LOOKED_THROUGH),
  ]);
  if (running && pipeline.definition.whenBusy === 'reject')
    blockers.push(`build ${running} runs, and the whenBusy of the pipeline is reject`);
  const now = Date.now();
  const id = `p-${ulid(now)}`;
  const { parameters, ...options } = request;
  const { once, force, rollout } = optionsOf(options);
  const kept: Kept = {
    pipeline: pipeline.name,
    request: { parameters, ...optionsOf({ once, force, rollout }) },
    ...(decision && { decided: decidedOf(decision) }),
  };
  const expiresAt = Math.floor(now / 1000) + KEPT_SECONDS;
  await putItem({ ...keyOf(pipeline.name, id), ...kept, expiresAt });
  return {
    id,
    pipeline: pipeline.name,
    at: new Date(now).toISOString(),
    expiresAt: new Date(expiresAt * 1000).toISOString(),
    resolved,
    image: describeImage(decision),
    changes: decision?.changes ?? [],
    targets: decision ? await describeTargets(decision) : [],
    blockers,
    notKnown: [...(decision && !decision.plan.reuse ? ON_SERVERS : []), ...unmade.words],
    ...(running && { running }),
    ...(parked && decision && decision.plan.targets.length > 0 && { supersedes: parked.id }),
    ...(hold && { hold }),
    ...describeGates(decision),
    ...estimate(history, decision?.plan.reuse === undefined),
    ...(decision && { usage: usageOf(decision.plan, history) }),
  };
}

const ON_SERVERS = ['which packages the script installs, and whether the site is healthy on the new image'];

/** As many builds are looked through for how long they take. */
const LOOKED_THROUGH = 30;

function describeGates(decision: Decision | undefined): Pick<Preview, 'approval' | 'window'> {
  const { approval, windows } = decision?.plan ?? {};
  const now = Date.now();
  const opening = windows && findOpening(windows, now);
  return {
    ...(approval && { approval }),
    ...(opening && {
      window: {
        isOpen: opening.opensAt <= now,
        opensAt: new Date(opening.opensAt).toISOString(),
        closesAt: new Date(opening.closesAt).toISOString(),
      },
    }),
  };
}

function describeImage(decision: Decision | undefined): Preview['image'] {
  if (!decision) return { bakes: false };
  const { plan, changed } = decision;
  if (!plan.reuse) return { bakes: true, ...(changed && { why: changed }) };
  return { bakes: false, reuse: { build: plan.reuse.build, imageId: plan.reuse.image.id } };
}

async function describeTargets({ plan, serving }: Decision): Promise<PlannedTarget[]> {
  const all = [...plan.targets, ...serving];
  const groups = await describeGroups(all.map(({ autoScalingGroup }) => autoScalingGroup));
  return all.map((target): PlannedTarget => {
    const { autoScalingGroup, currentVersion, isFirstImage, initialCapacity } = target;
    const { DesiredCapacity = 0 } = groups.get(autoScalingGroup) ?? {};
    const servers = isFirstImage ? initialCapacity : DesiredCapacity;
    const common = { autoScalingGroup, servers, fromVersion: currentVersion };
    if (serving.includes(target)) return { ...common, action: 'skip', why: 'it runs this image already' };
    return { ...common, action: 'rollOut', ...(isFirstImage && { why: 'its first image' }) };
  });
}

function decidedOf({ plan, ingredients }: Decision): Decided {
  return {
    ingredients,
    reuse: plan.reuse?.image.id ?? 'none',
    targets: Object.fromEntries(plan.targets.map((target) => [target.autoScalingGroup, describe(target)])),
  };
}

function describe(target: Target): string {
  return templatesOf(target)
    .map(({ launchTemplateId, currentVersion }) => `${launchTemplateId} ${currentVersion}`)
    .join(', ');
}

/** Of builds that succeeded and did the same: with a bake, or without. */
function estimate(history: readonly BuildRecord[], bakes: boolean): Pick<Preview, 'seconds' | 'undoSeconds'> {
  const like = history.filter(
    ({ status, reused }) => status === 'SUCCEEDED' && (reused === undefined) === bakes,
  );
  const seconds = like.flatMap(({ startedAt, endedAt }) =>
    startedAt && endedAt ? [secondsBetween(startedAt, endedAt)] : [],
  );
  const refreshes = history.flatMap(({ stages }) =>
    Object.entries(stages).flatMap(([name, { startedAt, endedAt, outcome }]) =>
      name.startsWith('AwaitRefresh/') && outcome === 'succeeded' && endedAt
        ? [secondsBetween(startedAt, endedAt)]
        : [],
    ),
  );
  return {
    ...(seconds.length > 0 && {
      seconds: { least: Math.min(...seconds), most: Math.max(...seconds), builds: seconds.length },
    }),
    ...(refreshes.length > 0 && { undoSeconds: Math.max(...refreshes) }),
  };
}

function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}

/**
 * Reads what a plan was made for.
 *
 * @throws InvalidRequest if there is no such plan of the pipeline, or if it would have been stopped
 */
export async function findPlanned(pipeline: string, id: string): Promise<Kept['request']> {
  const kept = await getItem<Kept>(keyOf(pipeline, id));
  const detail = kept
    ? 'it had blockers: plan again'
    : 'there is no such plan of this pipeline, plans are kept for a day';
  if (kept?.decided) return kept.request;
  throw new InvalidRequest(`plan is ${id}: ${detail}.`, { fields: [{ field: 'body.plan', detail }] });
}

/**
 * Holds a build to the plan that it was started with.
 *
 * @throws PlanOutdated with all that has changed since
 */
export async function checkPlanned(pipeline: string, id: string, decision: Decision): Promise<void> {
  const kept = await getItem<Kept>(keyOf(pipeline, id));
  if (!kept?.decided) throw new PlanOutdated(`The plan ${id} is not kept any more. Plan again.`);
  const [was, is] = [kept.decided, decidedOf(decision)];
  const changes = [
    ...describeDifference(was.ingredients, is.ingredients),
    ...describeDifference({ 'image that is used': was.reuse }, { 'image that is used': is.reuse }),
    ...describeDifference(was.targets, is.targets).map((text) => `group ${text}`),
  ];
  if (changes.length === 0) return;
  throw new PlanOutdated(
    `Since the plan ${id} was made, other things have changed: ${changes.join('; ')}. Plan again.`,
  );
}
