import { randomBytes } from '../../../../core/ids';
import { limitExceeded, noSuchEntity } from '../../errors';
import type { Op } from '../../state';
import { uniqueId } from '../../unique-id';
import { pageInOrder } from '../paging';
import { type KeyHolder, keyHolderOf } from './key-holder';

export const CreateAccessKey: Op<'CreateAccessKey'> = (iam, input, call) => {
  const holder = keyHolderOf(iam, input.UserName, call.principal);
  if (holder.keys.size >= 2) throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
  const id = uniqueId('AKIA', 16);
  const key = {
    status: 'Active' as const,
    secret: randomBytes(30).toString('base64'),
    created: iam.now(),
  };
  holder.keys.set(id, key);
  return {
    AccessKey: {
      UserName: holder.name,
      AccessKeyId: id,
      Status: key.status,
      SecretAccessKey: key.secret,
      CreateDate: key.created,
    },
  };
};

export const UpdateAccessKey: Op<'UpdateAccessKey'> = (iam, input, call) => {
  findKey(keyHolderOf(iam, input.UserName, call.principal), input.AccessKeyId).status =
    input.Status === 'Inactive' ? 'Inactive' : 'Active';
  return {};
};

export const DeleteAccessKey: Op<'DeleteAccessKey'> = (iam, input, call) => {
  const holder = keyHolderOf(iam, input.UserName, call.principal);
  findKey(holder, input.AccessKeyId);
  holder.keys.delete(input.AccessKeyId ?? '');
  return {};
};

export const ListAccessKeys: Op<'ListAccessKeys'> = (iam, input, call) => {
  const holder = keyHolderOf(iam, input.UserName, call.principal);
  const page = pageInOrder([...holder.keys], input, ([id]) => id);
  return {
    AccessKeyMetadata: page.items.map(([id, key]) => ({
      UserName: holder.name,
      AccessKeyId: id,
      Status: key.status,
      CreateDate: key.created,
    })),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

function findKey({ keys }: KeyHolder, id: string | undefined) {
  const key = keys.get(id ?? '');
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}
