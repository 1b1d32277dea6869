import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidKeyPairDuplicate, invalidParameterValue, mustContain } from '../../errors';
import { generateEd25519, generateRsa, readPublicKey } from '../../instances/key-material';
import { requireKeyPair } from '../../instances/key-pairs';
import type { Inventory } from '../../inventory';
import type { KeyPairRecord } from '../../records/key-pairs';
import type { Op } from '../../state';

export const CreateKeyPair: Op<'CreateKeyPair'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['key-pair'], call);
  const name = checkName(ec2, input.KeyName);
  const made = input.KeyType === 'ed25519' ? generateEd25519() : generateRsa();
  const pair = addKeyPair(ec2, {
    KeyName: name,
    KeyType: input.KeyType ?? 'rsa',
    KeyFingerprint: made.fingerprint,
    publicKey: made.publicKey,
  });
  ec2.tags.add(pair.KeyPairId, tagsFor('key-pair'));
  return {
    KeyPairId: pair.KeyPairId,
    KeyName: name,
    KeyFingerprint: made.fingerprint,
    KeyMaterial: made.material,
    ...ec2.keyPairs.tagsOf(pair.KeyPairId),
  };
};

export const ImportKeyPair: Op<'ImportKeyPair'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['key-pair'], call);
  const name = checkName(ec2, input.KeyName);
  const text = Buffer.from(input.PublicKeyMaterial ?? []).toString();
  const imported = readPublicKey(text);
  const pair = addKeyPair(ec2, {
    KeyName: name,
    KeyType: imported.type,
    KeyFingerprint: imported.fingerprint,
    publicKey: imported.publicKey,
  });
  ec2.tags.add(pair.KeyPairId, tagsFor('key-pair'));
  const { KeyPairId, KeyFingerprint } = pair;
  return { KeyPairId, KeyName: name, KeyFingerprint, ...ec2.keyPairs.tagsOf(KeyPairId) };
};

export const DescribeKeyPairs: Op<'DescribeKeyPairs'> = (ec2, input) => {
  const byName = (input.KeyNames ?? []).map((name) => requireKeyPair(ec2, name).KeyPairId);
  const ids = [...(input.KeyPairIds ?? []), ...byName];
  const { items } = ec2.keyPairs.describe({ Filters: input.Filters }, ids);
  return {
    KeyPairs: items.map(({ publicKey, ...shown }) => ({
      ...shown,
      ...(input.IncludePublicKey ? { PublicKey: `${publicKey} ${shown.KeyName}` } : {}),
    })),
  };
};

export const DeleteKeyPair: Op<'DeleteKeyPair'> = (ec2, input) => {
  if (!input.KeyName && !input.KeyPairId) {
    throw mustContain('KeyName or KeyPairId');
  }
  const pair = ec2.keyPairs
    .values()
    .find((one) => one.KeyName === input.KeyName || one.KeyPairId === input.KeyPairId);
  if (!pair) return { Return: true };
  ec2.keyPairs.delete(pair.KeyPairId);
  return { Return: true, KeyPairId: pair.KeyPairId };
};

function addKeyPair(ec2: Inventory, pair: Omit<KeyPairRecord, 'KeyPairId'>): KeyPairRecord {
  const KeyPairId = resourceId('key');
  return ec2.keyPairs.add(KeyPairId, { ...pair, KeyPairId, CreateTime: ec2.context.clock.now() });
}

function checkName(ec2: Inventory, name: string | undefined): string {
  if (!name) throw mustContain('KeyName');
  if (name.length > 255 || /[^\x20-\x7e]/.test(name)) {
    throw invalidParameterValue(`Value (${name}) for parameter KeyName is invalid.`);
  }
  if (ec2.keyPairs.values().some((pair) => pair.KeyName === name)) {
    throw invalidKeyPairDuplicate(`The keypair '${name}' already exists.`);
  }
  return name;
}
