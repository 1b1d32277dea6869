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
  if (!/^arn:aws:iam::\d{12}:role\/.+/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  const { DurationSeconds: seconds = 3600 } = input;
  const role = sts.iam.findRole(roleArn);
  if (!role || !mayAssume(sts, role, input, call))
    throw accessDenied(
      `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  if (seconds > role.maxSession)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  if (principal.roleArn && seconds > CHAINED_SECONDS)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  const tags = input.Tags ?? [];
  const credentials = sts.iam.issue(roleArn, session, seconds, {
    sessionPolicies: await readSessionPolicies(sts, input),
    ...(tags.length > 0 && { sessionTags: new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])) }),
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

export const GetSessionToken: Op<'GetSessionToken'> = (sts, input, { principal }) => {
  if (principal.roleArn) throw accessDenied('Cannot call GetSessionToken with session credentials');
  const { DurationSeconds: seconds = 43_200 } = input;
  return { Credentials: describeCredentials(sts.iam.issueFor(principal, seconds)) };
};
