import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Call } from '../../../core/service';
import { rootCall } from '../../../testing/api';
import { type NewRegion, newRegion } from '../../../testing/region';
import { authorize, type Target } from './authorize';

let region: NewRegion;
let s3: S3Client;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
  s3 = new S3Client(region.aws.client);
});

afterAll(() => region.aws.stop());

/** A new bucket, by its name. */
async function newBucket(more: Partial<CreateBucketCommandInput> = {}): Promise<string> {
  buckets += 1;
  const Bucket = `test-bucket-${buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket, ...more }));
  return Bucket;
}

async function openBucket(): Promise<string> {
  const Bucket = await newBucket({ ObjectOwnership: 'ObjectWriter' });
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }));
  return Bucket;
}

const put = (Bucket: string, Key: string, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
const anonymously = (path: string) => fetch(`${region.aws.endpoint}/${path}`);

test('A bucket is spoken to in its own region only, and says which that is', async () => {
  const Bucket = 'far-away';
  const here = new S3Client({ ...region.aws.client, region: 'eu-west-1' });
  await here.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
    name: 'PermanentRedirect',
    Endpoint: 'far-away.s3.eu-west-1.amazonaws.com',
    $metadata: { httpStatusCode: 301 },
    $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
  });
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));
  expect(LocationConstraint).toBe('eu-west-1');
  const follower = new S3Client({ ...region.aws.client, followRegionRedirects: true });
  expect((await follower.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-west-1');
  here.destroy();
  follower.destroy();
});

test('A delete marker shows itself in the headers of the refusal', async () => {
  const Bucket = await newBucket();
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await put(Bucket, 'k');
  const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': VersionId };
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
    $response: { headers },
  });
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }))).rejects.toMatchObject({
    name: 'MethodNotAllowed',
    $response: { headers: { ...headers, allow: 'DELETE' } },
  });
});

test('A new bucket takes no ACLs but the one that changes nothing', async () => {
  const Bucket = await newBucket();
  const refused = { name: 'AccessControlListNotSupported', message: 'The bucket does not allow ACLs' };
  await expect(put(Bucket, 'k', { ACL: 'public-read' })).rejects.toMatchObject(refused);
  await expect(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))).rejects.toMatchObject(refused);
  await put(Bucket, 'k', { ACL: 'bucket-owner-full-control' });
  await expect(s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'private' }))).rejects.toMatchObject(
    refused,
  );
  const { Grants } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'k' }));
  expect(Grants).toHaveLength(1);
  await expect(newBucket({ ACL: 'public-read' })).rejects.toMatchObject({
    name: 'InvalidBucketAclWithObjectOwnership',
  });
});

test('Public ACLs are refused while they are blocked', async () => {
  const Bucket = await newBucket({ ObjectOwnership: 'BucketOwnerPreferred' });
  await expect(put(Bucket, 'k', { ACL: 'public-read' })).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(newBucket({ ObjectOwnership: 'ObjectWriter', ACL: 'public-read' })).rejects.toMatchObject({
    name: 'InvalidBucketAclWithBlockPublicAccessError',
  });
});

test('An ACL opens an object to everybody until ACLs are off again', async () => {
  const Bucket = await openBucket();
  await put(Bucket, 'open', { ACL: 'public-read' });
  await put(Bucket, 'closed');
  expect((await anonymously(`${Bucket}/open`)).status).toBe(200);
  expect((await anonymously(`${Bucket}/closed`)).status).toBe(403);
  const { Grants } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'open' }));
  expect(Grants?.map(({ Permission, Grantee }) => [Permission, Grantee?.Type])).toEqual([
    ['FULL_CONTROL', 'CanonicalUser'],
    ['READ', 'Group'],
  ]);
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    }),
  );
  expect((await anonymously(`${Bucket}/open`)).status).toBe(403);
});

test('A bucket whose ACL lets everybody read it is listed by everybody', async () => {
  const Bucket = await openBucket();
  await put(Bucket, 'k');
  expect((await anonymously(`${Bucket}?list-type=2`)).status).toBe(403);
  const uri = 'http://acs.amazonaws.com/groups/global/AllUsers';
  await s3.send(new PutBucketAclCommand({ Bucket, GrantRead: `uri="${uri}"` }));
  const { Grants } = await s3.send(new GetBucketAclCommand({ Bucket }));
  expect(Grants).toEqual([{ Grantee: { Type: 'Group', URI: uri }, Permission: 'READ' }]);
  expect(await (await anonymously(`${Bucket}?list-type=2`)).text()).toContain('<Key>k</Key>');
});

test('Who may not list a bucket is not told which objects are missing', async () => {
  const Bucket = await openBucket();
  const allow = (Action: string, Resource: string) => ({ Effect: 'Allow', Principal: '*', Action, Resource });
  const objects = allow('s3:GetObject', `arn:aws:s3:::${Bucket}/*`);
  const policyOf = (Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf([objects]) }));
  expect((await anonymously(`${Bucket}/missing`)).status).toBe(403);
  const list = allow('s3:ListBucket', `arn:aws:s3:::${Bucket}`);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf([objects, list]) }));
  expect((await anonymously(`${Bucket}/missing`)).status).toBe(404);
});

test('A storage class and an encryption that S3 does not have are refused', async () => {
  const Bucket = await newBucket();
  await expect(put(Bucket, 'k', { StorageClass: 'CHEAP' })).rejects.toMatchObject({
    name: 'InvalidStorageClass',
  });
  await expect(put(Bucket, 'k', { ServerSideEncryption: 'rot13' })).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: 'The encryption method specified is not supported',
  });
});

test('A bucket of another account than the expected one is not touched', async () => {
  const Bucket = await newBucket();
  const head = (ExpectedBucketOwner: string) =>
    s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }));
  await expect(head('111111111111')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(head('000000000000')).resolves.toMatchObject({ BucketRegion: 'us-east-1' });
});

test('An object is deleted only as what it was taken for', async () => {
  const Bucket = await newBucket();
  const { ETag } = await put(Bucket, 'k');
  const remove = (IfMatch?: string) => s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch }));
  await expect(remove('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await remove(ETag);
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});

test('A policy opens to everybody what its conditions let through', async () => {
  const Bucket = await openBucket();
  await put(Bucket, 'k');
  const allow = (Condition: object) =>
    s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: '*',
              Action: 's3:Get*',
              Resource: `arn:aws:s3:::${Bucket}/*`,
              Condition,
            },
          ],
        }),
      }),
    );
  const ask = async (referer: string) => {
    const answer = await fetch(`${region.aws.endpoint}/${Bucket}/k`, { headers: { referer } });
    return answer.status;
  };
  await allow({ StringLike: { 'aws:Referer': 'https://example.org/*' } });
  expect(await ask('https://example.org/page')).toBe(200);
  expect(await ask('https://other.test/')).toBe(403);
  await allow({ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } });
  expect(await ask('https://example.org/page')).toBe(403);
});

test('Permission is asked for by the name of an operation and its input', async () => {
  const Bucket = await openBucket();
  await put(Bucket, 'open', { ACL: 'public-read' });
  const owner = rootCall();
  const anybody = { ...owner, principal: { ...owner.principal, accessKeyId: '' } };
  const state = region.state('s3');
  const ask = (operation: string, input: Target, call: Call) => () =>
    authorize(state, operation, input, call);
  expect(ask('GetObject', { Bucket, Key: 'open' }, anybody)).not.toThrow();
  expect(ask('PutObject', { Bucket, Key: 'open' }, owner)).not.toThrow();
  const denied = expect.objectContaining({ code: 'AccessDenied', status: 403 });
  expect(ask('PutObject', { Bucket, Key: 'open' }, anybody)).toThrow(denied);
  expect(ask('ListObjectsV2', { Bucket }, anybody)).toThrow(denied);
  expect(ask('HeadBucket', { Bucket, ExpectedBucketOwner: '111111111111' }, owner)).toThrow(denied);
});
