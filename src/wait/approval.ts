import * as z from 'zod';
import { openGate } from '../build/acts/gate';
import { tellOfApproval } from '../build/acts/tell';
import { findOpening } from '../build/acts/windows';
import { holdLock } from '../build/lock';
import { findRecord, type Gate, type GateKind, isOver } from '../build/record';
import { enterStage } from '../build/stages';
import { BuildState, Held, Plan } from '../build/state';
import { env } from '../env';
import { logger } from '../log';
import { describeGate } from './gates';
import { settleWaits } from './settle';
import { storeWait } from './store';
import type { Wait } from './wait';

export const AwaitApprovalInput = BuildState.extend({
  build: Held,
  plan: Plan.pick({ approval: true, windows: true }),
  token: z.string(),
});
type AwaitApprovalInput = z.infer<typeof AwaitApprovalInput>;

/** So long a build waits for a window at least, where another has the lock while one is open: longer than to next week's. Milliseconds. */
const WINDOW_WITHIN = 8 * 24 * 60 * 60_000;

/**
 * Parks the state until a person has approved the build, or until a window of its pipeline opens. While it is parked the build holds
 * neither lock nor lease, so that others of its pipeline may build; the output is the build with its lock under a new number. Called
 * again it goes on waiting as it did.
 *
 * @throws LeaseLost if the build is over, or has lost its lock before it was parked
 */
export async function awaitApproval(input: AwaitApprovalInput): Promise<void> {
  const { build, stage, token, plan } = input;
  const kind: GateKind = stage === 'AwaitWindow' ? 'window' : 'approval';
  const record = await findRecord(build.id);
  const known = record && !isOver(record) ? record[kind] : undefined;
  if (!known) await holdLock(build);
  const now = Date.now();
  const gate = known ?? (kind === 'approval' ? makeApproval(plan, now) : makeWindow(plan, now));
  if (!known?.resumedAt) await openGate(build, kind, gate);
  await enterStage(build.id, stage, Date.parse(gate.since), describeGate(kind, gate));
  const wait: Wait = {
    ...{ kind, resource: build.id, region: env('AWS_REGION'), build: build.id, stage, token },
    since: Date.parse(gate.since),
    ...(kind === 'window' && { windows: plan.windows ?? [] }),
  };
  await storeWait(wait);
  // The message says how to approve it; what is wrong with that must not stop the build, and is tried again when the state is.
  if (kind === 'approval') await tellOfApproval(build.id);
  await settleWaits([wait]).catch((error: Error) => logger.warn('the sweep looks again', error));
}

function makeApproval({ approval }: AwaitApprovalInput['plan'], now: number): Gate {
  if (!approval) throw new Error('The plan asks for no approval.');
  const { within, onTimeout, approvers } = approval;
  return { ...times(now, now + within * 1000), onTimeout, approvers };
}

function makeWindow({ windows = [] }: AwaitApprovalInput['plan'], now: number): Gate {
  const opening = findOpening(windows, now);
  return {
    ...times(now, Math.max(now + WINDOW_WITHIN, opening?.closesAt ?? 0)),
    onTimeout: 'stop',
    ...(opening && { opensAt: new Date(opening.opensAt).toISOString() }),
  };
}

function times(since: number, expiresAt: number) {
  return { since: new Date(since).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
}
