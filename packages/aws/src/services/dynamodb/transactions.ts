import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../core/aws-error';
import type { Clock } from '../../core/clock';

/** Seconds of AWS time for which a transaction's token is remembered. */
const REMEMBERED_SECONDS = 600;

/** What was done in the last ten minutes, by the tokens of those who asked. */
export class Transactions {
  private readonly done = new Map<string, { readonly items: unknown; readonly until: number }>();

  constructor(private readonly clock: Pick<Clock, 'millis'>) {}

  /** Whether a token's transaction was done. @throws AwsError IdempotentParameterMismatchException for another one */
  isDone(token: string | undefined, items: unknown): boolean {
    const known = this.done.get(token ?? '');
    if (!known || known.until < this.clock.millis()) return false;
    if (isDeepStrictEqual(known.items, items)) return true;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  note(token: string | undefined, items: unknown): void {
    if (token === undefined) return;
    const now = this.clock.millis();
    for (const [old, { until }] of this.done) if (until < now) this.done.delete(old);
    this.done.set(token, { items, until: now + REMEMBERED_SECONDS * 1000 });
  }
}
