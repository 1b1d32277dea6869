import type { Call, OperationsOf } from '../../../core/service';
import { privateGrants, readAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import type { Buckets } from '../buckets';

type Client = typeof import('@aws-sdk/client-s3');

/** The operations on access control lists. */
export function aclOperations(buckets: Buckets) {
  const { accountId } = buckets.account;
  const view = (grants = privateGrants(accountId)) => ({ Owner: ownerOf(accountId), Grants: grants });
  return {
    PutBucketAcl(input) {
      const bucket = buckets.bucket(input.Bucket);
      bucket.configurations.acl = readAcl(bucket, input, accountId) ?? bucket.configurations.acl;
      return {};
    },
    GetBucketAcl: (input) => view(buckets.bucket(input.Bucket).configurations.acl),

    PutObjectAcl(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      const version = buckets.object(bucket, input.Key ?? '', input.VersionId);
      version.acl = readAcl(bucket, input, accountId) ?? version.acl;
      const etag = version.etag.replaceAll('"', '');
      const object = { key: version.key, etag, ...buckets.eventVersion(bucket, version) };
      buckets.announce(bucket, 'Object ACL Updated', call, { object });
      buckets.notify(bucket, 'ObjectAcl:Put', object, call);
      return {};
    },
    GetObjectAcl: (input) =>
      view(buckets.object(buckets.bucket(input.Bucket), input.Key ?? '', input.VersionId).acl),
  } satisfies OperationsOf<Client>;
}
