import { randomBytes } from '../../core/ids';
import type { IssuedCredentials } from '../../core/ports';
import type { KnownKey, Principal } from '../../core/principal';
import { uniqueId } from './unique-id';

/** So many are remembered, whether they have expired or not. */
const MOST_SESSIONS = 50_000;

/** Temporary credentials given out. */
export class Sessions {
  private readonly keys = new Map<string, KnownKey>();

  issue(principal: Omit<Principal, 'accessKeyId'>, expiration: Date): IssuedCredentials {
    const accessKeyId = uniqueId('ASIA', 16);
    const secretAccessKey = randomBytes(30).toString('base64');
    const sessionToken = `IQoJb3JpZ2luX2VjE${randomBytes(210).toString('base64')}`;
    this.forgetOldest();
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

  private forgetOldest(): void {
    const [oldest] = this.keys.size >= MOST_SESSIONS ? this.keys.keys() : [];
    if (oldest !== undefined) this.keys.delete(oldest);
  }
}
