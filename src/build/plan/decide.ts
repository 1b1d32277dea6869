import { env } from '../../env';
import { InvalidPipeline } from '../../errors';
import { findAll } from '../../failures';
import { findContents } from '../../image/base/contents';
import { findBaseImage } from '../../image/base/image';
import { checkBaseRole } from '../../image/base/role';
import { findImages } from '../../image/find';
import { checkParameterOwner } from '../../image/parameter';
import { checkSharing } from '../../image/sharing';
import {
  type Difference,
  describeDifferences,
  findDifferences,
  fingerprintOf,
  hideSecretIngredients,
  ingredientsOf,
} from '../../pipeline/fingerprint';
import {
  approvalOf,
  imageParametersOf,
  type Pipeline,
  type RolloutTarget,
  secretsOf,
} from '../../pipeline/pipeline';
import { findServing } from '../../rollout/checks/serving';
import { checkTargets, type Planned } from '../../rollout/targets';
import { checkInspector } from '../../server/scan/enabled';
import { findWindowProblem } from '../acts/windows';
import type { BuildRequest } from '../execution';
import { resolveParameters } from '../parameters';
import type { BuildRecord } from '../record';
import { chooseGiven, choosePinned, describeResolved, findRelease, type Release } from '../release/release';
import { findRestorable, findReusable, findServed, type Reuse } from '../release/reuse';
import type { Plan, Target } from '../state';
import type { Unmade } from './unmade';
import { checkVcpus } from './vcpus';

/** What a build will do, and why. */
export interface Decision {
  plan: Plan;
  ingredients: Record<string, string>;
  /** What is otherwise than of the image that is served now, whatever is the release; nothing where it is not known what that was made of. */
  changes: Difference[];
  /** Why it bakes, in words. */
  changed?: string[];
  /** Of a rollback: the build that made the image which is served now. */
  from?: string;
  /** Groups that run the image already, wholly. */
  serving: Target[];
}

/** Who is told what, as soon as it is known. */
interface Told {
  resolved: (known: Pick<BuildRecord, 'given' | 'resolved'>) => Promise<void>;
}

/**
 * Decides what a build would do now: resolves what the pipeline refers to, looks for an image that has been made of all that already, checks
 * the targets. Changes nothing in AWS.
 *
 * @param unmade is told what AWS does not let Kiln look at
 * @throws InvalidPipeline, InvalidParameter, TargetNotRefreshable, CapacityUnavailable; says all that is wrong
 * @throws ImageRefused, NothingToRollBackTo
 */
export async function decideBuild(
  pipeline: Pipeline,
  request: BuildRequest,
  unmade: Unmade,
  told: Told,
): Promise<Decision> {
  const release = await findRelease(pipeline);
  if (request.rollback) return decideRollback(pipeline, request.rollback.build, release, unmade, told);
  const given = chooseGiven(pipeline, request, release);
  const parameters = await resolveParameters(pipeline, given.values);
  await told.resolved({ given: given.values, resolved: describeResolved(parameters, given, release) });
  return decideBake(pipeline, parameters, request, unmade);
}

/** What a bake is decided from: the base image as it is now, and what is named by parameters. */
async function decideBake(
  pipeline: Pipeline,
  parameters: Record<string, string>,
  { force = false, rollout, hotfix = false }: BuildRequest,
  unmade: Unmade,
): Promise<Decision> {
  const finding = findBaseImage(pipeline, unmade);
  // What is wrong with the base image is told once.
  const architecture = finding.then(
    (found) => found.architecture,
    () => undefined,
  );
  const [{ architecture: _known, ...baseImage }, targets] = await findAll([
    finding,
    findTargets(pipeline, rollout, { architecture, isHotfix: hotfix }, unmade),
    ...checkOthers(pipeline, unmade),
    unmade.unlessDenied('Amazon Inspector scans servers', () => checkInspector(pipeline)),
    unmade.unlessDenied('base instances may read what parameters name', () =>
      checkBaseRole(pipeline, parameters),
    ),
  ]);
  const contents = await findContents(parameters);
  const ingredients = ingredientsOf(pipeline, {
    baseImageId: baseImage.id,
    parameters,
    contents: contents.known,
    instanceProfile: env('KILN_INSTANCE_PROFILE'),
  });
  const print = fingerprintOf(ingredients);
  const mayReuse = !force && contents.unknown.length === 0;
  const reuse = mayReuse ? await findReusable(pipeline, print) : undefined;
  const served = await findServed(pipeline);
  const changes = findChanges(pipeline, served, ingredients);
  const made = { baseImage, parameters, fingerprint: print };
  const planned = await decideTargets(pipeline, made, targets, reuse, unmade);
  const decided = { ...planned, plan: { ...planned.plan, ...decideGates(pipeline, planned.plan, hotfix) } };
  if (reuse) return { ...decided, ingredients, changes };
  const changed = force ? ['it was asked for'] : [...contents.unknown, ...explainChanges(served, changes)];
  return { ...decided, ingredients, changes, changed };
}

function findChanges(
  pipeline: Pipeline,
  served: BuildRecord | undefined,
  now: Record<string, string>,
): Difference[] {
  return served?.ingredients ? findDifferences(hideSecretIngredients(pipeline, served.ingredients), now) : [];
}

