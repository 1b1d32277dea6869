import { Clock } from '../core/clock';
import type { Context } from '../core/context';
import { EventBus } from '../core/event-bus';
import { Faults } from '../core/faults';
import { Ledger } from '../core/ledger';
import { serviceCall } from '../core/service-call';
import { noCorridor } from './no-corridor';

export const accountId = '000000000000';
export const roleArn = `arn:aws:iam::${accountId}:role/app`;

/** A context whose clock runs a thousand times as fast. */
export function makeContext(scale = 1000): Context {
  const clock = new Clock(scale);
  return {
    region: 'us-east-1',
    accountId,
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus: new EventBus('us-east-1', accountId, () => clock.now()),
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:4566',
    ...noCorridor,
  };
}

/** A call of the account's root user. */
export function callOf(context: Context) {
  return { ...serviceCall(context, 'test'), traceId: undefined };
}

/** Resolves as soon as the condition holds, which is asked every millisecond; rejects after 45 seconds without it. */
export async function until(condition: () => unknown): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`this never became true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
