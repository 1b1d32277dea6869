import type { Grant } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { grantsOf, isPublicAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import type { Buckets } from '../buckets';

type Client = typeof import('@aws-sdk/client-s3');

/** The operations on buckets themselves. */
export function bucketOperations(buckets: Buckets) {
  return {
    CreateBucket(input, call: Call) {
      const name = input.Bucket ?? '';
      checkBucketName(name);
      const asked = input.CreateBucketConfiguration?.LocationConstraint as string | undefined;
      const region = chooseRegion(asked, call.region);
      const present = buckets.byName.get(name);
      if (present && (present.region !== 'us-east-1' || region !== 'us-east-1')) {
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: name },
        );
      }
      const acl = grantsOf(input, buckets.account.accountId);
      if (!present && input.ACL !== 'private' && acl) checkFirstAcl(input.ObjectOwnership, acl);
      const bucket = present ?? buckets.create(name, region);
      if (!present) bucket.configurations.acl = acl;
      if (!present && input.ObjectOwnership)
        bucket.configurations.ownershipControls = { Rules: [{ ObjectOwnership: input.ObjectOwnership }] };
      if (!present) bucket.configurations.tags = input.CreateBucketConfiguration?.Tags ?? [];
      if (!present && input.ObjectLockEnabledForBucket) bucket.versioning = 'Enabled';
      // Only the endpoint of us-east-1 answers with a path.
      const Location = region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
      return { Location, BucketArn: `arn:aws:s3:::${name}` };
    },

    HeadBucket(input) {
      const bucket = buckets.bucket(input.Bucket);
      return {
        BucketRegion: bucket.region,
        BucketArn: `arn:aws:s3:::${bucket.name}`,
        AccessPointAlias: false,
      };
    },

    DeleteBucket(input) {
      const bucket = buckets.bucket(input.Bucket);
      if (bucket.objects.size > 0) {
        const versioned = bucket.versioning !== undefined;
        throw new AwsError(
          'BucketNotEmpty',
          `The bucket you tried to delete is not empty.${versioned ? ' You must delete all versions in the bucket.' : ''}`,
          409,
          { BucketName: bucket.name },
        );
      }
      buckets.byName.delete(bucket.name);
      return {};
    },

    ListBuckets(input) {
      const found = [...buckets.byName.values()]
        .filter((bucket) => bucket.name.startsWith(input.Prefix ?? ''))
        .filter((bucket) => input.BucketRegion === undefined || bucket.region === input.BucketRegion)
        .filter((bucket) => input.ContinuationToken === undefined || bucket.name > input.ContinuationToken)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = found.slice(0, input.MaxBuckets ?? 10_000);
      return {
        Buckets: page.map((bucket) => ({
          Name: bucket.name,
          CreationDate: bucket.createdAt,
          BucketArn: `arn:aws:s3:::${bucket.name}`,
          ...((input.MaxBuckets ?? input.BucketRegion) !== undefined && { BucketRegion: bucket.region }),
        })),
        Owner: ownerOf(buckets.account.accountId),
        Prefix: input.Prefix,
        ContinuationToken: page.length < found.length ? page.at(-1)?.name : undefined,
      };
    },

    GetBucketLocation(input) {
      const { region } = buckets.bucket(input.Bucket);
      return { LocationConstraint: region === 'us-east-1' ? undefined : (region as 'eu-west-1') };
    },
  } satisfies OperationsOf<Client>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkBucketName(name: string): void {
  const good =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (!good)
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
}

/** A new bucket has no ACLs unless it is said otherwise, and never public ones. */
function checkFirstAcl(ownership: string | undefined, acl: readonly Grant[]): void {
  if (ownership === undefined || ownership === 'BucketOwnerEnforced')
    throw new AwsError(
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  if (isPublicAcl(acl))
    throw new AwsError(
      'InvalidBucketAclWithBlockPublicAccessError',
      'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    );
}

function chooseRegion(asked: string | undefined, called: string): string {
  const wanted = asked === 'EU' ? 'eu-west-1' : asked;
  if (wanted === 'us-east-1')
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: 'us-east-1',
    });
  if (called !== 'us-east-1' && wanted !== called) {
    throw new AwsError(
      'IllegalLocationConstraintException',
      `The ${wanted ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return wanted ?? 'us-east-1';
}
