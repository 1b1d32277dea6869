import type { Op } from '../state';
import {
  attach,
  deleteInline,
  detach,
  getInline,
  type HolderKind,
  listAttached,
  listInline,
  putInline,
} from './held-policies';
import { mutableRole } from './role';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ROLE: HolderKind = {
  word: 'role',
  inlineQuota: 10_240,
  attachedQuota: ['PoliciesPerRole', 10],
};

export const PutRolePolicy: Op<'PutRolePolicy'> = (iam, input) => {
  putInline(ROLE, mutableRole(iam, input.RoleName), input);
  return {};
};

export const GetRolePolicy: Op<'GetRolePolicy'> = (iam, input) => {
  const role = iam.roles.get(input.RoleName);
  return { RoleName: role.name, ...getInline(ROLE, role, input.PolicyName) };
};

export const ListRolePolicies: Op<'ListRolePolicies'> = (iam, input) =>
  listInline(iam.roles.get(input.RoleName), input);

export const DeleteRolePolicy: Op<'DeleteRolePolicy'> = (iam, input) => {
  deleteInline(ROLE, mutableRole(iam, input.RoleName), input.PolicyName);
  return {};
};

export const AttachRolePolicy: Op<'AttachRolePolicy'> = async (iam, input) => {
  await attach(iam, ROLE, mutableRole(iam, input.RoleName), input.PolicyArn);
  return {};
};

export const DetachRolePolicy: Op<'DetachRolePolicy'> = (iam, input) => {
  detach(mutableRole(iam, input.RoleName), input.PolicyArn);
  return {};
};

export const ListAttachedRolePolicies: Op<'ListAttachedRolePolicies'> = (iam, input) =>
  listAttached(iam, iam.roles.get(input.RoleName), input);
