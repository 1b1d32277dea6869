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
const GROUP: HolderKind = {
  word: 'group',
  inlineQuota: 5120,
  attachedQuota: ['PoliciesPerGroup', 10],
};

export const PutGroupPolicy: Op<'PutGroupPolicy'> = (iam, input) => {
  putInline(GROUP, iam.groups.get(input.GroupName), input);
  return {};
};

export const GetGroupPolicy: Op<'GetGroupPolicy'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  return { GroupName: group.name, ...getInline(GROUP, group, input.PolicyName) };
};

export const ListGroupPolicies: Op<'ListGroupPolicies'> = (iam, input) =>
  listInline(iam.groups.get(input.GroupName), input);

export const DeleteGroupPolicy: Op<'DeleteGroupPolicy'> = (iam, input) => {
  deleteInline(GROUP, iam.groups.get(input.GroupName), input.PolicyName);
  return {};
};

export const AttachGroupPolicy: Op<'AttachGroupPolicy'> = async (iam, input) => {
  await attach(iam, GROUP, iam.groups.get(input.GroupName), input.PolicyArn);
  return {};
};

export const DetachGroupPolicy: Op<'DetachGroupPolicy'> = (iam, input) => {
  detach(iam.groups.get(input.GroupName), input.PolicyArn);
  return {};
};

export const ListAttachedGroupPolicies: Op<'ListAttachedGroupPolicies'> = (iam, input) =>
  listAttached(iam, iam.groups.get(input.GroupName), input);
