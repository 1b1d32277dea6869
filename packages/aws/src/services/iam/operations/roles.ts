import { deleteConflict } from '../errors';
import type { Op } from '../state';
import { TagSet } from '../tags';
import { uniqueId } from '../unique-id';
import { pageByName, pageInOrder } from './paging';
import { describeRole, mutableRole, readTrust } from './role';

export const CreateRole: Op<'CreateRole'> = async (iam, input) => {
  const name = input.RoleName ?? '';
  const { Path: path = '/' } = input;
  iam.roles.checkFree(name);
  const trust = readTrust(iam, input.AssumeRolePolicyDocument ?? '');
  const boundary = input.PermissionsBoundary && (await iam.policy(input.PermissionsBoundary)).arn;
  const role = iam.roles.add({
    name,
    id: uniqueId('AROA'),
    arn: iam.arn('role', path, name),
    path,
    created: iam.now(),
    tags: new TagSet(input.Tags),
    inline: new Map(),
    attached: new Set(),
    trustDocument: input.AssumeRolePolicyDocument ?? '',
    trust,
    description: input.Description,
    maxSession: input.MaxSessionDuration ?? 3600,
    boundary,
  });
  // What is made is shown with less than GetRole shows of it.
  const { Description, MaxSessionDuration, RoleLastUsed, ...made } = describeRole(role);
  return { Role: made };
};

export const GetRole: Op<'GetRole'> = (iam, input) => ({ Role: describeRole(iam.roles.get(input.RoleName)) });

export const ListRoles: Op<'ListRoles'> = (iam, input) => {
  const page = pageByName(iam.roles.list(input.PathPrefix), input, ({ name }) => name);
  const Roles = page.items.map((role) => {
    const { Tags, PermissionsBoundary, RoleLastUsed, ...listed } = describeRole(role);
    return listed;
  });
  return { Roles, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const UpdateRole: Op<'UpdateRole'> = (iam, input) => {
  const role = mutableRole(iam, input.RoleName);
  if (input.MaxSessionDuration !== undefined) role.maxSession = input.MaxSessionDuration;
  role.description = input.Description;
  return {};
};

export const UpdateRoleDescription: Op<'UpdateRoleDescription'> = (iam, input) => {
  const role = mutableRole(iam, input.RoleName);
  role.description = input.Description;
  return { Role: describeRole(role) };
};

export const UpdateAssumeRolePolicy: Op<'UpdateAssumeRolePolicy'> = (iam, input) => {
  const role = mutableRole(iam, input.RoleName);
  role.trust = readTrust(iam, input.PolicyDocument ?? '');
  role.trustDocument = input.PolicyDocument ?? '';
  return {};
};

export const DeleteRole: Op<'DeleteRole'> = (iam, input) => {
  const role = mutableRole(iam, input.RoleName);
  if (iam.profiles.list().some((profile) => profile.role === role.name))
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  if (role.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (role.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  iam.roles.delete(role.name);
  return {};
};

export const PutRolePermissionsBoundary: Op<'PutRolePermissionsBoundary'> = async (iam, input) => {
  const role = mutableRole(iam, input.RoleName);
  const { arn } = await iam.policy(input.PermissionsBoundary);
  role.boundary = arn;
  return {};
};

export const DeleteRolePermissionsBoundary: Op<'DeleteRolePermissionsBoundary'> = (iam, input) => {
  mutableRole(iam, input.RoleName).boundary = undefined;
  return {};
};

export const TagRole: Op<'TagRole'> = (iam, input) => {
  iam.roles.get(input.RoleName).tags.add(input.Tags ?? []);
  return {};
};

export const UntagRole: Op<'UntagRole'> = (iam, input) => {
  iam.roles.get(input.RoleName).tags.remove(input.TagKeys ?? []);
  return {};
};

export const ListRoleTags: Op<'ListRoleTags'> = (iam, input) => {
  const page = pageInOrder(iam.roles.get(input.RoleName).tags.list(), input, ({ Key = '' }) => Key);
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};
