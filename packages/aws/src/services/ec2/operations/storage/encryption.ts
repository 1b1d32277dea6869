import { createHash } from 'node:crypto';
import { AwsError } from '../../../../core/aws-error';
import type { SnapshotRecord } from '../../records/storage';
import type { Ec2Operations, Ec2State } from '../../state';

const MANAGED_ALIAS = 'alias/aws/ebs';

/** The account's settings for encryption of volumes in the region. */
export function ebsEncryptionOperations(state: Ec2State) {
  return {
    GetEbsDefaultKmsKeyId() {
      return { KmsKeyId: state.ebs.defaultKey ?? MANAGED_ALIAS };
    },
    ModifyEbsDefaultKmsKeyId(input) {
      state.ebs.defaultKey = keyArn(state, input.KmsKeyId ?? MANAGED_ALIAS);
      return { KmsKeyId: state.ebs.defaultKey };
    },
    ResetEbsDefaultKmsKeyId() {
      state.ebs.defaultKey = undefined;
      return { KmsKeyId: MANAGED_ALIAS };
    },
    GetEbsEncryptionByDefault() {
      return { EbsEncryptionByDefault: state.ebs.encryptByDefault };
    },
    EnableEbsEncryptionByDefault() {
      state.ebs.encryptByDefault = true;
      return { EbsEncryptionByDefault: true };
    },
    DisableEbsEncryptionByDefault() {
      state.ebs.encryptByDefault = false;
      return { EbsEncryptionByDefault: false };
    },
  } satisfies Ec2Operations;
}

/** The key of a new encrypted volume or snapshot, as an ARN. @param wanted the one asked for */
export function encryptionKey(state: Ec2State, wanted: string | undefined): string {
  return keyArn(state, wanted ?? state.ebs.defaultKey ?? MANAGED_ALIAS);
}

/**
 * Checks that snapshots may be given to others: none is encrypted with the key that AWS manages, and to all of
 * the world none that is encrypted at all.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
 */
export function checkShareable(
  state: Ec2State,
  snapshots: readonly SnapshotRecord[],
  receivers: readonly { readonly Group?: string }[],
): void {
  const encrypted = snapshots.filter((snapshot) => snapshot.Encrypted);
  if (receivers.length === 0 || encrypted.length === 0) return;
  if (encrypted.some((snapshot) => snapshot.KmsKeyId === managedKey(state))) {
    throw new AwsError(
      'InvalidParameter',
      "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.",
    );
  }
  if (receivers.some((one) => one.Group === 'all')) {
    throw new AwsError('InvalidParameter', 'Encrypted snapshots cannot be shared publicly');
  }
}

function keyArn(state: Ec2State, key: string): string {
  if (key.startsWith('arn:')) return key.endsWith(`:${MANAGED_ALIAS}`) ? managedKey(state) : key;
  if (key === MANAGED_ALIAS) return managedKey(state);
  const resource = key.startsWith('alias/') ? key : `key/${key}`;
  return `arn:aws:kms:${state.context.region}:${state.owner}:${resource}`;
}

/** The ARN of the key behind `alias/aws/ebs`: one for each region. */
function managedKey(state: Ec2State): string {
  const digest = createHash('sha256').update(`${state.context.region} ${MANAGED_ALIAS}`).digest('hex');
  const uuid = [8, 12, 16, 20, 32].map((end, i, ends) => digest.slice(ends[i - 1] ?? 0, end)).join('-');
  return `arn:aws:kms:${state.context.region}:${state.owner}:key/${uuid}`;
}
