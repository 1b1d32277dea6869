import { createHash } from 'node:crypto';
import type { Clock } from '../../../core/clock';
import { idempotentParameterMismatch, invalidParameterValue } from '../errors';

const KEPT_SECONDS = 24 * 3600;
/** The newest tokens that are remembered; AWS has room for all of a day. */
const MOST_TOKENS = 10_000;
const LONGEST = 64;

interface Remembered {
  /** Their digest: user data makes them long. */
  readonly parameters: string;
  readonly result: unknown;
  readonly until: number;
}

/**
 * The client tokens by which creating calls are idempotent: the same token with the same parameters gives the
 * same resource again.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export class ClientTokens {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly clock: Clock) {}

  /**
   * Runs `create`, or gives what it gave when this token was first used.
   *
   * @param create gives what identifies the resource, or a promise of it; the caller describes it afresh
   * @throws AwsError IdempotentParameterMismatch for a token that was used with other parameters
   */
  once<T>(operation: string, input: { ClientToken?: string }, create: () => T): T {
    const { ClientToken: token, ...rest } = input;
    if (!token) return create();
    if (token.length > LONGEST) {
      throw invalidParameterValue(
        `Value (${token}) for parameter clientToken is invalid. The client token must be at most ${LONGEST} characters`,
      );
    }
    const key = `${operation} ${token}`;
    const parameters = createHash('sha256').update(canonical(rest)).digest('base64');
    const earlier = this.remembered.get(key);
    if (earlier && earlier.until > this.clock.millis()) {
      if (earlier.parameters !== parameters) {
        throw idempotentParameterMismatch(
          `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with client token ${token}.`,
        );
      }
      return earlier.result as T;
    }
    const result = create();
    this.forgetOld();
    const made = { parameters, result, until: this.clock.millis() + KEPT_SECONDS * 1000 };
    this.remembered.set(key, made);
    // What was refused in the end is tried again.
    if (result instanceof Promise)
      result.catch(() => {
        if (this.remembered.get(key) === made) this.remembered.delete(key);
      });
    return result;
  }

  /** The oldest are first. */
  private forgetOld(): void {
    for (const [key, { until }] of this.remembered) {
      if (until > this.clock.millis() && this.remembered.size < MOST_TOKENS) return;
      this.remembered.delete(key);
    }
  }
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, one) =>
      one !== null && typeof one === 'object' && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ) ?? ''
  );
}
