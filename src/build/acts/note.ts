import { BuildOver, TransientFailure } from '../../errors';
import { type Condition, changeItem } from '../../table';
import { type BuildAct, type BuildRecord, type BuildStatus, getRecord, isOver, keyOfRecord } from '../record';

/** So many are kept of a build: the newest. */
const MOST_ACTS = 50;

const MOST_TRIES = 20;

/**
 * Writes into the record of a build what somebody does to it, before it is done: of one that is not over. The same act that comes again
 * stands there once.
 *
 * @param done without when
 * @returns the record as it is then
 * @throws UnknownBuild if there is none
 * @throws BuildOver if it is over; says how it ended
 */
export async function noteAct(build: string, done: Omit<BuildAct, 'at'>): Promise<BuildRecord> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const record = await getRecord(build);
    refuseIfOver(record, done.act);
    const { acts = [], status } = record;
    if (acts.some((known) => isRepeated(known, done))) return record;
    const next = [...acts, { at: new Date().toISOString(), ...done }].slice(-MOST_ACTS);
    const noted = await changeItem<BuildRecord>(
      keyOfRecord(build),
      [[['acts'], next]],
      unchanged(status, record.acts),
    );
    if (noted) return noted;
  }
  throw new TransientFailure(`The record of build ${build} is being changed by others.`);
}

function isRepeated({ at: _at, ...known }: BuildAct, done: Omit<BuildAct, 'at'>): boolean {
  const read = ({ act, by, reason, now, skip }: Omit<BuildAct, 'at'>) =>
    JSON.stringify([act, by, reason, now, skip]);
  return read(known) === read(done);
}

/** That nobody has written another act meanwhile. */
function unchanged(status: BuildStatus, acts: BuildRecord['acts']): Condition {
  const values = { ':status': status };
  const last = acts?.at(-1);
  if (!acts || !last) return { expression: '#status = :status AND attribute_not_exists(#acts)', values };
  return {
    expression: `#status = :status AND size(#acts) = :size AND #acts[${acts.length - 1}].#at = :last`,
    values: { ...values, ':size': acts.length, ':last': last.at },
  };
}

/** @throws BuildOver if the build is over */
export function refuseIfOver(record: BuildRecord, act: string): void {
  if (!isOver(record)) return;
  const { id, status, endedAt } = record;
  throw new BuildOver(
    `Build ${id} is ${status} since ${endedAt}: there is nothing left to ${act}.${status === 'SUCCEEDED' ? ' What it has rolled out serves.' : ''}`,
  );
}

/** Who does something and why, as a sentence of the end: `arn:… has aborted it: the site is slow.` */
export function describeAct({ act, by = 'Somebody', reason }: Omit<BuildAct, 'at'>): string {
  const verbs: Record<BuildAct['act'], string> = {
    abort: 'aborted',
    approve: 'approved',
    reject: 'rejected',
    promote: 'promoted',
  };
  return `${by} has ${verbs[act]} it${reason ? `: ${reason}` : ''}.`;
}
