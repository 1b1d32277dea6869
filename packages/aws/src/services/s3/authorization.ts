import { parseArn } from 'aws-languages/arn';
import type { Access, Asked, Authorization } from '../../core/authorization/authorization';
import { readBucketPolicy } from './access/bucket-policy';
import { currentObject } from './bucket';
import { readCopySource } from './objects/copy-source';
import { readTagging } from './objects/tags';
import type { S3State } from './state';

/**
 * The actions of operations that are checked by other names than their own.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  AbortMultipartUpload: ['AbortMultipartUpload'],
  CompleteMultipartUpload: ['PutObject'],
  CreateMultipartUpload: ['PutObject'],
  DeleteBucketCors: ['PutBucketCORS'],
  DeleteBucketEncryption: ['PutEncryptionConfiguration'],
  DeleteBucketLifecycle: ['PutLifecycleConfiguration'],
  DeleteBucketOwnershipControls: ['PutBucketOwnershipControls'],
  DeleteBucketReplication: ['PutReplicationConfiguration'],
  DeleteBucketTagging: ['PutBucketTagging'],
  DeletePublicAccessBlock: ['PutBucketPublicAccessBlock'],
  GetBucketAccelerateConfiguration: ['GetAccelerateConfiguration'],
  GetBucketCors: ['GetBucketCORS'],
  GetBucketEncryption: ['GetEncryptionConfiguration'],
  GetBucketLifecycleConfiguration: ['GetLifecycleConfiguration'],
  GetBucketNotificationConfiguration: ['GetBucketNotification'],
  GetBucketReplication: ['GetReplicationConfiguration'],
  GetObjectLockConfiguration: ['GetBucketObjectLockConfiguration'],
  GetPublicAccessBlock: ['GetBucketPublicAccessBlock'],
  HeadBucket: ['ListBucket'],
  HeadObject: ['GetObject'],
  ListBucketAnalyticsConfigurations: ['GetAnalyticsConfiguration'],
  ListBucketIntelligentTieringConfigurations: ['GetIntelligentTieringConfiguration'],
  ListBucketInventoryConfigurations: ['GetInventoryConfiguration'],
  ListBucketMetricsConfigurations: ['GetMetricsConfiguration'],
  ListBuckets: ['ListAllMyBuckets'],
  ListMultipartUploads: ['ListBucketMultipartUploads'],
  ListObjects: ['ListBucket'],
  ListObjectsV2: ['ListBucket'],
  ListObjectVersions: ['ListBucketVersions'],
  ListParts: ['ListMultipartUploadParts'],
  PutBucketAccelerateConfiguration: ['PutAccelerateConfiguration'],
  PutBucketCors: ['PutBucketCORS'],
  PutBucketEncryption: ['PutEncryptionConfiguration'],
  PutBucketLifecycleConfiguration: ['PutLifecycleConfiguration'],
  PutBucketNotificationConfiguration: ['PutBucketNotification'],
  PutBucketReplication: ['PutReplicationConfiguration'],
  PutPublicAccessBlock: ['PutBucketPublicAccessBlock'],
  UploadPart: ['PutObject'],
};

/** Actions that have another name where a version is named. */
const OF_VERSIONS: Readonly<Record<string, string>> = {
  GetObject: 'GetObjectVersion',
  HeadObject: 'GetObjectVersion',
  GetObjectAcl: 'GetObjectVersionAcl',
  GetObjectAttributes: 'GetObjectVersionAttributes',
  GetObjectTagging: 'GetObjectVersionTagging',
  PutObjectAcl: 'PutObjectVersionAcl',
  PutObjectTagging: 'PutObjectVersionTagging',
  DeleteObject: 'DeleteObjectVersion',
  DeleteObjectTagging: 'DeleteObjectVersionTagging',
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export const authorization: Authorization<S3State> = {
  actions: ACTIONS,
  names: { BucketName: 'Bucket', ObjectName: 'Key' },
  accesses(_s3, { operation, input }) {
    const { Bucket: bucket, Key: key, VersionId: version } = input as Readonly<Record<string, string>>;
    // Each deletion is judged by itself, and refused by itself.
    if (operation === 'DeleteObjects') return [];
    if (operation === 'CopyObject' || operation === 'UploadPartCopy')
      return [
        readingSource(input),
        onObject('PutObject', bucket, key),
        ...tagging(input),
        ...granting(input),
      ];
    const ofVersion = version === undefined ? undefined : OF_VERSIONS[operation];
    if (ofVersion !== undefined) return [onObject(ofVersion, bucket, key)];
    return undefined;
  },
  further: (_s3, { operation, input }) =>
    operation === 'PutObject' || operation === 'CreateMultipartUpload'
      ? [...tagging(input), ...granting(input)]
      : [],
  context: contextOf,
  resource(s3, arn) {
    const [name = ''] = parseArn(arn)?.resource.split('/') ?? [];
    const bucket = s3.buckets.get(name);
    if (!bucket) return undefined;
    const { policy } = bucket.settings;
    return policy === undefined ? {} : { policy: readBucketPolicy(policy, name) };
  },
};

function onObject(action: string, bucket = '', key = ''): Access {
  return { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}/${key}`, type: 'object' };
}

/** Who tags what he writes must be allowed to. */
function tagging({ Bucket, Key, Tagging }: Asked['input']): Access[] {
  return Tagging === undefined ? [] : [onObject('PutObjectTagging', String(Bucket), String(Key))];
}

/**
 * Who gives what he writes an ACL must be allowed to, be it the one that all objects have where ACLs are disabled.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax: Permissions
 */
function granting({ Bucket, Key, ACL = 'private', ...input }: Asked['input']): Access[] {
  const isGranted =
    ACL !== 'private' ||
    Object.entries(input).some(([member, value]) => member.startsWith('Grant') && value !== undefined);
  return isGranted ? [onObject('PutObjectAcl', String(Bucket), String(Key))] : [];
}

function readingSource({ CopySource }: Asked['input']): Access {
  const { bucket, key, versionId } = readCopySource(CopySource as string | undefined);
  return onObject(versionId === undefined ? 'GetObject' : 'GetObjectVersion', bucket, key);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
function contextOf(s3: S3State, { resource }: Access, { operation, input }: Asked) {
  const [name = '', ...path] = parseArn(resource)?.resource.split('/') ?? [];
  const text = (member: string) => (input[member] === undefined ? undefined : String(input[member]));
  const bucket = s3.buckets.get(name);
  const existing = bucket && path.length > 0 ? currentObject(bucket, path.join('/')) : undefined;
  const requested = typeof input.Tagging === 'string' ? readTagging(input.Tagging) : [];
  const tagsAs = (prefix: string, tags: readonly { readonly Key?: string; readonly Value?: string }[]) =>
    Object.fromEntries(tags.map(({ Key, Value }) => [`${prefix}/${Key}`, Value]));
  return {
    's3:ResourceAccount': bucket && s3.context.accountId,
    ...(/^(PutObject|CompleteMultipartUpload|CopyObject)$/.test(operation) && {
      's3:if-match': text('IfMatch'),
      's3:if-none-match': text('IfNoneMatch'),
    }),
    's3:prefix': text('Prefix'),
    's3:delimiter': text('Delimiter'),
    's3:max-keys': text('MaxKeys'),
    's3:versionid': text('VersionId'),
    's3:x-amz-acl': text('ACL'),
    's3:x-amz-copy-source': text('CopySource'),
    's3:x-amz-storage-class': text('StorageClass'),
    's3:x-amz-server-side-encryption': text('ServerSideEncryption'),
    's3:x-amz-server-side-encryption-aws-kms-key-id': text('SSEKMSKeyId'),
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:TlsVersion': '1.3',
    ...tagsAs('s3:RequestObjectTag', requested),
    ...tagsAs('s3:ExistingObjectTag', existing?.tags ?? []),
  };
}
