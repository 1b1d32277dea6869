import { GetBucketTaggingCommand, PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

async function newBucket() {
  const aws = region.api('s3');
  buckets += 1;
  const Bucket = `settings-${buckets}`;
  await aws.CreateBucket({ Bucket });
  return { aws, Bucket };
}

/** As what a bucket does not have is refused. */
const missing = (code: string, BucketName: string) => ({ code, status: 404, details: { BucketName } });

test('versioning is off, on, or suspended', async () => {
  const { aws, Bucket } = await newBucket();
  expect((await aws.GetBucketVersioning({ Bucket })).Status).toBeUndefined();
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } });
  expect((await aws.GetBucketVersioning({ Bucket })).Status).toBe('Suspended');
  await expect(aws.PutBucketVersioning({ Bucket, VersioningConfiguration: {} })).rejects.toMatchObject({
    code: 'MalformedXML',
  });
});

test('a policy is kept as it is written, and public or not by AWS’s rule', async () => {
  const { aws, Bucket } = await newBucket();
  await expect(aws.GetBucketPolicy({ Bucket })).rejects.toMatchObject(missing('NoSuchBucketPolicy', Bucket));
  await aws.DeletePublicAccessBlock({ Bucket });
  await expect(aws.GetPublicAccessBlock({ Bucket })).rejects.toMatchObject(
    missing('NoSuchPublicAccessBlockConfiguration', Bucket),
  );
  const policyOf = (Condition?: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Sid: 'read it',
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${Bucket}/*`,
        Condition,
      },
    });
  const isPublic = async () => (await aws.GetBucketPolicyStatus({ Bucket })).PolicyStatus?.IsPublic;
  await aws.PutBucketPolicy({ Bucket, Policy: policyOf() });
  expect((await aws.GetBucketPolicy({ Bucket })).Policy).toBe(policyOf());
  expect(await isPublic()).toBe(true);
  await aws.PutBucketPolicy({ Bucket, Policy: policyOf({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }) });
  expect(await isPublic()).toBe(false);
  await aws.DeleteBucketPolicy({ Bucket });
  await expect(aws.GetBucketPolicyStatus({ Bucket })).rejects.toMatchObject({ code: 'NoSuchBucketPolicy' });
});

const statement = {
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::BUCKET/*',
};
test.each<[string, string | object, string]>([
  ['no JSON', '{', "Policies must be valid JSON and the first byte must be '{'"],
  ['null', 'null', 'Invalid policy syntax.'],
  ['no statement', {}, 'Missing required field Statement'],
  ['no principal', { Statement: { ...statement, Principal: undefined } }, 'Missing required field Principal'],
  [
    'another bucket',
    { Statement: { ...statement, Resource: 'arn:aws:s3:::o/*' } },
    'Policy has invalid resource',
  ],
  [
    'an unknown condition',
    { Statement: { ...statement, Condition: { Like: { a: 'b' } } } },
    'Invalid Condition type : Like',
  ],
  [
    'an action of another service',
    { Statement: { ...statement, Action: 'ec2:RunInstances' } },
    'Policy has invalid action',
  ],
  [
    'an action that is none',
    { Statement: { ...statement, Action: 's3:FetchObject' } },
    'Policy has invalid action',
  ],
  [
    'an action on objects for the bucket',
    { Statement: { ...statement, Resource: 'arn:aws:s3:::BUCKET' } },
    'Action does not apply to any resource(s) in statement',
  ],
  [
    'an action on the bucket for objects',
    { Statement: { ...statement, Action: ['s3:GetObject', 's3:ListBucket'] } },
    'Action does not apply to any resource(s) in statement',
  ],
  [
    'a condition key that S3 does not have',
    { Statement: { ...statement, Condition: { StringEquals: { 's3:x-acl': 'private' } } } },
    'Policy has an invalid condition key',
  ],
  [
    'a condition key of another service',
    { Statement: { ...statement, Condition: { StringEquals: { 'ec2:Region': 'us-east-1' } } } },
    'Policy has an invalid condition key',
  ],
  [
    'a condition key of lists for an object',
    { Statement: { ...statement, Condition: { StringEquals: { 's3:prefix': 'a/' } } } },
    'Conditions do not apply to combination of actions and resources in statement',
  ],
  [
    'a condition key that one of the actions does not have',
    {
      Statement: {
        ...statement,
        Action: ['s3:GetObject', 's3:PutObject'],
        Condition: { StringEquals: { 's3:x-amz-acl': 'private' } },
      },
    },
    'Conditions do not apply to combination of actions and resources in statement',
  ],
  ['an unknown field', { Statement: { ...statement, Resources: '*' } }, 'Unknown field Resources'],
  ['an effect that is none', { Statement: { ...statement, Effect: 'Permit' } }, 'Invalid effect: Permit'],
])('a policy with %s is malformed', async (_what, policy, message) => {
  const { aws, Bucket } = await newBucket();
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  const Policy = text.replaceAll('BUCKET', Bucket);
  await expect(aws.PutBucketPolicy({ Bucket, Policy })).rejects.toMatchObject({
    code: 'MalformedPolicy',
    message,
  });
});

test.each([
  ['all actions on the bucket', { Action: 's3:*', Resource: 'arn:aws:s3:::BUCKET' }],
  ['all actions of all services', { Action: '*', Resource: 'arn:aws:s3:::BUCKET/*' }],
  ['an action in another case', { Action: 'S3:getobject' }],
  ['objects by the wildcard of their bucket', { Resource: 'arn:aws:s3:::BUCKET*' }],
  ['a global key that there is not', { Condition: { StringEquals: { 'aws:Nothing': 'a' } } }],
  ['a key of S3 in another case', { Condition: { NumericGreaterThan: { 'S3:tlsversion': '1.1' } } }],
  ['a key of a tag', { Condition: { StringEquals: { 's3:ExistingObjectTag/stage': 'prod' } } }],
  [
    'a key that some of all actions have',
    { Action: 's3:*', Condition: { StringEquals: { 's3:x-amz-acl': 'private' } } },
  ],
  ['all actions but some', { Action: undefined, NotAction: 's3:ListBucket' }],
])('a policy with %s is taken', async (_what, more) => {
  const { aws, Bucket } = await newBucket();
  const Principal = { AWS: '000000000000' };
  const text = JSON.stringify({ Statement: { ...statement, Principal, ...more } });
  expect(await aws.PutBucketPolicy({ Bucket, Policy: text.replaceAll('BUCKET', Bucket) })).toEqual({});
});

test('who owns the objects may be said, and not', async () => {
  const { aws, Bucket } = await newBucket();
  const { OwnershipControls } = await aws.GetBucketOwnershipControls({ Bucket });
  expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  const controls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
  await aws.PutBucketOwnershipControls({ Bucket, OwnershipControls: controls });
  expect((await aws.GetBucketOwnershipControls({ Bucket })).OwnershipControls).toEqual(controls);
  await aws.DeleteBucketOwnershipControls({ Bucket });
  await expect(aws.GetBucketOwnershipControls({ Bucket })).rejects.toMatchObject(
    missing('OwnershipControlsNotFoundError', Bucket),
  );
});

test('encryption is S3’s own unless it is another', async () => {
  const { aws, Bucket } = await newBucket();
  const algorithm = async () =>
    (await aws.GetBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules?.[0]
      ?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }];
  await aws.PutBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
  expect(await algorithm()).toBe('aws:kms');
  await aws.DeleteBucketEncryption({ Bucket });
  expect(await algorithm()).toBe('AES256');
});

test('rules of a life cycle get an id', async () => {
  const { aws, Bucket } = await newBucket();
  const none = missing('NoSuchLifecycleConfiguration', Bucket);
  await expect(aws.GetBucketLifecycleConfiguration({ Bucket })).rejects.toMatchObject(none);
  const rule = { Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } };
  await aws.PutBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules: [rule] } });
  expect((await aws.GetBucketLifecycleConfiguration({ Bucket })).Rules).toEqual([{ ...rule, ID: 'rule-1' }]);
  await aws.DeleteBucketLifecycle({ Bucket });
  await expect(aws.GetBucketLifecycleConfiguration({ Bucket })).rejects.toMatchObject(none);
});

test('a replication is kept', async () => {
  const { aws, Bucket } = await newBucket();
  const none = missing('ReplicationConfigurationNotFoundError', Bucket);
  await expect(aws.GetBucketReplication({ Bucket })).rejects.toMatchObject(none);
  const ReplicationConfiguration = {
    Role: 'arn:aws:iam::000000000000:role/r',
    Rules: [{ Status: 'Enabled' as const, Destination: { Bucket: 'arn:aws:s3:::other' } }],
  };
  await aws.PutBucketReplication({ Bucket, ReplicationConfiguration });
  expect((await aws.GetBucketReplication({ Bucket })).ReplicationConfiguration).toEqual(
    ReplicationConfiguration,
  );
  await aws.DeleteBucketReplication({ Bucket });
  await expect(aws.GetBucketReplication({ Bucket })).rejects.toMatchObject(none);
});

test('logging, acceleration and who pays are kept', async () => {
  const { aws, Bucket } = await newBucket();
  expect((await aws.GetBucketLogging({ Bucket })).LoggingEnabled).toBeUndefined();
  const LoggingEnabled = { TargetBucket: 'logs', TargetPrefix: 'site/' };
  await aws.PutBucketLogging({ Bucket, BucketLoggingStatus: { LoggingEnabled } });
  expect((await aws.GetBucketLogging({ Bucket })).LoggingEnabled).toEqual(LoggingEnabled);
  await aws.PutBucketAccelerateConfiguration({ Bucket, AccelerateConfiguration: { Status: 'Enabled' } });
  expect((await aws.GetBucketAccelerateConfiguration({ Bucket })).Status).toBe('Enabled');
  expect((await aws.GetBucketRequestPayment({ Bucket })).Payer).toBe('BucketOwner');
  await aws.PutBucketRequestPayment({ Bucket, RequestPaymentConfiguration: { Payer: 'Requester' } });
  expect((await aws.GetBucketRequestPayment({ Bucket })).Payer).toBe('Requester');
});

test('websites and CORS rules are kept, and are not there before', async () => {
  const { aws, Bucket } = await newBucket();
  const noSite = missing('NoSuchWebsiteConfiguration', Bucket);
  const noRules = missing('NoSuchCORSConfiguration', Bucket);
  await expect(aws.GetBucketWebsite({ Bucket })).rejects.toMatchObject(noSite);
  await expect(aws.GetBucketCors({ Bucket })).rejects.toMatchObject(noRules);
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } };
  await aws.PutBucketWebsite({ Bucket, WebsiteConfiguration });
  expect(await aws.GetBucketWebsite({ Bucket })).toEqual(WebsiteConfiguration);
  const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }];
  await aws.PutBucketCors({ Bucket, CORSConfiguration: { CORSRules } });
  expect((await aws.GetBucketCors({ Bucket })).CORSRules).toEqual(CORSRules);
  await aws.DeleteBucketWebsite({ Bucket });
  await aws.DeleteBucketCors({ Bucket });
  await expect(aws.GetBucketWebsite({ Bucket })).rejects.toMatchObject(noSite);
  await expect(aws.GetBucketCors({ Bucket })).rejects.toMatchObject(noRules);
});

test('a bucket that was made without Object Lock has none', async () => {
  const { aws, Bucket } = await newBucket();
  await expect(aws.GetObjectLockConfiguration({ Bucket })).rejects.toMatchObject(
    missing('ObjectLockConfigurationNotFoundError', Bucket),
  );
});

test('a bucket with Object Lock says so, and stays versioned', async () => {
  const aws = region.api('s3');
  const Bucket = 'lockable';
  await aws.CreateBucket({ Bucket, ObjectLockEnabledForBucket: true });
  expect(await aws.GetObjectLockConfiguration({ Bucket })).toEqual({
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
  });
  const suspended = aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } });
  await expect(suspended).rejects.toMatchObject({ code: 'InvalidBucketState', status: 409 });
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  expect((await aws.GetBucketVersioning({ Bucket })).Status).toBe('Enabled');
});

test('an object is never taken for locked', async () => {
  const { aws, Bucket } = await newBucket();
  const lock = { Key: 'k', ObjectLockLegalHoldStatus: 'ON' } as const;
  await expect(aws.PutObject({ Bucket, ...lock })).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: 'Bucket is missing Object Lock Configuration',
  });
  await aws.CreateBucket({ Bucket: 'locking', ObjectLockEnabledForBucket: true });
  const refused = { code: 'NotImplemented', status: 501, message: expect.stringContaining('does not lock') };
  await expect(aws.PutObject({ Bucket: 'locking', ...lock })).rejects.toMatchObject(refused);
  await expect(aws.CreateMultipartUpload({ Bucket: 'locking', ...lock })).rejects.toMatchObject(refused);
  await aws.PutObject({ Bucket: 'locking', Key: 'k' });
  const copy = aws.CopyObject({ Bucket: 'locking', CopySource: 'locking/k', ...lock, Key: 'copy' });
  await expect(copy).rejects.toMatchObject(refused);
});

test('setting the tags of a bucket has an answer without content', async () => {
  const { aws, Bucket } = await newBucket();
  const client = new S3Client(region.aws.client);
  const TagSet = [{ Key: 'team', Value: 'web' }];
  const { $metadata } = await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  expect($metadata.httpStatusCode).toBe(204);
  expect((await aws.GetBucketTagging({ Bucket })).TagSet).toEqual(TagSet);
  await aws.DeleteBucketTagging({ Bucket });
  await expect(client.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NoSuchTagSet',
    BucketName: Bucket,
  });
  client.destroy();
});

test.each([
  ['one key twice', ['a', 'a'], 'Cannot provide multiple Tags with the same key'],
  ['a key of AWS’s own', ['aws:x'], 'System tags cannot be added/updated by requester'],
  ['a character that keys may not have', ['a{'], 'The TagKey you have provided is invalid'],
])('a bucket is not tagged with %s', async (_what, keys, message) => {
  const { aws, Bucket } = await newBucket();
  const TagSet = keys.map((Key) => ({ Key, Value: '' }));
  await expect(aws.PutBucketTagging({ Bucket, Tagging: { TagSet } })).rejects.toMatchObject({
    code: 'InvalidTag',
    message,
  });
});

test('buckets are listed page by page, whatever is deleted meanwhile', async () => {
  const aws = region.api('s3');
  for (const name of ['a', 'b', 'c', 'd']) await aws.CreateBucket({ Bucket: `paged-${name}` });
  const first = await aws.ListBuckets({ Prefix: 'paged-', MaxBuckets: 2 });
  await aws.DeleteBucket({ Bucket: 'paged-a' });
  await aws.DeleteBucket({ Bucket: 'paged-b' });
  const { ContinuationToken } = first;
  const second = await aws.ListBuckets({ Prefix: 'paged-', MaxBuckets: 2, ContinuationToken });
  expect([...(first.Buckets ?? []), ...(second.Buckets ?? [])].map(({ Name }) => Name)).toEqual([
    'paged-a',
    'paged-b',
    'paged-c',
    'paged-d',
  ]);
  expect(second.ContinuationToken).toBeUndefined();
  await expect(aws.ListBuckets({ ContinuationToken: 'x' })).rejects.toMatchObject({
    code: 'InvalidArgument',
  });
});

test('no bucket has configurations of inventories, analytics, metrics or tiers', async () => {
  const { aws, Bucket } = await newBucket();
  const none = { IsTruncated: false };
  expect(await aws.ListBucketInventoryConfigurations({ Bucket })).toEqual(none);
  expect(await aws.ListBucketAnalyticsConfigurations({ Bucket })).toEqual(none);
  expect(await aws.ListBucketMetricsConfigurations({ Bucket })).toEqual(none);
  expect(await aws.ListBucketIntelligentTieringConfigurations({ Bucket })).toEqual(none);
  await expect(aws.ListBucketInventoryConfigurations({ Bucket: 'nowhere' })).rejects.toMatchObject({
    code: 'NoSuchBucket',
  });
});
