import type { Principal } from '../../../../core/principal';
import { validationError } from '../../errors';
import type { AccessKeys } from '../../records';
import type { IamState } from '../../state';

/** Who has access keys: a user, or the account's root user. */
export interface KeyHolder {
  readonly name: string;
  readonly keys: AccessKeys;
}

/**
 * Whose keys an operation is about: the user's who is named, else the caller's own.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
 *
 * @throws AwsError `NoSuchEntity`; `ValidationError` for the session of a role, which has no keys of its own
 */
export function keyHolderOf(iam: IamState, userName: string | undefined, { arn }: Principal): KeyHolder {
  if (userName !== undefined) return iam.users.get(userName);
  if (arn === iam.rootArn()) return { name: 'root', keys: iam.rootKeys };
  const user = iam.users.list().find((one) => one.arn === arn);
  if (!user) throw validationError('Must specify userName when calling with non-User credentials');
  return user;
}

/** The name of the user who calls: what operations on oneself go by when they name nobody. */
export function userNameOf({ arn }: Principal): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
