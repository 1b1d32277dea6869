import type { Call } from '../../../core/service';
import { forwarded, isServiceCall } from '../../../core/service-call';
import type { Inventory } from '../inventory';
import { encryptionKey, MANAGED_ALIAS } from './encryption';

/** What EC2 asks of KMS for a volume or a snapshot that is encrypted with a key of the account's own. */
const ASKED = [
  ...['DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'Decrypt'],
  ...['ReEncryptFrom', 'ReEncryptTo', 'CreateGrant'],
];

/**
 * Whether a caller may use the keys of what is encrypted: EC2 uses them with the rights of its caller. Amazon's own key lets everybody of
 * the account use it. What services make for themselves is not looked at.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 */
export async function mayUseKeys(
  ec2: Inventory,
  encrypted: readonly { readonly encrypted: boolean; readonly kmsKeyId?: string }[],
  call: Call,
): Promise<boolean> {
  if (isServiceCall(call)) return true;
  const managed = encryptionKey(ec2, MANAGED_ALIAS);
  const keys = new Set(encrypted.flatMap((one) => (one.encrypted ? encryptionKey(ec2, one.kmsKeyId) : [])));
  const by = { ...forwarded(call, 'ec2.amazonaws.com'), region: ec2.context.region };
  for (const KeyId of keys) {
    if (KeyId === managed) continue;
    for (const operation of ASKED)
      if (!(await ec2.context.permits(by, 'kms', operation, { KeyId }))) return false;
  }
  return true;
}

/** What becomes of what EC2 began for a caller who may not use the key. */
export const KEY_REFUSED = 'Client.InternalError: Client error on launch';
