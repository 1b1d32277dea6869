import type { WireRequest } from '../../../core/service';
import type { Address } from './address';

/** An operation, and the fields that its query must have; the first of them is the subresource that it is about. */
type Route = readonly [name: string, ...fields: string[]];
/** By method. The first route that fits is meant, so that those with more fields stand first. */
type Routes = Readonly<Record<string, readonly Route[]>>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
const BUCKET_ROUTES: Routes = {
  GET: [
    ['ListObjectsV2', 'list-type'],
    ['ListObjectVersions', 'versions'],
    ['ListMultipartUploads', 'uploads'],
    ['GetBucketLocation', 'location'],
    ['GetBucketVersioning', 'versioning'],
    ['GetBucketPolicy', 'policy'],
    ['GetBucketPolicyStatus', 'policyStatus'],
    ['GetBucketEncryption', 'encryption'],
    ['GetPublicAccessBlock', 'publicAccessBlock'],
    ['GetBucketOwnershipControls', 'ownershipControls'],
    ['GetBucketNotificationConfiguration', 'notification'],
    ['GetBucketLifecycleConfiguration', 'lifecycle'],
    ['GetBucketTagging', 'tagging'],
    ['GetBucketCors', 'cors'],
    ['GetBucketWebsite', 'website'],
    ['GetBucketLogging', 'logging'],
    ['GetBucketReplication', 'replication'],
    ['GetBucketAccelerateConfiguration', 'accelerate'],
    ['GetBucketRequestPayment', 'requestPayment'],
    ['GetBucketAcl', 'acl'],
    ['GetBucketAbac', 'abac'],
    ['GetObjectLockConfiguration', 'object-lock'],
    ['GetBucketAnalyticsConfiguration', 'analytics', 'id'],
    ['ListBucketAnalyticsConfigurations', 'analytics'],
    ['GetBucketInventoryConfiguration', 'inventory', 'id'],
    ['ListBucketInventoryConfigurations', 'inventory'],
    ['GetBucketMetricsConfiguration', 'metrics', 'id'],
    ['ListBucketMetricsConfigurations', 'metrics'],
    ['GetBucketIntelligentTieringConfiguration', 'intelligent-tiering', 'id'],
    ['ListBucketIntelligentTieringConfigurations', 'intelligent-tiering'],
    ['GetBucketMetadataConfiguration', 'metadataConfiguration'],
    ['GetBucketMetadataTableConfiguration', 'metadataTable'],
    ['CreateSession', 'session'],
    ['ListObjects'],
  ],
  HEAD: [['HeadBucket']],
  PUT: [
    ['PutBucketVersioning', 'versioning'],
    ['PutBucketPolicy', 'policy'],
    ['PutBucketEncryption', 'encryption'],
    ['PutPublicAccessBlock', 'publicAccessBlock'],
    ['PutBucketOwnershipControls', 'ownershipControls'],
    ['PutBucketNotificationConfiguration', 'notification'],
    ['PutBucketLifecycleConfiguration', 'lifecycle'],
    ['PutBucketTagging', 'tagging'],
    ['PutBucketCors', 'cors'],
    ['PutBucketWebsite', 'website'],
    ['PutBucketLogging', 'logging'],
    ['PutBucketReplication', 'replication'],
    ['PutBucketAccelerateConfiguration', 'accelerate'],
    ['PutBucketRequestPayment', 'requestPayment'],
    ['PutBucketAcl', 'acl'],
    ['PutBucketAbac', 'abac'],
    ['PutObjectLockConfiguration', 'object-lock'],
    ['PutBucketAnalyticsConfiguration', 'analytics'],
    ['PutBucketInventoryConfiguration', 'inventory'],
    ['PutBucketMetricsConfiguration', 'metrics'],
    ['PutBucketIntelligentTieringConfiguration', 'intelligent-tiering'],
    ['UpdateBucketMetadataAnnotationTableConfiguration', 'metadataAnnotationTable'],
    ['UpdateBucketMetadataInventoryTableConfiguration', 'metadataInventoryTable'],
    ['UpdateBucketMetadataJournalTableConfiguration', 'metadataJournalTable'],
    ['CreateBucket'],
  ],
  POST: [
    ['DeleteObjects', 'delete'],
    ['CreateBucketMetadataConfiguration', 'metadataConfiguration'],
    ['CreateBucketMetadataTableConfiguration', 'metadataTable'],
  ],
  DELETE: [
    ['DeleteBucketPolicy', 'policy'],
    ['DeleteBucketEncryption', 'encryption'],
    ['DeletePublicAccessBlock', 'publicAccessBlock'],
    ['DeleteBucketOwnershipControls', 'ownershipControls'],
    ['DeleteBucketLifecycle', 'lifecycle'],
    ['DeleteBucketTagging', 'tagging'],
    ['DeleteBucketCors', 'cors'],
    ['DeleteBucketWebsite', 'website'],
    ['DeleteBucketReplication', 'replication'],
    ['DeleteBucketAnalyticsConfiguration', 'analytics'],
    ['DeleteBucketInventoryConfiguration', 'inventory'],
    ['DeleteBucketMetricsConfiguration', 'metrics'],
    ['DeleteBucketIntelligentTieringConfiguration', 'intelligent-tiering'],
    ['DeleteBucketMetadataConfiguration', 'metadataConfiguration'],
    ['DeleteBucketMetadataTableConfiguration', 'metadataTable'],
    ['DeleteBucket'],
  ],
};

