import { isPublicPolicy } from 'aws-languages/policy/public';
import { AwsError } from '../../../core/aws-error';
import { readBucketPolicy } from '../access/bucket-policy';
import { checkActions } from '../access/check-actions';
import { accessDenied, malformedXml, notConfigured } from '../errors';
import type { Op, S3State } from '../state';

export const PutBucketPolicy: Op<'PutBucketPolicy'> = async (s3, input) => {
  const own = s3.bucket(input.Bucket).settings;
  const policy = readBucketPolicy(input.Policy ?? '', input.Bucket ?? '');
  if (s3.iam.findMissingPrincipal(policy) !== undefined)
    throw new AwsError('MalformedPolicy', 'Invalid principal in policy');
  await checkActions(s3, policy);
  if (own.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy)) throw accessDenied();
  own.policy = input.Policy;
  return {};
};

export const GetBucketPolicy: Op<'GetBucketPolicy'> = (s3, input) => ({
  Policy: findPolicy(s3, input.Bucket),
});

export const GetBucketPolicyStatus: Op<'GetBucketPolicyStatus'> = (s3, input) => {
  const policy = readBucketPolicy(findPolicy(s3, input.Bucket), input.Bucket ?? '');
  return { PolicyStatus: { IsPublic: isPublicPolicy(policy) } };
};

export const DeleteBucketPolicy: Op<'DeleteBucketPolicy'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.policy = undefined;
  return {};
};

export const PutPublicAccessBlock: Op<'PutPublicAccessBlock'> = (s3, input) => {
  const asked = input.PublicAccessBlockConfiguration;
  s3.bucket(input.Bucket).settings.publicAccessBlock = {
    BlockPublicAcls: asked?.BlockPublicAcls ?? false,
    IgnorePublicAcls: asked?.IgnorePublicAcls ?? false,
    BlockPublicPolicy: asked?.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: asked?.RestrictPublicBuckets ?? false,
  };
  return {};
};

export const GetPublicAccessBlock: Op<'GetPublicAccessBlock'> = (s3, input) => {
  const { publicAccessBlock } = s3.bucket(input.Bucket).settings;
  if (!publicAccessBlock)
    throw notConfigured(
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
      input.Bucket,
    );
  return { PublicAccessBlockConfiguration: publicAccessBlock };
};

export const DeletePublicAccessBlock: Op<'DeletePublicAccessBlock'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.publicAccessBlock = undefined;
  return {};
};

export const PutBucketOwnershipControls: Op<'PutBucketOwnershipControls'> = (s3, input) => {
  if (!input.OwnershipControls?.Rules?.length) throw malformedXml();
  s3.bucket(input.Bucket).settings.ownershipControls = input.OwnershipControls;
  return {};
};

export const GetBucketOwnershipControls: Op<'GetBucketOwnershipControls'> = (s3, input) => {
  const { ownershipControls } = s3.bucket(input.Bucket).settings;
  if (!ownershipControls)
    throw notConfigured(
      'OwnershipControlsNotFoundError',
      'The bucket ownership controls were not found',
      input.Bucket,
    );
  return { OwnershipControls: ownershipControls };
};

export const DeleteBucketOwnershipControls: Op<'DeleteBucketOwnershipControls'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.ownershipControls = undefined;
  return {};
};

/** @throws AwsError `NoSuchBucketPolicy` */
function findPolicy(s3: S3State, bucketName: string | undefined): string {
  const { policy } = s3.bucket(bucketName).settings;
  if (policy !== undefined) return policy;
  throw notConfigured('NoSuchBucketPolicy', 'The bucket policy does not exist', bucketName);
}
