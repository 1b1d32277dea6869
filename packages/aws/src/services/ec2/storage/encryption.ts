import { createHash } from 'node:crypto';
import { invalidParameter } from '../errors';
import type { Inventory } from '../inventory';
import type { SnapshotRecord } from '../records/storage';

/** The key that AWS manages. */
export const MANAGED_ALIAS = 'alias/aws/ebs';

/** The key of a new encrypted volume or snapshot, as an ARN. @param wanted the one asked for */
export function encryptionKey(ec2: Inventory, wanted: string | undefined): string {
  return keyArn(ec2, wanted ?? ec2.ebs.defaultKey ?? MANAGED_ALIAS);
}

/**
 * Checks that snapshots may be given to others: none is encrypted with the key that AWS manages, and to all of
 * the world none that is encrypted at all.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
 */
export function checkShareable(
  ec2: Inventory,
  snapshots: readonly SnapshotRecord[],
  receivers: readonly { readonly Group?: string }[],
): void {
  const encrypted = snapshots.filter((snapshot) => snapshot.Encrypted);
  if (receivers.length === 0 || encrypted.length === 0) return;
  if (encrypted.some((snapshot) => snapshot.KmsKeyId === managedKey(ec2))) {
    throw invalidParameter(
      "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.",
    );
  }
  if (receivers.some((one) => one.Group === 'all')) {
    throw invalidParameter('Encrypted snapshots cannot be shared publicly');
  }
}

/** The ARN of a key that is given by id, alias or ARN. */
export function keyArn(ec2: Inventory, key: string): string {
  if (key.startsWith('arn:')) return key.endsWith(`:${MANAGED_ALIAS}`) ? managedKey(ec2) : key;
  if (key === MANAGED_ALIAS) return managedKey(ec2);
  const resource = key.startsWith('alias/') ? key : `key/${key}`;
  return `arn:aws:kms:${ec2.context.region}:${ec2.owner}:${resource}`;
}

/** The ARN of the key behind `alias/aws/ebs`: one for each region. */
function managedKey(ec2: Inventory): string {
  const digest = createHash('sha256').update(`${ec2.context.region} ${MANAGED_ALIAS}`).digest('hex');
  const uuid = [8, 12, 16, 20, 32].map((end, i, ends) => digest.slice(ends[i - 1] ?? 0, end)).join('-');
  return `arn:aws:kms:${ec2.context.region}:${ec2.owner}:key/${uuid}`;
}
