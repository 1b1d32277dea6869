import { ServerSideEncryption } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import type { Bucket, DataKey, ObjectHeaders, ObjectVersion } from '../bucket';
import { invalidArgument } from '../errors';
import type { S3State } from '../state';

type Kms = typeof import('@aws-sdk/client-kms');

/** What an upload says of its encryption. */
export interface GivenEncryption {
  readonly ServerSideEncryption?: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
}

type Chosen = Pick<ObjectHeaders, 'encryption' | 'kmsKeyId' | 'hasBucketKey'>;

/** Amazon's own key for S3, which lets everybody of the account use it through S3. */
const MANAGED_ALIAS = 'alias/aws/s3';

/**
 * How an object is to be encrypted: as its upload says, or else as its bucket does.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html
 *
 * @throws AwsError `InvalidArgument` for a method that S3 does not have, and for a key without a method that takes one
 */
export function chooseEncryption({ settings }: Bucket, given: GivenEncryption): Chosen {
  const { ServerSideEncryption: method, SSEKMSKeyId, BucketKeyEnabled } = given;
  if (method !== undefined && !Object.values(ServerSideEncryption).includes(method))
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      method,
    );
  if (SSEKMSKeyId !== undefined && !isWithKms(method))
    throw invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      'x-amz-server-side-encryption',
      method ?? '',
    );
  const [rule] = settings.encryption.Rules ?? [];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const encryption = method ?? byDefault?.SSEAlgorithm ?? 'AES256';
  if (!isWithKms(encryption)) return { encryption };
  const kmsKeyId = method === undefined ? byDefault?.KMSMasterKeyID : SSEKMSKeyId;
  return {
    encryption,
    kmsKeyId: kmsKeyId ?? MANAGED_ALIAS,
    ...((BucketKeyEnabled ?? rule?.BucketKeyEnabled) && { hasBucketKey: true }),
  };
}

/**
 * S3 has KMS make the key that it encrypts an object with, with the rights of whoever writes the object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 *
 * @returns what S3 keeps of the object, with the ARN of the key and with what decrypts the object again
 * @throws AwsError `AccessDenied` where the caller may not use the key, `KMS.…Exception` where nobody can
 */
export async function takeDataKey(
  s3: S3State,
  bucket: Bucket,
  key: string,
  headers: ObjectHeaders,
  call: Call,
): Promise<ObjectHeaders> {
  const { kmsKeyId: KeyId, hasBucketKey } = headers;
  if (KeyId === undefined) return headers;
  const arn = hasBucketKey ? `arn:aws:s3:::${bucket.name}` : `arn:aws:s3:::${bucket.name}/${key}`;
  const EncryptionContext = { 'aws:s3:arn': arn };
  try {
    const made = await kmsFor(s3, bucket, call).GenerateDataKey({
      ...{ KeyId, KeySpec: 'AES_256', EncryptionContext },
    });
    const dataKey = { ciphertext: made.CiphertextBlob ?? new Uint8Array(), context: EncryptionContext };
    return { ...headers, kmsKeyId: made.KeyId, dataKey };
  } catch (error) {
    throw asRefusal(error);
  }
}

/**
 * S3 has KMS decrypt the key of an object with the rights of whoever reads the object, or adds a part to it.
 *
 * @throws AwsError as `takeDataKey`
 */
export async function checkDecryption(
  s3: S3State,
  bucket: Bucket,
  { headers: { dataKey } }: Pick<ObjectVersion, 'headers'>,
  call: Call,
): Promise<void> {
  if (!dataKey) return;
  const { ciphertext: CiphertextBlob, context: EncryptionContext }: DataKey = dataKey;
  try {
    await kmsFor(s3, bucket, call).Decrypt({ CiphertextBlob, EncryptionContext });
  } catch (error) {
    throw asRefusal(error);
  }
}

/**
 * A website is asked by nobody who has signed, and KMS decrypts for nobody else, Amazon's own key included.
 *
 * @throws AwsError `InvalidArgument`
 */
export function checkUnsigned({ headers: { encryption } }: ObjectVersion): void {
  if (isWithKms(encryption))
    throw new AwsError(
      'InvalidArgument',
      'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
      400,
    );
}

/** As uploads and reads are answered. */
export function viewEncryption({ encryption, kmsKeyId, hasBucketKey }: ObjectHeaders) {
  return {
    ServerSideEncryption: encryption,
    SSEKMSKeyId: kmsKeyId,
    BucketKeyEnabled: hasBucketKey,
  };
}

function isWithKms(method: string | undefined): boolean {
  return method === 'aws:kms' || method === 'aws:kms:dsse';
}

function kmsFor(s3: S3State, bucket: Bucket, call: Call) {
  const context = s3.context.at(bucket.region);
  return clientOf<Kms>(context, 'kms', () =>
    forwarded({ ...call, region: bucket.region }, 's3.amazonaws.com'),
  );
}

/** What KMS says, as S3 says it: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof AwsError) || error.status >= 500 || error.code === 'ThrottlingException')
    return error;
  if (error.code === 'AccessDeniedException') return new AwsError('AccessDenied', error.message, 403);
  return new AwsError(`KMS.${error.code}`, error.message, 400);
}
