import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { AwsError } from '../../../core/aws-error';
import { isRoot, type Principal } from '../../../core/principal';
import { accessDenied, validationError } from '../errors';
import type { Op } from '../state';
import { describeCredentials } from './credentials';
import { readSessionPolicies } from './session-policies';
import { mayAssume } from './trust';

/** The longest session of a role that is assumed by the session of another one, in seconds. */
const CHAINED_SECONDS = 3600;

export const AssumeRole: Op<'AssumeRole'> = async (sts, input, call) => {
  const { RoleArn: roleArn = '', RoleSessionName: session = '' } = input;
  const { principal } = call;
  if (isRoot(principal)) throw accessDenied('Roles may not be assumed by root accounts.');
  if (!/^arn:aws:iam::\d{12}:role\/.+/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  const { DurationSeconds: seconds = 3600 } = input;
  const role = sts.iam.findRole(roleArn);
  if (!role || !mayAssume(sts, role, input, call))
    throw accessDenied(
      `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  checkMfa(input);
  checkTags(input);
  if (seconds > role.maxSession)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  if (principal.roleArn && seconds > CHAINED_SECONDS)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  const credentials = sts.iam.issue(roleArn, session, seconds, {
    sessionPolicies: await readSessionPolicies(sts, input),
    ...tagsOf(input),
    // Of an instance: the service says for which.
    ...(call.sourceArn !== undefined && { heldBy: call.sourceArn }),
  });
  return {
    Credentials: describeCredentials(credentials),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${session}`,
      Arn: `arn:aws:sts::${sts.context.accountId}:assumed-role/${role.name}/${session}`,
    },
  };
};

/**
 * Keys of tags are the same in any case, and only those that are given go on to the next role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
function checkTags({
  Tags = [],
  TransitiveTagKeys = [],
}: Pick<AssumeRoleCommandInput, 'Tags' | 'TransitiveTagKeys'>): void {
  const keys = Tags.map(({ Key = '' }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length)
    throw new AwsError(
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  if (TransitiveTagKeys.some((key) => !keys.includes(key.toLowerCase())))
    throw new AwsError(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    );
}

/** The longest session of whom the root user federates, in seconds. */
const FEDERATED_BY_ROOT_SECONDS = 3600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export const GetFederationToken: Op<'GetFederationToken'> = async (sts, input, { principal }) => {
  if (principal.issuedAt) throw accessDenied('Cannot call GetFederationToken with session credentials');
  const { Name = '', DurationSeconds: seconds = 43_200 } = input;
  checkTags(input);
  const { accountId } = sts.context;
  const arn = `arn:aws:sts::${accountId}:federated-user/${Name}`;
  const federated = {
    accountId,
    arn,
    userId: `${accountId}:${Name}`,
    federatedBy: principal.arn,
    issuedAt: sts.context.clock.now(),
    sessionPolicies: (await readSessionPolicies(sts, input)) ?? [],
    ...tagsOf(input),
  };
  const granted = isRoot(principal) ? Math.min(seconds, FEDERATED_BY_ROOT_SECONDS) : seconds;
  return {
    Credentials: describeCredentials(sts.iam.issueFor(federated, granted)),
    FederatedUser: { FederatedUserId: federated.userId, Arn: arn },
  };
};

export const GetSessionToken: Op<'GetSessionToken'> = (sts, input, { principal }) => {
  if (principal.roleArn) throw accessDenied('Cannot call GetSessionToken with session credentials');
  checkMfa(input);
  const { DurationSeconds: seconds = 43_200 } = input;
  const issuedAt = sts.context.clock.now();
  return { Credentials: describeCredentials(sts.iam.issueFor({ ...principal, issuedAt }, seconds)) };
};

function tagsOf({ Tags = [] }: Pick<AssumeRoleCommandInput, 'Tags'>): Pick<Principal, 'sessionTags'> {
  if (Tags.length === 0) return {};
  return { sessionTags: new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
}

/** There are no devices for MFA. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
function checkMfa({ SerialNumber, TokenCode }: { SerialNumber?: string; TokenCode?: string }): void {
  if (SerialNumber !== undefined || TokenCode !== undefined)
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
}
