import type { WireRequest } from '../../../core/service';
import type { Address } from './address';

/** Operation by method, then by the query field that names the subresource; `''` stands for none. */
type Routes = Readonly<Record<string, Readonly<Record<string, string>>>>;

const bucketRoutes: Routes = {
  GET: {
    'list-type': 'ListObjectsV2',
    versions: 'ListObjectVersions',
    uploads: 'ListMultipartUploads',
    location: 'GetBucketLocation',
    versioning: 'GetBucketVersioning',
    policy: 'GetBucketPolicy',
    policyStatus: 'GetBucketPolicyStatus',
    encryption: 'GetBucketEncryption',
    publicAccessBlock: 'GetPublicAccessBlock',
    ownershipControls: 'GetBucketOwnershipControls',
    notification: 'GetBucketNotificationConfiguration',
    lifecycle: 'GetBucketLifecycleConfiguration',
    tagging: 'GetBucketTagging',
    cors: 'GetBucketCors',
    website: 'GetBucketWebsite',
    logging: 'GetBucketLogging',
    replication: 'GetBucketReplication',
    accelerate: 'GetBucketAccelerateConfiguration',
    requestPayment: 'GetBucketRequestPayment',
    acl: 'GetBucketAcl',
    'object-lock': 'GetObjectLockConfiguration',
    analytics: 'ListBucketAnalyticsConfigurations',
    inventory: 'ListBucketInventoryConfigurations',
    metrics: 'ListBucketMetricsConfigurations',
    'intelligent-tiering': 'ListBucketIntelligentTieringConfigurations',
    '': 'ListObjects',
  },
  HEAD: { '': 'HeadBucket' },
  PUT: {
    versioning: 'PutBucketVersioning',
    policy: 'PutBucketPolicy',
    encryption: 'PutBucketEncryption',
    publicAccessBlock: 'PutPublicAccessBlock',
    ownershipControls: 'PutBucketOwnershipControls',
    notification: 'PutBucketNotificationConfiguration',
    lifecycle: 'PutBucketLifecycleConfiguration',
    tagging: 'PutBucketTagging',
    cors: 'PutBucketCors',
    website: 'PutBucketWebsite',
    logging: 'PutBucketLogging',
    replication: 'PutBucketReplication',
    accelerate: 'PutBucketAccelerateConfiguration',
    requestPayment: 'PutBucketRequestPayment',
    acl: 'PutBucketAcl',
    'object-lock': 'PutObjectLockConfiguration',
    '': 'CreateBucket',
  },
  POST: { delete: 'DeleteObjects' },
  DELETE: {
    policy: 'DeleteBucketPolicy',
    encryption: 'DeleteBucketEncryption',
    publicAccessBlock: 'DeletePublicAccessBlock',
    ownershipControls: 'DeleteBucketOwnershipControls',
    lifecycle: 'DeleteBucketLifecycle',
    tagging: 'DeleteBucketTagging',
    cors: 'DeleteBucketCors',
    website: 'DeleteBucketWebsite',
    replication: 'DeleteBucketReplication',
    '': 'DeleteBucket',
  },
};

const objectRoutes: Routes = {
  GET: {
    uploadId: 'ListParts',
    tagging: 'GetObjectTagging',
    acl: 'GetObjectAcl',
    attributes: 'GetObjectAttributes',
    'legal-hold': 'GetObjectLegalHold',
    retention: 'GetObjectRetention',
    torrent: 'GetObjectTorrent',
    '': 'GetObject',
  },
  HEAD: { '': 'HeadObject' },
  PUT: {
    partNumber: 'UploadPart',
    tagging: 'PutObjectTagging',
    acl: 'PutObjectAcl',
    'legal-hold': 'PutObjectLegalHold',
    retention: 'PutObjectRetention',
    '': 'PutObject',
  },
  POST: {
    uploads: 'CreateMultipartUpload',
    uploadId: 'CompleteMultipartUpload',
    restore: 'RestoreObject',
    select: 'SelectObjectContent',
  },
  DELETE: { uploadId: 'AbortMultipartUpload', tagging: 'DeleteObjectTagging', '': 'DeleteObject' },
};

/** The name of the S3 operation that a request means; undefined when there is none. */
export function nameOperation(
  request: Pick<WireRequest, 'method' | 'query' | 'headers'>,
  address: Address,
): string | undefined {
  if (!address.bucket) return request.method === 'GET' ? 'ListBuckets' : undefined;
  const routes = (address.key === undefined ? bucketRoutes : objectRoutes)[request.method];
  if (!routes) return undefined;
  const subresource = Object.keys(routes).find((key) => key !== '' && request.query.has(key)) ?? '';
  const name = routes[subresource];
  if (request.headers['x-amz-copy-source'] === undefined) return name;
  return name === 'UploadPart' ? 'UploadPartCopy' : name === 'PutObject' ? 'CopyObject' : name;
}
