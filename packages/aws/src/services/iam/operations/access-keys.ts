import { randomBytes } from 'node:crypto';
import { limitExceeded, noSuchEntity } from '../errors';
import type { User } from '../records';
import type { Op } from '../state';
import { uniqueId } from '../unique-id';
import { pageInOrder } from './paging';
import { userNameOf } from './user-name';

export const CreateAccessKey: Op<'CreateAccessKey'> = (iam, input, call) => {
  const user = iam.users.get(input.UserName ?? userNameOf(call.principal));
  if (user.keys.size >= 2) throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
  const id = uniqueId('AKIA', 16);
  const key = {
    status: 'Active' as const,
    secret: randomBytes(30).toString('base64'),
    created: iam.now(),
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
};

export const UpdateAccessKey: Op<'UpdateAccessKey'> = (iam, input, call) => {
  findKey(iam.users.get(input.UserName ?? userNameOf(call.principal)), input.AccessKeyId).status =
    input.Status === 'Inactive' ? 'Inactive' : 'Active';
  return {};
};

export const DeleteAccessKey: Op<'DeleteAccessKey'> = (iam, input, call) => {
  const user = iam.users.get(input.UserName ?? userNameOf(call.principal));
  findKey(user, input.AccessKeyId);
  user.keys.delete(input.AccessKeyId ?? '');
  return {};
};

export const ListAccessKeys: Op<'ListAccessKeys'> = (iam, input, call) => {
  const user = iam.users.get(input.UserName ?? userNameOf(call.principal));
  const page = pageInOrder([...user.keys], input, ([id]) => id);
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
};

function findKey(user: User, id: string | undefined) {
  const key = user.keys.get(id ?? '');
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}
