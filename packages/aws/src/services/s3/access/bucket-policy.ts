import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import { evaluate } from 'aws-languages/policy/evaluate';
import { describeForS3 } from 'aws-languages/policy/problem';
import { compileWildcard } from 'aws-languages/wildcard';
import { AwsError } from '../../../core/aws-error';
import type { Bucket } from '../bucket';
import type { S3State } from '../state';

/**
 * Reads the policy of a bucket, which may be about this bucket alone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 *
 * @throws AwsError `MalformedPolicy`
 */
export function readBucketPolicy(text: string, bucketName: string): PolicyDocument {
  const policy = parsePolicy(text, {
    kind: 'resource',
    refuse: (problem) => new AwsError('MalformedPolicy', describeForS3(problem)),
  });
  for (const { resources, notResources } of policy.statements)
    for (const resource of [...resources, ...notResources]) {
      const [bucketPart = ''] = resource.split('/');
      if (!compileWildcard(bucketPart).test(`arn:aws:s3:::${bucketName}`))
        throw new AwsError('MalformedPolicy', 'Policy has invalid resource');
    }
  return policy;
}

/** What is known of an unsigned request, beside what it asks for. */
export interface AnonymousRequest {
  readonly action: string;
  /** None for what is asked of the bucket itself. */
  readonly key?: string;
  readonly prefix?: string;
  readonly referer?: string;
  readonly userAgent?: string;
  readonly isSecure: boolean;
}

/** Whether a bucket's policy opens this to everybody. */
export function allowsAnonymous({ context }: S3State, bucket: Bucket, request: AnonymousRequest): boolean {
  const { policy, publicAccessBlock } = bucket.settings;
  if (policy === undefined || publicAccessBlock?.RestrictPublicBuckets) return false;
  const now = context.clock.now();
  const { effect } = evaluate([readBucketPolicy(policy, bucket.name)], {
    action: request.action,
    resource: `arn:aws:s3:::${bucket.name}${request.key === undefined ? '' : `/${request.key}`}`,
    caller: { kind: 'anonymous' },
    context: {
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      'aws:Referer': request.referer,
      'aws:SecureTransport': String(request.isSecure),
      'aws:SourceIp': '127.0.0.1',
      'aws:UserAgent': request.userAgent,
      's3:prefix': request.prefix,
    },
  });
  return effect === 'Allow';
}
