import type { Op } from '../../state';
import {
  attach,
  deleteInline,
  detach,
  getInline,
  type HolderKind,
  listAttached,
  listInline,
  putInline,
} from '../held-policies';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const USER: HolderKind = {
  word: 'user',
  inlineQuota: 2048,
  attachedQuota: ['PoliciesPerUser', 10],
};

export const PutUserPolicy: Op<'PutUserPolicy'> = (iam, input) => {
  putInline(USER, iam.users.get(input.UserName), input);
  return {};
};

export const GetUserPolicy: Op<'GetUserPolicy'> = (iam, input) => {
  const user = iam.users.get(input.UserName);
  return { UserName: user.name, ...getInline(USER, user, input.PolicyName) };
};

export const ListUserPolicies: Op<'ListUserPolicies'> = (iam, input) =>
  listInline(iam.users.get(input.UserName), input);

export const DeleteUserPolicy: Op<'DeleteUserPolicy'> = (iam, input) => {
  deleteInline(USER, iam.users.get(input.UserName), input.PolicyName);
  return {};
};

export const AttachUserPolicy: Op<'AttachUserPolicy'> = async (iam, input) => {
  await attach(iam, USER, iam.users.get(input.UserName), input.PolicyArn);
  return {};
};

export const DetachUserPolicy: Op<'DetachUserPolicy'> = (iam, input) => {
  detach(iam.users.get(input.UserName), input.PolicyArn);
  return {};
};

export const ListAttachedUserPolicies: Op<'ListAttachedUserPolicies'> = (iam, input) =>
  listAttached(iam, iam.users.get(input.UserName), input);