/** Why an image is baked that nobody insists on. */
function explainChanges(served: BuildRecord | undefined, changes: readonly Difference[]): string[] {
  if (!served?.ingredients) return ['there is no image that it could be compared with'];
  return changes.length > 0
    ? describeDifferences(changes)
    : ['the image of the same is not available any more'];
}

/** The image of an earlier build, with the parameters that it had then. Its site is that of then, too. */
async function decideRollback(
  now: Pipeline,
  build: string,
  release: Release | undefined,
  unmade: Unmade,
  told: Told,
): Promise<Decision> {
  const { maker, reuse } = await findRestorable(now.name, build);
  // Before records said it, nobody knows what that was.
  const { healthy = now.definition.healthy } = maker;
  const rollout = now.definition.rollout.map(atOnce);
  const pipeline = { ...now, definition: { ...now.definition, healthy, rollout } };
  const given = choosePinned(pipeline, maker);
  await told.resolved({
    given: given.values,
    resolved: describeResolved(given.values, given, release),
  });
  const [image] = await findImages([{ Name: 'image-id', Values: [reuse.image.id] }]);
  const architecture = Promise.resolve(image?.Architecture);
  const [targets] = await findAll([
    findTargets(pipeline, true, { architecture }, unmade),
    ...checkOthers(pipeline, unmade),
  ]);
  const made = {
    baseImage: { id: maker.baseImageId ?? '', rootDeviceName: '' },
    parameters: given.values,
    fingerprint: maker.fingerprint ?? '',
  };
  const decided = await decideTargets(pipeline, made, targets, reuse, unmade);
  const served = await findServed(pipeline);
  const { ingredients = {} } = maker;
  const changes = findChanges(pipeline, served, ingredients);
  return { ...decided, ingredients, changes, ...(served && { from: served.id }) };
}

/** Who goes back waits at no checkpoint, and no alarm keeps him from it: what he goes back from may have set it off. */
function atOnce({ checkpoints: _checkpoints, ...target }: RolloutTarget): RolloutTarget {
  return { ...target, alarms: [], bake: 0 };
}

async function findTargets(
  { definition: { rollout, healthy } }: Pipeline,
  rollsOut: boolean | undefined,
  planned: Omit<Planned, 'port'>,
  unmade: Unmade,
): Promise<Target[]> {
  return rollsOut === false ? [] : checkTargets(rollout, { port: healthy.port, ...planned }, unmade);
}

function checkOthers(pipeline: Pipeline, unmade: Unmade) {
  const parameters = imageParametersOf(pipeline.definition);
  return [
    unmade.unlessDenied('images can be shared', () => checkSharing(pipeline)),
    findAll(parameters.map((parameter) => checkParameterOwner(pipeline.name, parameter))),
  ] as const;
}

/**
 * What a rollout waits for; nothing where there is none. Who goes back to an earlier image waits for nothing.
 *
 * @throws InvalidPipeline if its windows open too late for any build
 */
export function decideGates(
  { definition }: Pick<Pipeline, 'definition'>,
  { targets }: Pick<Plan, 'targets'>,
  hotfix: boolean,
): Pick<Plan, 'approval' | 'windows'> {
  if (targets.length === 0) return {};
  const approval = approvalOf(definition);
  const windows = hotfix ? [] : definition.windows;
  const problem = findWindowProblem(windows, Date.now());
  if (problem) throw new InvalidPipeline(problem);
  return { ...(approval && { approval }), ...(windows.length > 0 && { windows }) };
}

/** Of an image that is there already only those groups are targets that do not run it. */
async function decideTargets(
  pipeline: Pipeline,
  made: Pick<Plan, 'baseImage' | 'parameters' | 'fingerprint'>,
  all: Target[],
  reuse: Reuse | undefined,
  unmade: Unmade,
): Promise<Pick<Decision, 'plan' | 'serving'>> {
  const serving = reuse && all.length > 0 ? await findServing(all, reuse.image.id) : new Set<string>();
  const targets = all.filter(({ autoScalingGroup }) => !serving.has(autoScalingGroup));
  await unmade.unlessDenied('the quota has room for the vCPUs of the build', () =>
    checkVcpus(pipeline, targets, reuse === undefined),
  );
  const { base, healthy, image, description } = pipeline.definition;
  return {
    plan: {
      ...made,
      instanceType: base.instanceType,
      volumeSize: base.volumeSize,
      ...(base.keyName && { keyName: base.keyName }),
      secrets: secretsOf(pipeline),
      prepare: base.prepare === 'none' ? { by: 'none', within: 0 } : { by: 'agent', ...base.prepare },
      description,
      healthy,
      image: { ...image, skipChecks: describeSkipped(image.skipChecks) },
      targets,
      ...(reuse && { reuse }),
    },
    serving: all.filter(({ autoScalingGroup }) => serving.has(autoScalingGroup)),
  };
}

/** The checks that are not made, and why; without those that are. */
function describeSkipped(checks: Pipeline['definition']['image']['skipChecks']): Record<string, string> {
  return Object.fromEntries(Object.entries(checks).flatMap(([name, why]) => (why ? [[name, why]] : [])));
}
