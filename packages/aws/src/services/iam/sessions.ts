import { randomBytes } from '../../core/ids';
import type { IssuedCredentials } from '../../core/ports';
import type { KnownKey, Principal } from '../../core/principal';
import { uniqueId } from './unique-id';

/** So many are remembered, whether they have expired or not. */
const MOST_SESSIONS = 50_000;
/** Of those that have expired, from which on the oldest are forgotten: a key of theirs is then one that was never given out. */
const LEAST_REMEMBERED = 1000;

/** Temporary credentials given out. */
export class Sessions {
  private readonly keys = new Map<string, KnownKey>();

  /** @param now AWS's time */
  issue(principal: Omit<Principal, 'accessKeyId'>, expiration: Date, now: Date): IssuedCredentials {
    const accessKeyId = uniqueId('ASIA', 16);
    const secretAccessKey = randomBytes(30).toString('base64');
    const sessionToken = `IQoJb3JpZ2luX2VjE${randomBytes(210).toString('base64')}`;
    this.forgetOldest(now.getTime());
    this.keys.set(accessKeyId, {
      principal: { ...principal, accessKeyId },
      secret: secretAccessKey,
      sessionToken,
      expires: expiration.getTime(),
    });
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  }

  /** Undefined for a key that was never given out here. */
  find(accessKeyId: string): KnownKey | undefined {
    return this.keys.get(accessKeyId);
  }

  private forgetOldest(now: number): void {
    for (const [id, { expires = now }] of this.keys) {
      const isTooMuch = this.keys.size >= MOST_SESSIONS;
      if (!isTooMuch && (this.keys.size < LEAST_REMEMBERED || expires > now)) return;
      this.keys.delete(id);
    }
  }
}
