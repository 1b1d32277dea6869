import type { User as UserShape } from '@aws-sdk/client-iam';
import type { Principal } from '../../../../core/principal';
import { deleteConflict } from '../../errors';
import type { User } from '../../records';
import type { IamState, Op } from '../../state';
import { TagSet } from '../../tags';
import { uniqueId } from '../../unique-id';
import { pageByName, pageInOrder } from '../paging';
import { userNameOf } from './key-holder';

export const CreateUser: Op<'CreateUser'> = async (iam, input) => {
  const name = input.UserName ?? '';
  const { Path: path = '/' } = input;
  iam.users.checkFree(name);
  const boundary = input.PermissionsBoundary && (await iam.policy(input.PermissionsBoundary)).arn;
  const user = iam.users.add({
    name,
    id: uniqueId('AIDA'),
    arn: iam.arn('user', path, name),
    path,
    created: iam.now(),
    tags: new TagSet(input.Tags),
    inline: new Map(),
    attached: new Set(),
    keys: new Map(),
    boundary,
  });
  return { User: describeUser(user) };
};

export const GetUser: Op<'GetUser'> = (iam, input, call) => {
  if (input.UserName !== undefined) return { User: describeUser(iam.users.get(input.UserName)) };
  return { User: describeCaller(iam, call.principal) };
};

export const ListUsers: Op<'ListUsers'> = (iam, input) => {
  const page = pageByName(iam.users.list(input.PathPrefix), input, ({ name }) => name);
  const Users = page.items.map((user) => {
    const { Tags, PermissionsBoundary, ...listed } = describeUser(user);
    return listed;
  });
  return { Users, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const DeleteUser: Op<'DeleteUser'> = (iam, input) => {
  const user = iam.users.get(input.UserName);
  if (user.keys.size > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
  if (user.login) throw deleteConflict('Cannot delete entity, must delete login profile first.');
  if (user.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  if (user.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (iam.groupsOf(user).length > 0)
    throw deleteConflict('Cannot delete entity, must remove users from group first.');
  iam.users.delete(user.name);
  return {};
};

export const PutUserPermissionsBoundary: Op<'PutUserPermissionsBoundary'> = async (iam, input) => {
  const user = iam.users.get(input.UserName);
  const { arn } = await iam.policy(input.PermissionsBoundary);
  user.boundary = arn;
  return {};
};

export const DeleteUserPermissionsBoundary: Op<'DeleteUserPermissionsBoundary'> = (iam, input) => {
  iam.users.get(input.UserName).boundary = undefined;
  return {};
};

export const TagUser: Op<'TagUser'> = (iam, input) => {
  iam.users.get(input.UserName).tags.add(input.Tags ?? []);
  return {};
};

export const UntagUser: Op<'UntagUser'> = (iam, input) => {
  iam.users.get(input.UserName).tags.remove(input.TagKeys ?? []);
  return {};
};

export const ListUserTags: Op<'ListUserTags'> = (iam, input) => {
  const page = pageInOrder(iam.users.get(input.UserName).tags.list(), input, ({ Key = '' }) => Key);
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

/** A user in the form of IAM's answers. */
export function describeUser(user: User): UserShape {
  const tags = user.tags.list();
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.created,
    ...(user.boundary && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: user.boundary,
      },
    }),
    ...(tags.length > 0 && { Tags: tags }),
  };
}

function describeCaller(state: IamState, principal: Principal): UserShape {
  const user = state.users.list().find(({ arn }) => arn === principal.arn);
  if (user) return describeUser(user);
  return {
    Path: '/',
    UserName: userNameOf(principal),
    UserId: principal.userId,
    Arn: principal.arn,
    CreateDate: state.now(),
  };
}
