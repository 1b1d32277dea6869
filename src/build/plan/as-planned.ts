import { pipelinesFolder } from '../../pipeline/folder';
import { loadPipeline } from '../../pipeline/load';
import type { Pipeline } from '../../pipeline/pipeline';
import { findVersion } from '../../pipeline/pushed/find';
import { pipelineOf } from '../id';
import { findRecord } from '../record';

/**
 * The pipeline of a build in the version that it was planned with: what somebody pushes or deploys does not reach a build that runs.
 *
 * @param build its id
 * @throws UnknownPipeline, InvalidPipeline as `loadPipeline`
 */
export async function findAsPlanned(build: string): Promise<Pipeline> {
  const { version: pushed, deployed } = (await findRecord(build)) ?? {};
  const version = pushed ?? deployed;
  const name = pipelineOf(build);
  return version ? findVersion(name, version) : loadPipeline(pipelinesFolder(), name);
}
