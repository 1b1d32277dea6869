import { ApproverNotAllowed, NotWaiting } from '../../errors';
import { logger } from '../../log';
import { settleWaits } from '../../wait/settle';
import { findWaits } from '../../wait/store';
import { type BuildAct, type BuildRecord, type Gate, getRecord } from '../record';
import { identityOf } from '../unattended/callers';
import { decideGate } from './gate';
import { noteAct, refuseIfOver } from './note';

type Asked = Pick<BuildAct, 'by' | 'reason'>;

/**
 * Lets a build roll out that waits for approval. It takes the lock of its pipeline again first: where another build has that, it waits for
 * its turn. Approved twice it is approved once.
 *
 * @returns the record as it is then
 * @throws UnknownBuild, BuildOver
 * @throws NotWaiting if it does not wait for approval, or something else was decided
 * @throws ApproverNotAllowed if the pipeline wants another person than who has asked for the build
 */
export async function approveBuild(build: string, asked: Asked): Promise<BuildRecord> {
  const record = await getRecord(build);
  checkWaits(record, 'approve');
  checkApprover(record, asked.by);
  return decide(record, { act: 'approve', ...asked }, 'approved');
}

/**
 * Ends a build that waits for approval, also one that was approved and still waits for its turn: it fails as `Rejected`, and what it made
 * is undone.
 *
 * @returns the record as it is then: that of a build that ends says so a moment later
 * @throws UnknownBuild, BuildOver, NotWaiting
 */
export async function rejectBuild(build: string, asked: Asked): Promise<BuildRecord> {
  const record = await getRecord(build);
  checkWaits(record, 'reject');
  return decide(record, { act: 'reject', ...asked }, 'rejected');
}

/**
 * Ends the present wait of a build, where Kiln keeps it: that for a window. The wait of a checkpoint and the bake time are AWS's alone, and
 * approval is for those who approve. Kiln does not cancel a refresh at a checkpoint to begin another for the rest: what a refresh rolls back, by
 * itself or on demand, are the servers that it has replaced itself.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
 * @returns the record as it is then
 * @throws UnknownBuild, BuildOver
 * @throws NotWaiting if it waits for nothing that can be ended; says what it waits for, and what to do
 */
export async function promoteBuild(
  build: string,
  asked: Asked & { skip: NonNullable<BuildAct['skip']> },
): Promise<BuildRecord> {
  const record = await getRecord(build);
  checkPromotable(record);
  return decide(record, { act: 'promote', ...asked }, 'promoted');
}

const OF = { approve: 'approval', reject: 'approval', promote: 'window' } as const;

async function decide(
  record: BuildRecord,
  act: Omit<BuildAct, 'at'> & { act: keyof typeof OF },
  decision: 'approved' | 'rejected' | 'promoted',
): Promise<BuildRecord> {
  const { id } = record;
  const kind = OF[act.act];
  await noteAct(id, act);
  const over = decision === 'rejected' ? (['approved'] as const) : [];
  const { by, reason } = act;
  if (!(await decideGate(id, kind, { decision, by, reason }, over))) {
    const now = await getRecord(id);
    refuseIfOver(now, act.act);
    // It may have come twice.
    if (now[kind]?.decision !== decision) refuse(now, act.act);
  }
  // Whoever dies here has decided it all the same: the sweep does the rest.
  await findWaits(kind, id)
    .then(settleWaits)
    .catch((error: Error) => logger.warn('the sweep looks again', error));
  return getRecord(id);
}

function checkWaits(record: BuildRecord, act: 'approve' | 'reject'): void {
  refuseIfOver(record, act);
  const { approval } = record;
  if (!approval || approval.resumedAt) refuse(record, act);
  const isDecided = approval.decision !== undefined && approval.decision !== WISHED[act];
  // Who rejects has the last word until it goes on.
  if (isDecided && !(act === 'reject' && approval.decision === 'approved')) refuse(record, act);
  if (!approval.decision && Date.parse(approval.expiresAt) <= Date.now()) refuse(record, act);
}

const WISHED = { approve: 'approved', reject: 'rejected' } as const;

/** Who has asked for a build is known by his ARN, of which the name of a session is a part, or by the subject of his token. */
function checkApprover({ id, approval, trigger }: BuildRecord, by: string | undefined): void {
  if (approval?.approvers !== 'other' || trigger.kind === 'schedule' || trigger.kind === 'event') return;
  const isKnown = by !== undefined && trigger.by !== undefined;
  if (isKnown && identityOf(by) !== identityOf(trigger.by ?? '')) return;
  const why = isKnown ? `${by} has asked for it` : 'it is not known who has asked for it, or who approves it';
  throw new ApproverNotAllowed(
    `Build ${id} may be approved only by another person than who has asked for it (approvers: other), and ${why}.`,
  );
}

function checkPromotable(record: BuildRecord): void {
  refuseIfOver(record, 'promote');
  const { window, stages } = record;
  if (window && !window.resumedAt && (!window.decision || window.decision === 'promoted')) return;
  const isRefreshing = Object.entries(stages).some(
    ([name, { endedAt }]) => name.startsWith('AwaitRefresh/') && endedAt === undefined,
  );
  if (isRefreshing)
    throw new NotWaiting(
      `Build ${record.id} waits for an instance refresh. AWS alone keeps the waits of its checkpoints and its bake time, and ends none of them early; another refresh in its place would not roll back what this one has replaced. Wait for it, or abort the build.`,
    );
  refuse(record, 'promote');
}

function refuse(record: BuildRecord, act: keyof typeof OF): never {
  const { id, status, stages } = record;
  const gate = record[OF[act]];
  const what = act === 'promote' ? 'a window' : 'approval';
  if (gate)
    throw new NotWaiting(`Build ${id} does not wait for ${what} any more: ${describeDecision(gate)}.`);
  const open = Object.entries(stages).find(([, { endedAt }]) => endedAt === undefined);
  const approves = act === 'promote' && record.approval && !record.approval.resumedAt;
  throw new NotWaiting(
    `Build ${id} does not wait for ${what}: it is ${status}${open ? ` in ${open[0]}` : ''}. ${approves ? 'Approve or reject it.' : 'There is nothing to end.'}`,
  );
}

function describeDecision({ decision, by, decidedAt, expiresAt, resumedAt }: Gate): string {
  if (decision) return `it was ${decision}${by ? ` by ${by}` : ''} at ${decidedAt}`;
  return resumedAt ? `it has gone on at ${resumedAt}` : `its time was over at ${expiresAt}`;
}
