import { NothingToRollBackTo, PipelineBusy } from '../../errors';
import { findPipeline } from '../../pipeline/pushed/find';
import { holdFor } from '../acts/hold';
import { findLockHolder } from '../lock';
import { type BuildRecord, findRecord, isOver, type Trigger } from '../record';
import { findKnown, requestBuild } from '../request';
import { findImageBefore, findRestorable, findServed } from './reuse';

/** A person's request that an earlier image is rolled out again. */
export interface RollbackRequest {
  pipeline: string;
  /** The build whose image that is; without it, that of the image before. */
  build?: string;
  /** The build that made the image which shall be gone back from; without it, that which is served now. What has failed may have left another. */
  from?: string;
  reason: string;
  trigger: Trigger;
  idempotencyKey?: string | undefined;
}

/**
 * Requests a build that bakes nothing and rolls an earlier image out again, with the parameters that its build resolved then, and holds the
 * pipeline.
 *
 * @returns the record of the build
 * @throws UnknownPipeline, InvalidPipeline
 * @throws NothingToRollBackTo if that image is not there any more, was revoked, or if none was served before
 * @throws KeyReused, PipelineBusy, PipelineHeld as a request for a build
 */
export async function requestRollback(request: RollbackRequest): Promise<BuildRecord> {
  const { build } = request;
  // One that comes again goes back to what it went back to first.
  const known = await findKnown(request);
  if (known?.rollback && (build ?? known.rollback.build) === known.rollback.build)
    return goBack(request, known.rollback);
  const pipeline = await findPipeline(request.pipeline);
  const serving = await findServed(pipeline);
  if (build === undefined) await checkIdle(pipeline.name);
  if (!serving && build === undefined)
    throw new NothingToRollBackTo(
      `Pipeline ${pipeline.name} has rolled nothing out: there is nothing to go back from.`,
    );
  const from = (request.from === undefined ? undefined : await findRecord(request.from)) ?? serving;
  const to = build ?? (from && (await findImageBefore(pipeline, from))) ?? '';
  await findRestorable(pipeline.name, to);
  return goBack(request, { build: to });
}

/**
 * While another rolls out nobody knows which image is the one before: that which it takes the place of is meant, mostly.
 *
 * @throws PipelineBusy with what to do
 */
async function checkIdle(pipeline: string): Promise<void> {
  const holder = await findLockHolder(pipeline);
  const running = holder === undefined ? undefined : await findRecord(holder);
  if (!running || isOver(running)) return;
  throw new PipelineBusy(
    `Build ${running.id} of pipeline ${pipeline} runs: until it has ended it is not known which image is the one before. Abort it, which brings its groups back (POST /builds/${running.id}/abort), or name the build to go back to.`,
  );
}

/** Until somebody resumes the pipeline no schedule brings back what was gone back from. */
async function goBack(
  { build: _asked, from: _from, ...request }: RollbackRequest,
  rollback: NonNullable<BuildRecord['rollback']>,
): Promise<BuildRecord> {
  const record = await requestBuild({ ...request, parameters: {}, rollback });
  const { pipeline, reason, trigger } = request;
  if (!isOver(record))
    await holdFor(pipeline, { kind: 'rollback', by: trigger.by, reason, build: record.id });
  return record;
}
