import type { Group as GroupShape } from '@aws-sdk/client-iam';
import { deleteConflict, limitExceeded, noSuchEntity } from '../../errors';
import type { Group } from '../../records';
import type { Op } from '../../state';
import { uniqueId } from '../../unique-id';
import { pageByName } from '../paging';
import { describeUser } from './users';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_GROUPS_PER_USER = 10;

export const CreateGroup: Op<'CreateGroup'> = (iam, input) => {
  const name = input.GroupName ?? '';
  const { Path: path = '/' } = input;
  const group = iam.groups.add({
    name,
    id: uniqueId('AGPA'),
    arn: iam.arn('group', path, name),
    path,
    created: iam.now(),
    inline: new Map(),
    attached: new Set(),
    members: new Set(),
  });
  return { Group: describeGroup(group) };
};

/** A group with its users. */
export const GetGroup: Op<'GetGroup'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  const page = pageByName([...group.members].sort(byName), input, ({ name }) => name);
  const Users = page.items.map((user) => {
    const { Tags, PermissionsBoundary, ...listed } = describeUser(user);
    return listed;
  });
  return { Group: describeGroup(group), Users, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const ListGroups: Op<'ListGroups'> = (iam, input) => {
  const page = pageByName(iam.groups.list(input.PathPrefix), input, ({ name }) => name);
  return { Groups: page.items.map(describeGroup), IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const ListGroupsForUser: Op<'ListGroupsForUser'> = (iam, input) => {
  const page = pageByName(iam.groupsOf(iam.users.get(input.UserName)), input, ({ name }) => name);
  return { Groups: page.items.map(describeGroup), IsTruncated: page.IsTruncated, Marker: page.Marker };
};

/** A new name or path makes another ARN; the id stays. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html */
export const UpdateGroup: Op<'UpdateGroup'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  const { NewGroupName: name = group.name, NewPath: path = group.path } = input;
  if (name.toLowerCase() !== group.name.toLowerCase()) iam.groups.checkFree(name);
  iam.groups.delete(group.name);
  Object.assign(group, { name, path, arn: iam.arn('group', path, name) });
  iam.groups.add(group);
  return {};
};

export const DeleteGroup: Op<'DeleteGroup'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  if (group.members.size > 0)
    throw deleteConflict('Cannot delete entity, must remove users from group first.');
  if (group.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (group.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  iam.groups.delete(group.name);
  return {};
};

export const AddUserToGroup: Op<'AddUserToGroup'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  const user = iam.users.get(input.UserName);
  if (!group.members.has(user) && iam.groupsOf(user).length >= MOST_GROUPS_PER_USER)
    throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${MOST_GROUPS_PER_USER}`);
  group.members.add(user);
  return {};
};

export const RemoveUserFromGroup: Op<'RemoveUserFromGroup'> = (iam, input) => {
  const group = iam.groups.get(input.GroupName);
  const user = iam.users.get(input.UserName);
  if (!group.members.delete(user))
    throw noSuchEntity(`The user with name ${user.name} cannot be found in the group ${group.name}.`);
  return {};
};

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

function describeGroup({ path, name, id, arn, created }: Group): GroupShape {
  return { Path: path, GroupName: name, GroupId: id, Arn: arn, CreateDate: created };
}
