import { AwsError } from '../../core/aws-error';
import type { Principal } from '../../core/principal';
import type { AddressedCall } from './judgement';

/** Whether somebody has temporary credentials of a user or the root user: those of GetSessionToken. */
export function isUserSession({ roleArn, issuedAt }: Principal): boolean {
  return roleArn === undefined && issuedAt !== undefined;
}

/**
 * Credentials of GetSessionToken are for neither IAM, unless they were had with MFA, nor for STS but for two operations.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 *
 * @throws AwsError `InvalidClientTokenId` at IAM, `AccessDenied` at STS
 */
export function checkUserSession({ service }: Pick<AddressedCall, 'service'>, operation: string): void {
  if (service === 'iam')
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid', 403);
  if (service === 'sts' && operation !== 'AssumeRole' && operation !== 'GetCallerIdentity')
    throw new AwsError('AccessDenied', `Cannot call ${operation} with session credentials`, 403);
}
