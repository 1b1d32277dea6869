import { privateGrants, readAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import { announceChange } from '../notifications/announcements';
import type { Op, S3State } from '../state';

export const PutBucketAcl: Op<'PutBucketAcl'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const { settings } = bucket;
  settings.acl = readAcl(bucket, input, s3.context.accountId) ?? settings.acl;
  return {};
};

export const GetBucketAcl: Op<'GetBucketAcl'> = (s3, input) =>
  describeAcl(s3, s3.bucket(input.Bucket).settings.acl);

export const PutObjectAcl: Op<'PutObjectAcl'> = (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId, 'PUT');
  version.acl = readAcl(bucket, input, s3.context.accountId) ?? version.acl;
  announceChange(s3, bucket, version, { detailType: 'Object ACL Updated', name: 'ObjectAcl:Put' }, call);
  return {};
};

export const GetObjectAcl: Op<'GetObjectAcl'> = (s3, input) =>
  describeAcl(s3, s3.object(s3.bucket(input.Bucket), input.Key ?? '', input.VersionId).acl);

function describeAcl({ context: { accountId } }: S3State, grants = privateGrants(accountId)) {
  return { Owner: ownerOf(accountId), Grants: grants };
}
