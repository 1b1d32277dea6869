import { randomBytes } from '../../core/ids';
import type { IssuedCredentials } from '../../core/ports';
import type { Principal } from '../../core/principal';
import { uniqueId } from './unique-id';

/** Temporary credentials given out, remembered as long as the account lives. */
export class Sessions {
  private readonly principals = new Map<string, Principal>();

  issue(principal: Omit<Principal, 'accessKeyId'>, expiration: Date): IssuedCredentials {
    const accessKeyId = uniqueId('ASIA', 16);
    this.principals.set(accessKeyId, { ...principal, accessKeyId });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: `IQoJb3JpZ2luX2VjE${randomBytes(210).toString('base64')}`,
      expiration,
    };
  }

  /** Whose temporary key this is; undefined for one that was never given out here. */
  find(accessKeyId: string): Principal | undefined {
    return this.principals.get(accessKeyId);
  }
}
