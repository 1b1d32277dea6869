import type { CreateBucketCommandInput, Grant } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/paging';
import type { Call } from '../../../core/service';
import { maySetAwsTags } from '../../../core/service-call';
import { grantsOf, isPublicAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import type { Bucket } from '../bucket';
import { invalidArgument } from '../errors';
import { byBytes } from '../objects/key-order';
import { checkBucketTags } from '../objects/tags';
import type { Op, S3State } from '../state';

/** Buckets on a page of ListBuckets that asks for no fewer. */
const MOST_LISTED = 10_000;

export const CreateBucket: Op<'CreateBucket'> = (s3, input, call) => {
  const name = input.Bucket ?? '';
  checkBucketName(name);
  const asked = input.CreateBucketConfiguration?.LocationConstraint as string | undefined;
  const region = chooseRegion(asked, call.region);
  const present = s3.buckets.get(name);
  if (present && (present.region !== 'us-east-1' || region !== 'us-east-1'))
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: name },
    );
  if (!present) makeBucket(s3, name, region, input, call);
  // Only the endpoint of us-east-1 answers with a path.
  const Location = region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
  return { Location, BucketArn: arnOf(name) };
};

export const HeadBucket: Op<'HeadBucket'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  return {
    BucketRegion: bucket.region,
    BucketArn: arnOf(bucket.name),
    AccessPointAlias: false,
  };
};

export const DeleteBucket: Op<'DeleteBucket'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  if (bucket.objects.size > 0) {
    const versioned = bucket.versioning !== undefined;
    throw new AwsError(
      'BucketNotEmpty',
      `The bucket you tried to delete is not empty.${versioned ? ' You must delete all versions in the bucket.' : ''}`,
      409,
      { BucketName: bucket.name },
    );
  }
  s3.buckets.delete(bucket.name);
  return {};
};

export const ListBuckets: Op<'ListBuckets'> = (s3, input) => {
  const { BucketRegion, MaxBuckets, Prefix = '' } = input;
  const found = [...s3.buckets.values()]
    .filter(({ name }) => name.startsWith(Prefix))
    .filter(({ region }) => BucketRegion === undefined || region === BucketRegion)
    .sort((a, b) => byBytes(a.name, b.name));
  const page = takePage(found, {
    token: input.ContinuationToken,
    size: MaxBuckets ?? MOST_LISTED,
    idOf: ({ name }) => name,
    compare: byBytes,
    refuse: (token) =>
      invalidArgument('The continuation token provided is incorrect', 'continuation-token', token),
  });
  return {
    Buckets: page.items.map((bucket) => ({
      Name: bucket.name,
      CreationDate: bucket.createdAt,
      BucketArn: arnOf(bucket.name),
      ...((MaxBuckets ?? BucketRegion) !== undefined && { BucketRegion: bucket.region }),
    })),
    Owner: ownerOf(s3.context.accountId),
    Prefix: input.Prefix,
    ContinuationToken: page.next,
  };
};

export const GetBucketLocation: Op<'GetBucketLocation'> = (s3, input) => {
  const { region } = s3.bucket(input.Bucket);
  return { LocationConstraint: region === 'us-east-1' ? undefined : (region as 'eu-west-1') };
};

function arnOf(bucketName: string): string {
  return `arn:aws:s3:::${bucketName}`;
}

function makeBucket(
  s3: S3State,
  name: string,
  region: string,
  input: CreateBucketCommandInput,
  call: Call,
): Bucket {
  const acl = grantsOf(input, s3.context.accountId);
  if (input.ACL !== 'private' && acl) checkFirstAcl(input.ObjectOwnership, acl);
  const tags = checkBucketTags(input.CreateBucketConfiguration?.Tags ?? [], maySetAwsTags(call));
  const bucket = s3.create(name, region, input.ObjectLockEnabledForBucket);
  bucket.settings.acl = acl;
  bucket.settings.tags = tags;
  if (input.ObjectOwnership)
    bucket.settings.ownershipControls = { Rules: [{ ObjectOwnership: input.ObjectOwnership }] };
  return bucket;
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
  if (called === 'us-east-1' && wanted === 'us-east-1')
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
