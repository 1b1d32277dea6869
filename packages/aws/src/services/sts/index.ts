import { AwsError } from '../../core/aws-error';
import type { IssuedCredentials } from '../../core/ports';
import type { Call, OperationsOf } from '../../core/service';
import type { Iam } from '../iam';
import { readPermissionPolicy } from '../iam/read-policy';
import { mayAssume } from './trust';

/** AWS Security Token Service. */
export class Sts {
  readonly operations;

  constructor(account: { readonly accountId: string }, deps: { readonly iam: Iam }) {
    this.operations = stsOperations(account.accountId, deps.iam);
  }
}

function stsOperations(accountId: string, iam: Iam) {
  return {
    GetCallerIdentity: (_input, { principal }: Call) => ({
      UserId: principal.userId,
      Account: principal.accountId,
      Arn: principal.arn,
    }),

    AssumeRole(input, { principal }: Call) {
      const roleArn = input.RoleArn ?? '';
      const session = input.RoleSessionName ?? '';
      if (!/^arn:aws:iam::\d{12}:role\/.+/.test(roleArn))
        throw new AwsError('ValidationError', `${roleArn} is invalid`);
      if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
        throw new AwsError(
          'ValidationError',
          `1 validation error detected: Value '${session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
        );
      }
      const seconds = checkDuration(input.DurationSeconds ?? 3600, 43_200);
      const role = iam.findRole(roleArn);
      if (!role || !mayAssume(role.trust, principal)) {
        throw new AwsError(
          'AccessDenied',
          `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
          403,
        );
      }
      if (seconds > role.maxSession) {
        throw new AwsError(
          'ValidationError',
          'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
        );
      }
      if (principal.roleArn && seconds > 3600) {
        throw new AwsError(
          'ValidationError',
          'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
        );
      }
      if (input.Policy !== undefined) readPermissionPolicy(input.Policy);
      return {
        Credentials: describeCredentials(iam.issue(roleArn, session, seconds)),
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${session}`,
          Arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${session}`,
        },
      };
    },

    GetSessionToken(input, { principal }: Call) {
      if (principal.roleArn)
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
      const seconds = checkDuration(input.DurationSeconds ?? 43_200, 129_600);
      return { Credentials: describeCredentials(iam.issueFor(principal, seconds)) };
    },

    GetAccessKeyInfo: () => ({ Account: accountId }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-sts')>;
}

function describeCredentials(credentials: IssuedCredentials) {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}

function checkDuration(seconds: number, max: number): number {
  if (seconds < 900 || seconds > max) {
    const bound = seconds < 900 ? 'greater than or equal to 900' : `less than or equal to ${max}`;
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  return seconds;
}
