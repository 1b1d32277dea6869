import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import { invalidKeyId } from '../errors';
import type { ParameterVersion } from '../parameter';
import type { SsmState } from '../state';

type Kms = typeof import('@aws-sdk/client-kms');

/** Amazon's own key for parameters lets everybody of the account use it through SSM. */
const MANAGED_ALIAS = 'alias/aws/ssm';

/**
 * SSM encrypts with a key of the account's own with the rights of its caller: the value itself, or what an advanced parameter's value is
 * encrypted with.
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 *
 * @param name of the parameter, to which what is encrypted is bound
 * @returns what KMS decrypts again; undefined for Amazon's own key, and for what is no secret
 * @throws AwsError AccessDeniedException where the caller may not use the key, InvalidKeyId where it cannot be used
 */
export async function encrypt(
  ssm: SsmState,
  name: string,
  { keyId, tier, value }: ParameterVersion,
  call: Call,
): Promise<Uint8Array | undefined> {
  if (keyId === undefined || keyId === MANAGED_ALIAS) return undefined;
  const kms = kmsFor(ssm, call);
  const asked = { KeyId: keyId, EncryptionContext: contextOf(ssm, name) };
  try {
    const { CiphertextBlob } =
      tier === 'Advanced'
        ? await kms.GenerateDataKey({ ...asked, KeySpec: 'AES_256' })
        : await kms.Encrypt({ ...asked, Plaintext: Buffer.from(value) });
    return CiphertextBlob;
  } catch (error) {
    throw asRefusal(error);
  }
}

/**
 * SSM decrypts with the rights of its caller, too, each parameter by itself.
 *
 * @throws AwsError AccessDeniedException where the caller may not use a key, InvalidKeyId where one cannot be used
 */
export async function checkDecryption(
  ssm: SsmState,
  selections: readonly { readonly name: string; readonly version: Pick<ParameterVersion, 'ciphertext'> }[],
  call: Call,
): Promise<void> {
  const kms = kmsFor(ssm, call);
  for (const { name, version } of selections) {
    if (version.ciphertext === undefined) continue;
    const EncryptionContext = contextOf(ssm, name);
    await kms.Decrypt({ CiphertextBlob: version.ciphertext, EncryptionContext }).catch((error: unknown) => {
      // KMS tells nobody whether there is a key that he may not use.
      if (error instanceof AwsError && error.code === 'AccessDeniedException')
        throw new AwsError(
          'AccessDeniedException',
          'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
        );
      throw asRefusal(error);
    });
  }
}

function kmsFor({ context }: SsmState, call: Call) {
  return clientOf<Kms>(context, 'kms', () => forwarded(call, 'ssm.amazonaws.com'));
}

function contextOf(ssm: SsmState, name: string): Record<string, string> {
  return { PARAMETER_ARN: ssm.arn(name) };
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof AwsError) || error.code === 'AccessDeniedException') return error;
  // Another time KMS may well use the key: whoever asks again is right to.
  if (error.status >= 500) return new AwsError('InternalServerError', error.message, 500);
  if (error.code === 'ThrottlingException') return error;
  return invalidKeyId(error.message);
}
