import type { IssuedCredentials } from '../../../core/ports';

/** Credentials as STS answers them. */
export function describeCredentials(credentials: IssuedCredentials) {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}
