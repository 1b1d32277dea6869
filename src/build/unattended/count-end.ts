import { InvalidPipeline, UnknownPipeline } from '../../errors';
import { findPipeline } from '../../pipeline/pushed/find';
import { requestedAt } from '../id';
import { type BuildRecord, findRecord, hasSucceeded, isUnattended } from '../record';
import { changeHold, findHold, type Hold } from './hold';

type Ended = Pick<BuildRecord, 'id' | 'fence' | 'trigger' | 'status'>;
type Built = Ended &
  Pick<BuildRecord, 'pipeline'> &
  Partial<Pick<BuildRecord, 'parameters' | 'once' | 'rollout' | 'resolved'>>;

/**
 * Counts how a build ended, once for each build however often it is told. A pipeline that is gone, or of which nothing can be built any
 * more, has nothing to hold, and must not keep its lock for that.
 */
export async function countEnd(record: Built): Promise<void> {
  const most = await readHoldAfter(record.pipeline);
  if (most === undefined) return;
  const over = await findRollbackOver(record);
  await changeHold(record.pipeline, (hold) => {
    const next = nextHold(hold, record, most);
    if (!over || hold.rollback?.build !== over) return next;
    const { rollback: _over, ...rest } = next ?? hold;
    return rest;
  });
}

/** The build of the rollback whose hold the success of another ends, if it ends one: what a person asked for after that, and other than it. */
async function findRollbackOver(ended: Built): Promise<string | undefined> {
  const { status, trigger, once, rollout, parameters = {}, resolved = {} } = ended;
  if (!hasSucceeded({ status }) || isUnattended(trigger) || once || rollout === false) return undefined;
  const { rollback } = (await findHold(ended.pipeline)) ?? {};
  const back = rollback?.build === undefined ? undefined : await findRecord(rollback.build);
  // One that has not been planned has restored nothing yet.
  if (back?.fence === undefined || !isAfter(ended, back)) return undefined;
  const isOther = Object.entries(parameters).some(
    ([name, value]) =>
      (resolved[name]?.value ?? value) !== (back.resolved?.[name]?.value ?? back.parameters[name]),
  );
  return isOther ? back.id : undefined;
}

/** A pipeline that was renamed has counted its turns from one. */
function isAfter({ id, pipeline, fence = 0 }: Built, back: BuildRecord): boolean {
  if (pipeline === back.pipeline) return fence > (back.fence ?? 0);
  return requestedAt(id) > requestedAt(back.id);
}

async function readHoldAfter(pipeline: string): Promise<number | undefined> {
  try {
    return (await findPipeline(pipeline)).definition.triggers.holdAfter;
  } catch (error) {
    if (error instanceof UnknownPipeline || error instanceof InvalidPipeline) return undefined;
    throw error;
  }
}

/** The hold after the end of a build; undefined where nothing changes. */
export function nextHold(hold: Hold, ended: Ended, holdAfter: number): Hold | undefined {
  const { failures, forgiven = [], lastGood: _good, lastFence: _fence, held, ...rest } = hold;
  const { id, fence, trigger, status } = ended;
  if (isCounted(hold, ended)) return undefined;
  if (hasSucceeded({ status })) {
    const stays = isUnattended(trigger) ? held : undefined;
    const last = { lastGood: id, ...(fence !== undefined && { lastFence: fence }) };
    return { ...rest, ...last, failures: stays ? failures : [], ...(stays && { held: stays }) };
  }
  // Who stops a build knows why.
  const hasFailed = isUnattended(trigger) && (status === 'FAILED' || status === 'TIMED_OUT');
  if (!hasFailed || held || [...failures, ...forgiven].includes(id)) return undefined;
  const more = [...failures, id];
  return {
    ...hold,
    failures: more,
    ...(more.length >= holdAfter && { held: { since: new Date().toISOString(), by: id } }),
  };
}

/** Whether the last good build came after. One that was never planned has no number: its id tells when it was asked for. */
function isCounted({ lastGood = '', lastFence }: Hold, { id, fence }: Ended): boolean {
  return fence === undefined || lastFence === undefined ? id <= lastGood : fence <= lastFence;
}
