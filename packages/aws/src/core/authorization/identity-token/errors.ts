import { AwsError } from '../../aws-error';

/** The answer for an identity that a provider does not vouch for as it has to, in STS's words. */
export function invalidToken(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message);
}
