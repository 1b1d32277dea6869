import * as z from 'zod';
import { InvalidRequest, LeaseLost, PipelineBusy } from '../../errors';
import { hideSecrets } from '../../pipeline/parameters';
import type { Pipeline } from '../../pipeline/pipeline';
import { findPipeline } from '../../pipeline/pushed/find';
import { keepDeployed } from '../../pipeline/pushed/keep-deployed';
import { findUnheld } from '../../rollout/undo/retained';
import { emit } from '../../tell/events';
import { supersedeParked } from '../acts/gate';
import { holdFor } from '../acts/hold';
import { hasTask } from '../end/outbox';
import { isBuildId, pipelineOf } from '../id';
import { findLockHolder, releaseLock, takeLock } from '../lock';
import { createRecord, findRecord, isOver, updateRecord } from '../record';
import { type Held, Options, Parameters, type Plan } from '../state';
import { checkHold } from '../unattended/hold';
import { checkTried } from '../unattended/tried';
import { decideBuild } from './decide';
import { checkPlanned } from './preview';
import { Unmade } from './unmade';

export const PlanInput = z.object({
  build: z.object({ id: z.string() }),
  stage: z.string(),
  /** The input of the execution. By hand, the name of the pipeline is enough. */
  request: z
    .strictObject({
      pipeline: z.string(),
      parameters: Parameters.default({}),
      trigger: z
        .strictObject({ kind: z.enum(['http', 'schedule', 'event', 'manual']), by: z.string().optional() })
        .default({ kind: 'manual' }),
      ...Options.shape,
    })
    .refine(({ hotfix, reason }) => !hotfix || reason, {
      error: 'expected a reason beside hotfix',
      path: ['reason'],
    }),
});
type PlanInput = z.infer<typeof PlanInput>;

/**
 * Decides all that the build will do: takes the lock of the pipeline, opens the record, resolves what the pipeline
 * refers to, checks the targets and the size of the user data.
 *
 * @throws UnknownPipeline, InvalidPipeline, InvalidParameter, PipelineBusy, TargetNotRefreshable, CapacityUnavailable
 * @throws ImageRefused, NothingToRollBackTo, PlanOutdated
 * @throws PipelineHeld, RolloutFailedBefore if nobody asked for the build and it shall not be tried
 */
export async function planBuild({ build, request }: PlanInput): Promise<{ build: Held; plan: Plan }> {
  checkId(build.id, request.pipeline);
  const pipeline = await findPipeline(request.pipeline);
  // An execution that somebody starts by hand has what was typed in its input; the record does not repeat a secret.
  const parametersGiven = hideSecrets(pipeline, request.parameters);
  const fence = await openBuild(build.id, { ...request, parameters: parametersGiven });
  await checkHold(pipeline.name, request.trigger);
  const unmade = new Unmade();
  const decide = async () => ({
    hold: await planHold(pipeline, unmade),
    decision: await decideBuild(pipeline, request, unmade, {
      // First of all: the record of a build that fails here says, too, what was to be built.
      resolved: (fields) => updateRecord(build.id, fields),
    }),
  });
  const { decision, hold } = await decide().finally(async () => {
    if (unmade.words.length > 0) await updateRecord(build.id, { unchecked: unmade.words });
  });
  if (request.plan) await checkPlanned(pipeline.name, request.plan, decision);
  if (request.rollback) await holdRolledBack(build.id, request);
  const { plan, ingredients, changed, from } = decision;
  const { fingerprint, baseImage, targets, image, reuse, healthy } = plan;
  const { copyTo, keep, parameter, channels } = image;
  const deployed = reuse || pipeline.version ? undefined : await keepDeployed(pipeline.name);
  await updateRecord(build.id, {
    ...{ version: pipeline.version, deployed, fingerprint, ingredients },
    ...{ targets, copyTo, keep, parameter, channels },
    ...(reuse
      ? { reused: { build: reuse.build, imageId: reuse.image.id }, rolledBackFrom: from }
      : { baseImageId: baseImage.id, baseBuild: baseImage.build, changed, healthy }),
    ...hold,
  });
  await checkTried(pipeline.name, request.trigger, fingerprint);
  const held = { id: build.id, pipeline: pipeline.name, fence };
  if (targets.length > 0) await supersedeParked(held);
  const { resolved } = (await findRecord(build.id)) ?? {};
  const { trigger, reason } = request;
  await emit({
    type: 'Build Started',
    detail: { build: build.id, pipeline: pipeline.name, trigger, reason, resolved },
  });
  return { build: held, plan };
}

/** Who asked for the rollback holds the pipeline, too, and may have died before that. */
async function holdRolledBack(
  build: string,
  { pipeline, trigger, reason }: PlanInput['request'],
): Promise<void> {
  const why = reason ?? 'no reason was given';
  await holdFor(pipeline, { kind: 'rollback', by: trigger.by, reason: why, build });
}

/** What becomes of the server on which the build fails, should it. */
async function planHold(
  { definition: { onFailure, rollout } }: Pipeline,
  unmade: Unmade,
): Promise<{ holdServerFor?: number; notHeld?: string[] }> {
  if (!onFailure) return {};
  const notHeld = await unmade.unlessDenied('failed servers of the fleets can be held', () =>
    findUnheld(rollout.map(({ autoScalingGroup }) => autoScalingGroup)),
  );
  return { holdServerFor: onFailure.hold, ...(notHeld && notHeld.length > 0 && { notHeld }) };
}

function checkId(build: string, pipeline: string): void {
  if (isBuildId(build) && pipelineOf(build) === pipeline) return;
  throw new InvalidRequest(
    `The execution is named ${build}. Expected a build id: the pipeline's name and a ULID (${pipeline}-01J…). The API gives one to each build that it starts.`,
  );
}

/** @returns the number under which the build acts */
async function openBuild(build: string, request: PlanInput['request']): Promise<number> {
  const startedAt = new Date().toISOString();
  await refuseIfOver(build);
  await createRecord({ id: build, status: 'RUNNING', startedAt, ...request });
  const fence = await takeLock(request.pipeline, build, 'build');
  if (fence !== undefined) {
    await keepUnlessOver(build, request.pipeline);
    await updateRecord(build, { startedAt, fence });
    return fence;
  }
  const holder = await findLockHolder(request.pipeline);
  throw new PipelineBusy(
    `Pipeline ${request.pipeline} is busy with build ${holder}. Start builds through the API: it puts them into the queue.`,
  );
}

/** An execution that was stopped, or whose Plan failed, may be redriven: what its build made is undone by then. */
async function refuseIfOver(build: string): Promise<void> {
  const record = await findRecord(build);
  if (!record || !isOver(record)) return;
  throw new LeaseLost(
    `Build ${build} has ended already: it is ${record.status} since ${record.endedAt}. Start a new one.`,
  );
}

/** Who stops the execution in this moment ends the build and gives the lock back, maybe before it was taken. */
async function keepUnlessOver(build: string, pipeline: string): Promise<void> {
  try {
    await refuseIfOver(build);
  } catch (error) {
    // While something is still to be undone the build keeps it: whoever undoes gives it back.
    if (!(await hasTask(build, 'unlock'))) await releaseLock(pipeline, build);
    throw error;
  }
}
