import { putItem, queryItems } from '../../table';
import { requestedAt } from '../id';
import { KEPT_SECONDS } from '../record';
import { type AskedHold, changeHold, describeHold, type Hold, type HoldAct } from '../unattended/hold';
import { announceHeld } from '../unattended/tell-hold';

/** Who asks for a hold, and why. */
export interface HoldRequest {
  /** The ARN of the caller. */
  by?: string | undefined;
  /** 1 to 500 characters. */
  reason: string;
  /** That of a person stays until somebody resumes the pipeline; that of a rollback ends with a person's build with other parameters, too. */
  kind: 'person' | 'rollback';
  /** Of a person: who may start builds all the same, as `findCallerProblem` has it. */
  allow?: readonly string[] | undefined;
  /** Of a rollback: the build that rolls back. */
  build?: string | undefined;
}

/**
 * Holds a pipeline: schedules and events roll nothing out, and with `allow` only those persons that it names start builds. Asked for once
 * more it changes nothing; another reason, or others who may pass, take the place of those before. Builds that run and have not begun to
 * roll out end as they come to it, if they may not pass. For a rollback it changes nothing where somebody has resumed the pipeline since that
 * was asked for.
 *
 * @throws TransientFailure if EventBridge did not take the event: the pipeline is held all the same, and asking again emits it
 */
export async function holdFor(pipeline: string, request: HoldRequest): Promise<void> {
  const { kind, reason, by, allow, build } = request;
  const asked = {
    reason,
    ...(by && { by }),
    ...(allow && { allow: [...allow] }),
    ...(build && { build }),
  };
  const hold = await act(pipeline, { act: 'hold', kind, ...asked }, ({ at }, before) => {
    const known = before[kind];
    if (known && isSame(known, asked)) return undefined;
    if (build && isResumedSince(build, before)) return undefined;
    return { ...before, [kind]: { since: known?.since ?? at, ...asked } };
  });
  if (!hold[kind] || hold[kind].toldAt) return;
  await announceHeld(pipeline, {
    ...{ kind, since: hold[kind].since, ...asked },
    message: describeHold(pipeline, hold),
  });
  await changeHold(pipeline, (now) => {
    const told = now[kind];
    if (!told || told.toldAt || !isSame(told, asked)) return undefined;
    return { ...now, [kind]: { ...told, toldAt: new Date().toISOString() } };
  });
}

/** Whether somebody has ended the holds of a pipeline since a build of it was asked for: he has the last word. */
function isResumedSince(build: string, { last }: Hold): boolean {
  return last?.act === 'resume' && Date.parse(last.at) >= requestedAt(build);
}

function isSame(hold: AskedHold, asked: Omit<AskedHold, 'since'>): boolean {
  const read = ({ by, reason, allow, build }: Omit<AskedHold, 'since'>) =>
    JSON.stringify([by, reason, allow, build]);
  return read(hold) === read(asked);
}

/** Ends every hold of a pipeline, whatever it is held for; those builds count no more that had failed. One that is not held stays so. */
export async function resumePipeline(
  pipeline: string,
  { by, reason }: { by?: string | undefined; reason?: string | undefined },
): Promise<void> {
  const asked = { ...(by && { by }), ...(reason && { reason }) };
  await act(pipeline, { act: 'resume', ...asked }, (_act, hold) => {
    const { held, person, rollback, failures, forgiven: _before, ...rest } = hold;
    return held || person || rollback ? { ...rest, failures: [], forgiven: failures } : undefined;
  });
}

/** Writes what was done with what it changes, and then into the trail: before another act takes its place it stands there. */
async function act(
  pipeline: string,
  described: Omit<HoldAct, 'at'>,
  change: (act: HoldAct, hold: Hold) => Hold | undefined,
): Promise<Hold> {
  const done: HoldAct = { at: new Date().toISOString(), ...described };
  await file(pipeline, await changeHold(pipeline, () => undefined));
  const hold = await changeHold(pipeline, (before) => {
    const next = change(done, before);
    return next && { ...next, last: done };
  });
  await file(pipeline, hold);
  return hold;
}

/** However often it is written, it stands there once. */
async function file(pipeline: string, { last }: Hold): Promise<void> {
  if (!last) return;
  const { at, act, by = '' } = last;
  const expiresAt = Math.floor(Date.parse(at) / 1000) + KEPT_SECONDS;
  await putItem({ pk: `PIPELINE#${pipeline}`, sk: `ACT#${at}#${act}#${by.slice(-200)}`, ...last, expiresAt });
}

/** Who has held and resumed a pipeline, when and why, newest first: as far back as records are kept. */
export async function listHoldActs(pipeline: string, limit: number): Promise<HoldAct[]> {
  const found = await queryItems<HoldAct & { pk: string; sk: string; expiresAt: number }>(
    `PIPELINE#${pipeline}`,
    { prefix: 'ACT#', descending: true, limit },
  );
  return found.map(({ pk: _pk, sk: _sk, expiresAt: _end, ...done }) => done);
}
