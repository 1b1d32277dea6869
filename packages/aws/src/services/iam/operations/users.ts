import { randomBytes } from 'node:crypto';
import type { User as UserShape } from '@aws-sdk/client-iam';
import type { Principal } from '../../../core/principal';
import type { Call, OperationsOf } from '../../../core/service';
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors';
import type { User } from '../records';
import type { IamState } from '../state';
import { TagSet } from '../tags';
import { checkName, checkPath, uniqueId } from './check-names';
import { takePage } from './paging';

/** Users with their access keys. */
export function userOperations(state: IamState) {
  return {
    CreateUser(input) {
      const name = checkName('userName', input.UserName, 64);
      const path = checkPath(input.Path);
      const user = state.users.add({
        name,
        id: uniqueId('AIDA'),
        arn: state.arn('user', path, name),
        path,
        created: state.now(),
        tags: new TagSet(input.Tags),
        inline: new Map(),
        attached: new Set(),
        keys: new Map(),
      });
      return { User: describeUser(user) };
    },

    GetUser(input, call: Call) {
      if (input.UserName !== undefined) return { User: describeUser(state.users.get(input.UserName)) };
      return { User: describeCaller(state, call.principal) };
    },

    ListUsers(input) {
      const page = takePage(state.users.list(input.PathPrefix), input);
      const Users = page.items.map((user) => {
        const { Tags, ...listed } = describeUser(user);
        return listed;
      });
      return { Users, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    DeleteUser(input) {
      const user = state.users.get(input.UserName);
      if (user.keys.size > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
      if (user.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      if (user.attached.size > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      state.users.delete(user.name);
      return {};
    },

    TagUser(input) {
      state.users.get(input.UserName).tags.add(input.Tags ?? []);
      return {};
    },

    UntagUser(input) {
      state.users.get(input.UserName).tags.remove(input.TagKeys ?? []);
      return {};
    },

    ListUserTags(input) {
      const page = takePage(state.users.get(input.UserName).tags.list(), input);
      return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    /** The account has no groups. */
    ListGroupsForUser(input) {
      state.users.get(input.UserName);
      return { Groups: [], IsTruncated: false };
    },

    CreateAccessKey(input, call: Call) {
      const user = state.users.get(input.UserName ?? nameOf(call.principal));
      if (user.keys.size >= 2) throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
      const id = uniqueId('AKIA', 16);
      const key = {
        status: 'Active' as const,
        secret: randomBytes(30).toString('base64'),
        created: state.now(),
      };
      user.keys.set(id, key);
      return {
        AccessKey: {
          UserName: user.name,
          AccessKeyId: id,
          Status: key.status,
          SecretAccessKey: key.secret,
          CreateDate: key.created,
        },
      };
    },

    UpdateAccessKey(input, call: Call) {
      findKey(state.users.get(input.UserName ?? nameOf(call.principal)), input.AccessKeyId).status =
        input.Status === 'Inactive' ? 'Inactive' : 'Active';
      return {};
    },

    DeleteAccessKey(input, call: Call) {
      const user = state.users.get(input.UserName ?? nameOf(call.principal));
      findKey(user, input.AccessKeyId);
      user.keys.delete(input.AccessKeyId ?? '');
      return {};
    },

    ListAccessKeys(input, call: Call) {
      const user = state.users.get(input.UserName ?? nameOf(call.principal));
      const page = takePage([...user.keys], input);
      return {
        AccessKeyMetadata: page.items.map(([id, key]) => ({
          UserName: user.name,
          AccessKeyId: id,
          Status: key.status,
          CreateDate: key.created,
        })),
        IsTruncated: page.IsTruncated,
        Marker: page.Marker,
      };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}

function describeUser(user: User): UserShape {
  const tags = user.tags.list();
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.created,
    ...(tags.length > 0 && { Tags: tags }),
  };
}

function describeCaller(state: IamState, principal: Principal): UserShape {
  const user = state.users.list().find(({ arn }) => arn === principal.arn);
  if (user) return describeUser(user);
  return {
    Path: '/',
    UserName: nameOf(principal),
    UserId: principal.userId,
    Arn: principal.arn,
    CreateDate: state.now(),
  };
}

function nameOf(principal: Principal): string {
  return principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
}

function findKey(user: User, id: string | undefined) {
  const key = user.keys.get(id ?? '');
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}
