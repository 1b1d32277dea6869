import type { LoginProfile as ProfileShape } from '@aws-sdk/client-iam';
import type { Call } from '../../../../core/service';
import { entityAlreadyExists, noSuchEntity, passwordPolicyViolation } from '../../errors';
import type { LoginProfile, User } from '../../records';
import type { IamState, Op } from '../../state';
import { userNameOf } from './key-holder';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html */
export const CreateLoginProfile: Op<'CreateLoginProfile'> = (iam, input, call) => {
  const user = userOf(iam, input, call);
  if (user.login) throw entityAlreadyExists(`Login Profile for user ${user.name} already exists.`);
  checkPassword(input.Password ?? '');
  user.login = { created: iam.now(), mustChangePassword: input.PasswordResetRequired ?? false };
  return { LoginProfile: describeLogin(user, user.login) };
};

export const GetLoginProfile: Op<'GetLoginProfile'> = (iam, input, call) => {
  const user = userOf(iam, input, call);
  return { LoginProfile: describeLogin(user, loginOf(user)) };
};

export const UpdateLoginProfile: Op<'UpdateLoginProfile'> = (iam, input, call) => {
  const login = loginOf(userOf(iam, input, call));
  checkPassword(input.Password);
  if (input.PasswordResetRequired !== undefined) login.mustChangePassword = input.PasswordResetRequired;
  return {};
};

export const DeleteLoginProfile: Op<'DeleteLoginProfile'> = (iam, input, call) => {
  const user = userOf(iam, input, call);
  loginOf(user);
  user.login = undefined;
  return {};
};

/** Who names nobody means himself. @throws AwsError `NoSuchEntity` */
function userOf(iam: IamState, { UserName }: { UserName?: string }, { principal }: Call): User {
  return iam.users.get(UserName ?? userNameOf(principal));
}

/** @throws AwsError `NoSuchEntity` for a user without one */
function loginOf({ login, name }: User): LoginProfile {
  if (!login) throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
  return login;
}

/**
 * Passwords by the policy of an account that has set none: eight characters and more, of three of four kinds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
 *
 * @throws AwsError `PasswordPolicyViolation`
 */
function checkPassword(password: string | undefined): void {
  if (password === undefined) return;
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password));
  if (password.length < 8 || kinds.length < 3) throw passwordPolicyViolation();
}

function describeLogin(user: User, { created, mustChangePassword }: LoginProfile): ProfileShape {
  return { UserName: user.name, CreateDate: created, PasswordResetRequired: mustChangePassword };
}
