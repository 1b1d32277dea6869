import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/call';
import type { S3State } from '../state';

/**
 * Looks at an object. That there is none is told only to who may list the bucket: to others it is as if they might not look.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 *
 * @throws AwsError `AccessDenied` in the place of `NoSuchKey`
 */
export async function tellIfListed<Seen>(
  { context }: S3State,
  Bucket: string | undefined,
  call: Call,
  look: () => Seen,
): Promise<Seen> {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'NoSuchKey' || !call.principal.accessKeyId)
      throw error;
    if (await context.permits(call, 's3', 'ListObjectsV2', { Bucket })) throw error;
    throw new AwsError(
      'AccessDenied',
      `User: ${call.principal.arn} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::${Bucket}" because no identity-based policy allows the s3:ListBucket action`,
      403,
    );
  }
}
