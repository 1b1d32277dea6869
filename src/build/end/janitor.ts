import type { Image } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { env } from '../../env';
import { InvalidPipeline, TargetBusy } from '../../errors';
import { throwAll } from '../../failures';
import { type Discarded, describeDiscarded, discardLeftovers } from '../../image/discard';
import { findImages, findSnapshots } from '../../image/find';
import { findAllInstances, findInstances, terminateInstances } from '../../image/instances';
import { findOwnImages } from '../../image/own';
import { previewRetirement, retireImages } from '../../image/retire';
import { noticeAllGone } from '../../image/watch/gone';
import { logger } from '../../log';
import type { Pipeline } from '../../pipeline/pipeline';
import { type Seen, seePipelines } from '../../pipeline/pushed/find';
import { forgetOvertaken } from '../../pipeline/pushed/overtaken';
import { publishLeft } from '../../rollout/undo/left';
import { findBuilders } from '../../rollout/version/builders';
import { byService, tagOf } from '../../tags';
import { findWaitsOf } from '../../wait/store';
import { findExecution } from '../execution';
import { isBuildId, pipelineOf } from '../id';
import { findLockHolder } from '../lock';
import { listOpen } from '../open';
import { startQueuedBuild } from '../queue';
import { type BuildRecord, findRecord, hasSucceeded, isHeld, isOver, prolongRecord } from '../record';
import { decideRemoved, RemovedDecision, workOffDecision } from '../removed/decide';
import {
  describeInWords,
  findRegionsOf,
  findRemoved,
  isNothingLeft,
  type RemovedPipeline,
} from '../removed/find';
import { forgetDecision, listRegistered } from '../removed/register';
import { tellOnce } from '../removed/report';
import { attendBuild } from './attend';
import { cleanUpLate } from './clean-up';
import { tellDrift } from './drift';
import { hasTask } from './outbox';
import { describeStrays, findStrays, reportStrays, type Stray } from './strays';

const describeOwn = () => [byService(), { Name: 'tag-key', Values: ['kiln:build'] }];

/** What the janitor is given: by its schedule an event, by a person what shall become of pipelines whose folders are gone. */
export const TidyUpInput = z.preprocess(
  (event) => event ?? {},
  z.looseObject({
    removed: z.array(RemovedDecision).max(100).default([]),
    /** That it is only said what would be done. */
    trial: z.literal(true).optional(),
  }),
);

/** What the janitor has found. */
export interface TidyReport {
  /** Pipelines whose folders are gone, and what is left of each. */
  removed: RemovedPipeline[];
  /** What people must know, in words: nothing when all is as it should be. */
  words: string[];
}

/** What was done and what went wrong, one thing at a time. */
class Round {
  readonly words: string[] = [];
  readonly problems: unknown[] = [];

  /** Does one thing. What goes wrong in it keeps nothing else from being done. */
  async alone<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await run();
    } catch (problem) {
      // That takes its time, and is no accident.
      if (problem instanceof TargetBusy) logger.info(problem.message);
      else this.problems.push(problem);
      return undefined;
    }
  }

  /** What stays because somebody refers to it is as it should be; what could not be removed is not. */
  note(discarded: Discarded | undefined): void {
    if (!discarded) return;
    for (const text of describeDiscarded(discarded)) logger.info(text);
    this.words.push(...describeDiscarded({ ...discarded, kept: [] }));
  }
}

/**
 * Each night: removes what is tagged with a build that is over, but for the images of builds that succeeded; retires old images that
 * somebody referred to until now; ends the builds whose end nobody noticed, since events are best effort; starts a request that was
 * forgotten in the queue; tells the records of images that are gone; forgets pushed versions that a deployment has overtaken; does what was decided of pipelines whose folders are gone, and
 * names those of which nothing is decided; tells of what is tagged as Kiln's own and is left alone; and tells what of fleets is not as it
 * was left.
 *
 * @throws InvalidRequest if a decision is about a pipeline of which nothing can be decided
 * @throws what went wrong, once all the rest was done
 */
