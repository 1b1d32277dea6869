import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import type { ParameterVersion } from '../parameter';
import type { SsmState } from '../state';

/** Amazon's own key for parameters lets everybody of the account use it through SSM. */
const MANAGED_ALIAS = 'alias/aws/ssm';

/**
 * SSM decrypts what a key of the account's own has encrypted with the rights of its caller.
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 *
 * @throws AwsError AccessDeniedException where the caller may not use a key
 */
export async function checkDecryption(
  { context }: Pick<SsmState, 'context'>,
  selections: readonly { readonly version: Pick<ParameterVersion, 'keyId'> }[],
  call: Call,
): Promise<void> {
  const keys = new Set(selections.map(({ version }) => version.keyId));
  for (const KeyId of keys) {
    if (KeyId === undefined || KeyId === MANAGED_ALIAS) continue;
    const by = forwarded(call, 'ssm.amazonaws.com');
    if (!(await context.permits(by, 'kms', 'Decrypt', { KeyId })))
      throw new AwsError(
        'AccessDeniedException',
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      );
  }
}
