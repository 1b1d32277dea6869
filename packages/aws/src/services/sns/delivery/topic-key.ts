import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import type { SnsState, Topic } from '../state';

/** What KMS says, as SNS says it. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'KMSAccessDenied',
  DisabledException: 'KMSDisabled',
  KMSInvalidStateException: 'KMSInvalidState',
  NotFoundException: 'KMSNotFound',
};

/**
 * Asks for a data key of an encrypted topic, with the rights of who publishes: whoever may not use the key may not publish.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
 *
 * @throws AwsError KMSAccessDenied and the like
 */
export async function useTopicKey(sns: SnsState, topic: Topic, call: Call): Promise<void> {
  const { KmsMasterKeyId: KeyId } = topic.attributes;
  if (!KeyId) return;
  const kms = clientOf<typeof import('@aws-sdk/client-kms')>(sns.context, 'kms', () =>
    forwarded(call, 'sns.amazonaws.com'),
  );
  try {
    const EncryptionContext = { 'aws:sns:topicArn': topic.arn };
    const { CiphertextBlob } = await kms.GenerateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext });
    // The documentation asks publishers for both: the data key is decrypted where it is used.
    await kms.Decrypt({ KeyId, CiphertextBlob, EncryptionContext });
  } catch (error) {
    const code = error instanceof AwsError ? CODES[error.code] : undefined;
    if (!(error instanceof AwsError) || !code) throw error;
    throw new AwsError(code, error.message);
  }
}
