import { RolloutFailedBefore } from '../../errors';
import { type Condition, deleteItem, getItem, type Key, putItem } from '../../table';
import { type BuildRecord, isUnattended, type Trigger } from '../record';

/** A rollout that failed, by the fingerprint of its image. */
interface Tried {
  build: string;
  /** The number of that build. */
  fence: number;
  error: string;
}

/** A year, as records are kept. */
const KEPT_SECONDS = 365 * 24 * 60 * 60;

function keyOf(pipeline: string, fingerprint: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: `ROLLOUT#${fingerprint}` };
}

/** Remembers that the rollout of a build failed, or forgets it where one with the same fingerprint has succeeded. */
export async function rememberRollout(record: BuildRecord): Promise<void> {
  const { id, pipeline, fence = 0, fingerprint, status, error } = record;
  if (!fingerprint) return;
  const key = keyOf(pipeline, fingerprint);
  if (status === 'SUCCEEDED') {
    await deleteItem(key, before(fence));
  } else if (hasBegun(record)) {
    const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
    const tried: Tried = { build: id, fence, error: error?.name ?? status };
    await putItem({ ...key, ...tried, expiresAt }, before(fence));
  }
}

/** That what is remembered is of an earlier turn. */
function before(fence: number): Condition {
  return { expression: 'attribute_not_exists(#fence) OR #fence < :fence', values: { ':fence': fence } };
}

/** Whether a server may have been replaced: until then a rollout has not failed, it was not tried. */
export function hasBegun({ rollouts, stages }: BuildRecord): boolean {
  return (
    Object.values(rollouts).some(({ refreshId }) => refreshId !== undefined) ||
    Object.entries(stages).some(([name, { outcome }]) => name.startsWith('ScaleOut/') && outcome !== 'failed')
  );
}

/**
 * Refuses a build that no person asked for and that would roll out again what failed.
 *
 * @throws RolloutFailedBefore with the build whose rollout it was
 */
export async function checkTried(pipeline: string, trigger: Trigger, fingerprint: string): Promise<void> {
  if (!isUnattended(trigger)) return;
  const tried = await getItem<Tried>(keyOf(pipeline, fingerprint));
  if (!tried) return;
  throw new RolloutFailedBefore(
    `This build would roll out again what build ${tried.build} did, whose rollout failed (${tried.error}): base image, parameters and script are the same. Schedules and events do not try it again; a build that a person asks for does.`,
  );
}
