import type { Query } from '../../language/query';
import type { Scope } from '../scope';
import { sleep } from '../sleep';

/** Waits for the seconds of a Wait state, or until its time. */
export async function wait(query: Query, { run, signal }: Scope): Promise<void> {
  const timestamp = await query.readTimestamp();
  const seconds =
    timestamp === undefined
      ? ((await query.readNumber('Seconds')) ?? 0)
      : (timestamp - run.clock.millis()) / 1000;
  await sleep(run.clock, Math.max(0, seconds), signal);
}