export async function tidyUp({
  removed: decisions,
}: Pick<z.infer<typeof TidyUpInput>, 'removed'>): Promise<TidyReport> {
  const round = new Round();
  const seen = await seePipelines();
  const { pipelines, problems } = seen;
  if (problems.length > 0) round.problems.push(new InvalidPipeline(problems.join('\n')));
  const living = namesOf(seen);
  const builds = await findBuilds(seen, round);
  const names = await findNames(builds, living, round);
  await decideRemoved(decisions, living, names);
  for (const build of builds) await round.alone(() => tidyBuild(build, round));
  for (const { name, definition } of pipelines) {
    await round.alone(async () => round.note(await retireImages(name, definition.image.keep)));
    await round.alone(() => beginAnew(name));
  }
  for (const name of new Set([...living, ...names])) await round.alone(() => startQueuedBuild(name));
  await round.alone(noticeAllGone);
  await round.alone(forgetOvertaken);
  await round.alone(() => tellStrays(pipelines, round));
  const removed = await lookAtRemoved(seen, names, round);
  for (const text of round.words) logger.warn(text);
  await round.alone(() => tellOnce(round.words));
  await round.alone(() => tellDrift(pipelines));
  throwAll(round.problems);
  return { removed, words: round.words };
}

/** Tidies up, or only says what that would remove. */
export async function runJanitor(input: z.infer<typeof TidyUpInput>): Promise<TidyReport | TidyPreview> {
  return input.trial ? previewTidy() : tidyUp(input);
}

/** What the janitor would do now. */
export interface TidyPreview {
  /** What builds that are over and have not succeeded have left. */
  left: { build: string; status: string; instances: string[]; images: string[] }[];
  /** The images that would be retired, and old ones that stay, and why. */
  images: { pipeline: string; retired: string[]; kept: { imageId: string; why: string }[] }[];
  /** What is tagged as a build's own and is left alone. */
  alone: Stray[];
  /** What could not be looked at, in words. */
  problems: string[];
}

/** What the janitor would remove now, and why the rest stays. Changes nothing. */
export async function previewTidy(): Promise<TidyPreview> {
  const round = new Round();
  const seen = await seePipelines();
  const { pipelines } = seen;
  const preview: TidyPreview = { left: [], images: [], alone: [], problems: [] };
  for (const build of await findBuilds(seen, round))
    await round.alone(async () => {
      const record = await findRecord(build);
      if (!record || !isOver(record)) return;
      const instances = (await findInstances(build))
        .map(({ InstanceId = '' }) => InstanceId)
        .filter((id) => !isHeld(record, id));
      const { own } = hasSucceeded(record) ? { own: [] } : await findOwnImages(record);
      const images = own.map(({ ImageId = '' }) => ImageId);
      if (instances.length + images.length > 0)
        preview.left.push({ build, status: record.status, instances, images });
    });
  for (const { name, definition } of pipelines)
    await round.alone(async () => {
      const { retired, kept } = await previewRetirement(name, definition.image.keep);
      if (retired.length + kept.length > 0) preview.images.push({ pipeline: name, retired, kept });
    });
  for (const region of await findRegions(pipelines, round))
    preview.alone.push(...((await round.alone(() => findStrays(region))) ?? []));
  return { ...preview, problems: [...seen.problems, ...round.problems.map(String)] };
}

/**
 * All builds that something in AWS is tagged with, here or where images are copied to, that made a version of the launch template of a
 * group, that are not over, or that hold a lock.
 */
async function findBuilds(seen: Seen, round: Round): Promise<Set<string>> {
  const { pipelines } = seen;
  const tagged: { Tags?: { Key?: string; Value?: string }[] }[] = [];
  const look = (find: () => Promise<typeof tagged>) =>
    round.alone(async () => void tagged.push(...(await find())));
  await look(findAllInstances);
  for (const region of await findRegions(pipelines, round)) {
    await look(() => findImages(describeOwn(), region));
    await look(() => findSnapshots(describeOwn(), region));
  }
  const open = (await listOpen()).map(({ build }) => build);
  const holders = await Promise.all([...namesOf(seen)].map(findLockHolder));
  const found = tagged.map((resource) => tagOf(resource, 'kiln:build'));
  const groups = pipelines.flatMap(({ definition }) => definition.rollout.map((one) => one.autoScalingGroup));
  const builders = (await round.alone(() => findBuilders(groups))) ?? [];
  const builds = [...found, ...builders, ...open, ...holders].filter((build) => build !== undefined);
  return new Set(builds.filter(isBuildId));
}

/** The pipelines that are there, those among them that cannot be read. */
function namesOf({ pipelines, unreadable }: Seen): ReadonlySet<string> {
  return new Set([...pipelines.map(({ name }) => name), ...unreadable].toSorted());
}

