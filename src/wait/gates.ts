import { decideGate, resumeBuild } from '../build/acts/gate';
import { findOpening } from '../build/acts/windows';
import { type BuildRecord, findRecord, type Gate, type GateKind, isOver } from '../build/record';
import { ApprovalTimedOut, type KilnError, LeaseLost, Rejected, Superseded, WindowMissed } from '../errors';
import { lookAtEach, type Seen } from './look';
import type { Outcome, Said, Wait } from './wait';

/**
 * Looks at builds that wait for the leave of a person, or for a window. One that may go on takes the lock of its pipeline again: where
 * another has that, it waits for its turn.
 */
export async function lookAtGates(waits: readonly Wait[]): Promise<Seen> {
  return lookAtEach(waits, lookAtGate);
}

async function lookAtGate(wait: Wait): Promise<Outcome | Said> {
  const kind = wait.kind as GateKind;
  const record = await findRecord(wait.build);
  const gate = record?.[kind];
  if (!record || !gate || isOver(record)) return fail(new LeaseLost(`Build ${wait.build} is over.`));
  const decision = gate.decision ?? (await decideByTime(wait, record, kind, gate));
  switch (decision) {
    case undefined:
      return { says: describeGate(kind, gate) };
    case 'approved':
    case 'promoted':
      return goOn(record, kind, decision);
    case 'open':
      return goOn(record, kind, undefined);
    case 'rejected':
      return fail(
        new Rejected(`${gate.by ?? 'Somebody'} has rejected it${gate.reason ? `: ${gate.reason}` : ''}.`),
      );
    case 'superseded':
      return fail(
        new Superseded(
          `A newer build, ${gate.by}, took its place while it waited for ${kind === 'approval' ? 'somebody to approve it' : 'its window'}.`,
        ),
      );
    case 'expired':
      return fail(describeExpired(kind, gate));
  }
}

/** What becomes of it because of the time, if anything does. */
async function decideByTime(
  wait: Wait,
  record: BuildRecord,
  kind: GateKind,
  gate: Gate,
): Promise<'open' | 'approved' | 'expired' | undefined> {
  const now = Date.now();
  if (kind === 'window') {
    const opening = findOpening(wait.windows ?? [], now);
    if (gate.resumedAt || (opening && opening.opensAt <= now)) return 'open';
  }
  if (now < Date.parse(gate.expiresAt)) return undefined;
  const decision = gate.onTimeout === 'continue' ? 'approved' : 'expired';
  const isDecided = await decideGate(record.id, kind, { decision, reason: 'nobody has said anything' });
  // Somebody has decided it in this moment: the next look sees what.
  return isDecided ? decision : undefined;
}

/** @param decision that which lets it go on: should another have taken its place meanwhile, it does not */
async function goOn(
  record: BuildRecord,
  kind: GateKind,
  decision: 'approved' | 'promoted' | undefined,
): Promise<Outcome | Said> {
  try {
    const resumed = await resumeBuild(record, kind, decision);
    return typeof resumed === 'string'
      ? { says: `It may go on, and waits for ${resumed}.` }
      : { output: resumed };
  } catch (error) {
    if (error instanceof LeaseLost) return { says: error.message };
    throw error;
  }
}

function fail({ name, message }: KilnError): Outcome {
  return { error: name, cause: message };
}

function describeExpired(kind: GateKind, { since, expiresAt, onTimeout }: Gate): KilnError {
  const then =
    onTimeout === 'rollback'
      ? ' No build makes or uses its image again, unless somebody says force (approval.onTimeout: rollback).'
      : '';
  return kind === 'approval'
    ? new ApprovalTimedOut(`Nobody has approved it until ${expiresAt}. It waited since ${since}.${then}`)
    : new WindowMissed(`It could not begin in a window until ${expiresAt}. It waited since ${since}.`);
}

const THEN: Record<Gate['onTimeout'], string> = {
  stop: 'stops',
  rollback: 'stops, and its image counts as rolled back from',
  continue: 'goes on',
};

/** What a gate waits for, in words. */
export function describeGate(kind: GateKind, { expiresAt, onTimeout, opensAt }: Gate): string {
  const then = THEN[onTimeout];
  return kind === 'approval'
    ? `somebody to approve it: until ${expiresAt}, then it ${then}`
    : `its window${opensAt ? `, which opens at ${opensAt}` : ''}: until ${expiresAt}, then it ${then}`;
}
