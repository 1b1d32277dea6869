import type { Clock } from '../../../core/clock';
import type { Engine } from '../engine/engine';
import { type ExpiringTable, expireItems } from './expire-items';

/** AWS deletes expired items within a few days, mostly within minutes; this looks as often, in AWS seconds. */
const EXPIRY_SECONDS = 300;

/** Deletes expired items from time to time, one round after another. */
export class Expiry {
  private readonly stopLooking: () => void;
  /** The deletion that is under way. */
  private round: Promise<void> | undefined;

  /** @param tables those whose items expire, asked at every round */
  constructor(clock: Pick<Clock, 'every' | 'now'>, engine: Engine, tables: () => readonly ExpiringTable[]) {
    this.stopLooking = clock.every(EXPIRY_SECONDS, () => {
      this.round ??= expireItems(engine, tables(), clock.now())
        .catch((error: unknown) => console.error('DynamoDB could not delete expired items:', error))
        .finally(() => {
          this.round = undefined;
        });
    });
  }

  /** Resolves when the round that is under way is over. */
  async stop(): Promise<void> {
    this.stopLooking();
    await this.round;
  }
}