/** Each region alone: one that AWS has closed keeps nobody from the others. */
async function tellStrays(pipelines: readonly Pipeline[], round: Round): Promise<void> {
  const strays: Stray[] = [];
  for (const region of await findRegions(pipelines, round))
    strays.push(...((await round.alone(() => findStrays(region))) ?? []));
  if (strays.length === 0) return;
  round.words.push(describeStrays(strays));
  await reportStrays(strays);
}

/** This region, and those that images are copied to, also by pipelines that are gone, or that cannot be read. */
async function findRegions(pipelines: readonly Pipeline[], round: Round): Promise<Set<string | undefined>> {
  const regions = pipelines.flatMap(({ definition }) => definition.image.copyTo);
  const readable = new Set(pipelines.map(({ name }) => name));
  for (const { pipeline } of await findRemoved(readable))
    regions.push(...((await round.alone(() => findRegionsOf(pipeline))) ?? []));
  return new Set([undefined, ...regions.filter((region) => region !== env('AWS_REGION'))]);
}

/** The pipelines that have had builds here: those that are registered, and those of builds with a record. */
async function findNames(
  builds: Iterable<string>,
  living: ReadonlySet<string>,
  round: Round,
): Promise<Set<string>> {
  const names = new Set((await listRegistered()).map(({ pipeline }) => pipeline));
  for (const build of builds) {
    if (!isBuildId(build) || living.has(pipelineOf(build)) || names.has(pipelineOf(build))) continue;
    if (await round.alone(() => findRecord(build))) names.add(pipelineOf(build));
  }
  return names;
}

/** Of a pipeline that is back, deployed or pushed, nothing is decided any more. */
async function beginAnew(pipeline: string): Promise<void> {
  const registered = (await listRegistered()).find((one) => one.pipeline === pipeline);
  if (registered?.decided) await forgetDecision(pipeline);
}

async function lookAtRemoved(all: Seen, names: Iterable<string>, round: Round): Promise<RemovedPipeline[]> {
  const found: RemovedPipeline[] = [];
  for (const { pipeline, decided } of await findRemoved(namesOf(all), names)) {
    const seen = await round.alone(() => workOffDecision(pipeline, decided, all.pipelines));
    if (!seen) continue;
    found.push(seen.left);
    round.words.push(...seen.words);
    if (!decided && !isNothingLeft(seen.left))
      round.words.push(
        `${describeInWords(seen.left)} Decide what becomes of it: keep, retire or renamed (see "Renamed and removed pipelines" in docs/deploying.md).`,
      );
  }
  return found;
}

async function tidyBuild(build: string, round: Round): Promise<void> {
  const record = await findRecord(build);
  switch (record?.status) {
    case 'QUEUED':
    case 'RUNNING':
      return attendBuild(build);
    case 'SUCCEEDED':
    case 'UP_TO_DATE':
      if (await goesOn(build)) return;
      await round.alone(() => removeBeside(record, round));
      return attendBuild(build);
    case undefined:
      // People's tools copy tags, and another deployment has records of its own: without one nothing is known to be ours.
      return logger.warn(
        `something is tagged kiln:build ${build}, of which there is no record here: left alone`,
      );
    default:
      // What comes late is looked for once all is undone: that leaves to people the groups which are still to be brought back.
      if (await hasTask(build, 'undo')) return attendBuild(build);
      await round.alone(async () => round.note(await cleanUpLate(build)));
      await round.alone(() => publishLeft({ id: build, pipeline: pipelineOf(build) }));
      // It holds neither lock nor group, unless it ended in the moment in which it took them, or a function took them late.
      return attendBuild(build);
  }
}

/** A build that has succeeded may be about to do what is left to do. */
async function goesOn(build: string): Promise<boolean> {
  return (await findExecution(build))?.status === 'RUNNING' || (await findWaitsOf(build)).length > 0;
}

/** Removes what a build made beside its images, and keeps its record as long as one of them is there. */
async function removeBeside(record: BuildRecord, round: Round): Promise<void> {
  const { id, copies = [] } = record;
  const left: Image[] = [];
  const regions = [undefined, ...copies.map((copy) => copy.region)];
  let seen = 0;
  for (const region of regions)
    await round.alone(async () => {
      const { own, discarded } = await discardLeftovers(record, region);
      left.push(...own);
      seen += 1;
      round.note(discarded);
    });
  // Where nobody could look one may be.
  if (left.length > 0 || seen < regions.length) await prolongRecord(record);
  await terminateInstances(await findInstances(id));
}
