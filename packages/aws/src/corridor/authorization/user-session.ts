import { AwsError } from '../../core/aws-error';
import type { Principal } from '../../core/principal';
import type { AddressedCall } from './judgement';

/** Whether somebody has temporary credentials of a user or the root user: those of GetSessionToken and GetFederationToken. */
export function isUserSession({ roleArn, issuedAt }: Principal): boolean {
  return roleArn === undefined && issuedAt !== undefined;
}

/**
 * Credentials of GetSessionToken are for neither IAM, unless they were had with MFA, nor for STS but for two operations; those of
 * GetFederationToken but for one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 *
 * @throws AwsError `InvalidClientTokenId` at IAM, `AccessDenied` at STS
 */
export function checkUserSession(
  { service }: Pick<AddressedCall, 'service'>,
  operation: string,
  { federatedBy }: Principal,
): void {
  if (service === 'iam')
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid', 403);
  const mayCall = federatedBy === undefined ? ['AssumeRole', 'GetCallerIdentity'] : ['GetCallerIdentity'];
  if (service === 'sts' && !mayCall.includes(operation))
    throw new AwsError('AccessDenied', `Cannot call ${operation} with session credentials`, 403);
}
