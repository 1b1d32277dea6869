import type { Clock } from '../../../core/clock';
import { Stopped } from '../language/states-error';

/**
 * Lets AWS's time pass.
 * @throws Stopped when the signal aborts
 */
export async function sleep(clock: Clock, seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(seconds, signal);
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    throw error;
  }
}
