import { measureStage } from '../metrics';
import { pipelineOf } from './id';
import { updateRecord } from './record';

/**
 * Keeps in the build's record when a stage was, and measures how long it took.
 *
 * @param stage the name of the state; within RollOut with the group: `AwaitRefresh/kiln-fleet-web`
 * @param startedAt milliseconds since 1970
 * @param endedAt milliseconds since 1970, now if not given
 */
export async function recordStage(
  build: string,
  stage: string,
  startedAt: number,
  endedAt: number = Date.now(),
): Promise<void> {
  const times = { startedAt: new Date(startedAt).toISOString(), endedAt: new Date(endedAt).toISOString() };
  await updateRecord(build, { [`stages.${stage}`]: times });
  const [state = stage] = stage.split('/');
  measureStage(pipelineOf(build), state, endedAt - startedAt);
}
