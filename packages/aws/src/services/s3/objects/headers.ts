import { StorageClass } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Bucket, ObjectHeaders, ObjectVersion } from '../bucket';
import { type GivenCustomerKey, refuseCustomerKey } from './customer-keys';
import { chooseEncryption, type GivenEncryption, viewEncryption } from './encryption';
import { checkLock, type GivenLock } from './lock';

interface GivenHeaders extends GivenLock, GivenCustomerKey, GivenEncryption {
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: Date | string;
  WebsiteRedirectLocation?: string;
  Metadata?: Record<string, string>;
  StorageClass?: StorageClass;
}

/**
 * What S3 keeps of the headers of an upload.
 *
 * @throws AwsError `MetadataTooLarge`, `InvalidStorageClass`, and those of `checkLock`, `refuseCustomerKey` and `chooseEncryption`
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
    ...chooseEncryption(bucket, given),
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
    ...viewEncryption(headers),
    StorageClass: headers.storageClass === 'STANDARD' ? undefined : headers.storageClass,
    TagCount: version.tags.length || undefined,
  };
}
