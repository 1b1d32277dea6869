import { invalidKeyPairNotFound } from '../errors';
import type { Inventory } from '../inventory';
import type { KeyPairRecord } from '../records/key-pairs';

/** @throws AwsError InvalidKeyPair.NotFound */
export function requireKeyPair(ec2: Inventory, name: string): KeyPairRecord {
  const found = ec2.keyPairs.values().find((pair) => pair.KeyName === name);
  if (!found) throw invalidKeyPairNotFound(`The key pair '${name}' does not exist`);
  return found;
}
