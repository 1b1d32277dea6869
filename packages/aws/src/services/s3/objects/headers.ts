import { ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Bucket, ObjectHeaders, ObjectVersion } from '../bucket';
import { invalidArgument } from '../errors';
import { type GivenCustomerKey, refuseCustomerKey } from './customer-keys';
import { checkLock, type GivenLock } from './lock';

interface GivenHeaders extends GivenLock, GivenCustomerKey {
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: Date | string;
  WebsiteRedirectLocation?: string;
  Metadata?: Record<string, string>;
  StorageClass?: StorageClass;
  ServerSideEncryption?: ServerSideEncryption;
  SSEKMSKeyId?: string;
}

/**
 * What S3 keeps of the headers of an upload.
 *
 * @throws AwsError `MetadataTooLarge`, `InvalidStorageClass`, `InvalidArgument`, and those of `checkLock` and `refuseCustomerKey`
 */
export function readHeaders(bucket: Bucket, given: GivenHeaders): ObjectHeaders {
  checkLock(bucket, given);
  refuseCustomerKey(given);
  const metadata = given.Metadata ?? {};
  const size = Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > 2048)
    throw new AwsError(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      400,
      { Size: size, MaxSizeAllowed: 2048 },
    );
  if (given.StorageClass !== undefined && !Object.hasOwn(StorageClass, given.StorageClass))
    throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid', 400, {
      StorageClassRequested: given.StorageClass,
    });
  if (
    given.ServerSideEncryption !== undefined &&
    !Object.values(ServerSideEncryption).includes(given.ServerSideEncryption)
  )
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      given.ServerSideEncryption,
    );
  const byDefault = bucket.settings.encryption.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  return {
    contentType: given.ContentType ?? 'binary/octet-stream',
    cacheControl: given.CacheControl,
    contentDisposition: given.ContentDisposition,
    contentEncoding: given.ContentEncoding,
    contentLanguage: given.ContentLanguage,
    expires: given.Expires instanceof Date ? given.Expires.toUTCString() : given.Expires,
    websiteRedirectLocation: given.WebsiteRedirectLocation,
    metadata,
    storageClass: given.StorageClass ?? 'STANDARD',
    encryption: given.ServerSideEncryption ?? byDefault?.SSEAlgorithm ?? 'AES256',
    kmsKeyId: given.SSEKMSKeyId ?? byDefault?.KMSMasterKeyID,
  };
}

/** Headers as GetObject and HeadObject give them. */
export function viewHeaders(version: ObjectVersion) {
  const { headers } = version;
  return {
    ETag: version.etag,
    LastModified: version.modifiedAt,
    AcceptRanges: 'bytes',
    ContentType: headers.contentType,
    CacheControl: headers.cacheControl,
    ContentDisposition: headers.contentDisposition,
    ContentEncoding: headers.contentEncoding,
    ContentLanguage: headers.contentLanguage,
    Expires: headers.expires as never,
    WebsiteRedirectLocation: headers.websiteRedirectLocation,
    Metadata: { ...headers.metadata },
    ServerSideEncryption: headers.encryption,
    SSEKMSKeyId: headers.kmsKeyId,
    StorageClass: headers.storageClass === 'STANDARD' ? undefined : headers.storageClass,
    TagCount: version.tags.length || undefined,
  };
}