const OBJECT_ROUTES: Routes = {
  GET: [
    ['ListParts', 'uploadId'],
    ['GetObjectTagging', 'tagging'],
    ['GetObjectAcl', 'acl'],
    ['GetObjectAttributes', 'attributes'],
    ['GetObjectAnnotation', 'annotation', 'annotationName'],
    ['ListObjectAnnotations', 'annotation'],
    ['GetObjectLegalHold', 'legal-hold'],
    ['GetObjectRetention', 'retention'],
    ['GetObjectTorrent', 'torrent'],
    ['GetObject'],
  ],
  HEAD: [['HeadObject']],
  PUT: [
    ['UploadPart', 'uploadId', 'partNumber'],
    ['PutObjectTagging', 'tagging'],
    ['PutObjectAcl', 'acl'],
    ['PutObjectAnnotation', 'annotation'],
    ['PutObjectLegalHold', 'legal-hold'],
    ['PutObjectRetention', 'retention'],
    ['RenameObject', 'renameObject'],
    ['UpdateObjectEncryption', 'encryption'],
    ['PutObject'],
  ],
  POST: [
    ['CreateMultipartUpload', 'uploads'],
    ['CompleteMultipartUpload', 'uploadId'],
    ['RestoreObject', 'restore'],
    ['SelectObjectContent', 'select'],
  ],
  DELETE: [
    ['AbortMultipartUpload', 'uploadId'],
    ['DeleteObjectTagging', 'tagging'],
    ['DeleteObjectAnnotation', 'annotation'],
    ['DeleteObject'],
  ],
};

/** What the operations on an object are called when they copy another one. */
const COPIES: Readonly<Record<string, string>> = { UploadPart: 'UploadPartCopy', PutObject: 'CopyObject' };

/**
 * The name of the S3 operation that a request means; undefined when there is none, so that a method that a subresource does not have is
 * not taken for one on the bucket or the object itself: `DELETE /bucket?location` deletes nothing.
 */
export function nameOperation(
  request: Pick<WireRequest, 'method' | 'query' | 'headers'>,
  address: Address,
): string | undefined {
  const { method, query, headers } = request;
  if (!address.bucket) return method === 'GET' ? 'ListBuckets' : undefined;
  if (isObjectLambdaAnswer(request, address)) return 'WriteGetObjectResponse';
  const routes = address.key === undefined ? BUCKET_ROUTES : OBJECT_ROUTES;
  const isAboutPart = Object.values(routes).some((all) => all.some(([, field]) => has(query, field)));
  const fitting = (routes[method] ?? []).find(([, ...fields]) =>
    fields.length > 0 ? fields.every((field) => query.has(field)) : !isAboutPart,
  );
  const name = fitting?.[0] ?? '';
  return (headers['x-amz-copy-source'] === undefined ? undefined : COPIES[name]) ?? (name || undefined);
}

function has(query: URLSearchParams, field: string | undefined): boolean {
  return field !== undefined && query.has(field);
}

/** A function of S3 Object Lambda hands in what it made of an object: on a path of its own, not a bucket's. */
function isObjectLambdaAnswer(
  { method, headers }: Pick<WireRequest, 'method' | 'headers'>,
  { bucket, key }: Address,
): boolean {
  return (
    method === 'POST' &&
    bucket === 'WriteGetObjectResponse' &&
    key === undefined &&
    headers['x-amz-request-route'] !== undefined
  );
}
