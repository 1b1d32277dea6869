import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import { readAcl } from '../access/acl';
import type { ObjectHeaders, ObjectVersion } from '../bucket';
import { invalidRequest } from '../errors';
import { checksumMembers, md5Tag, verifyBody } from '../objects/checksums';
import { checkConditions } from '../objects/conditions';
import { findOriginal, readCopySource } from '../objects/copy-source';
import { checkDecryption, takeDataKey, viewEncryption } from '../objects/encryption';
import { readHeaders } from '../objects/headers';
import { checkReadable } from '../objects/look';
import { readTagging } from '../objects/tags';
import { checkKey } from '../objects/upload';
import { shownVersionId, storeObject } from '../objects/versions';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const CopyObject: Op<'CopyObject'> = async (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const key = checkKey(input.Key);
  const source = readCopySource(input.CopySource);
  const from = s3.bucket(source.bucket);
  const original = findOriginal(s3, source);
  checkSource(original, input);
  checkReadable(original);
  await checkDecryption(s3, from, original, call);
  if (from === bucket && source.key === key && source.versionId === undefined) checkChange(input);
  const asked = chooseHeaders(original, readHeaders(bucket, input), input);
  const acl = readAcl(bucket, input, s3.context.accountId);
  const tags = input.TaggingDirective === 'REPLACE' ? readTagging(input.Tagging) : [...original.tags];
  // Of the whole object, though its parts may have been uploaded one by one.
  const algorithm = input.ChecksumAlgorithm ?? original.checksum?.algorithm;
  const checksum = await verifyBody(original.body, { ChecksumAlgorithm: algorithm });
  const headers = await takeDataKey(s3, bucket, key, asked, call);
  const { body } = original;
  const object = { key, body, etag: md5Tag(body), headers, checksum, tags, acl };
  const version = storeObject(s3, bucket, object, 'CopyObject', call);
  return {
    CopyObjectResult: {
      ETag: version.etag,
      LastModified: version.modifiedAt,
      ...checksumMembers(checksum),
    },
    VersionId: shownVersionId(bucket, version),
    CopySourceVersionId: shownVersionId(from, original),
    ...viewEncryption(headers),
  };
};

function checkSource(original: ObjectVersion, input: CopyObjectCommandInput): void {
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
  checkConditions(original, conditions, true);
}

/** An object is copied to itself to change something. */
function checkChange(input: CopyObjectCommandInput): void {
  const { MetadataDirective, StorageClass, ServerSideEncryption, WebsiteRedirectLocation } = input;
  if (MetadataDirective === 'REPLACE' || StorageClass || ServerSideEncryption || WebsiteRedirectLocation)
    return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** The metadata come along unless they are replaced; class, encryption and where it leads are the copy's own. */
function chooseHeaders(
  original: ObjectVersion,
  own: ObjectHeaders,
  { MetadataDirective }: CopyObjectCommandInput,
): ObjectHeaders {
  if (MetadataDirective === 'REPLACE') return own;
  const { storageClass, encryption, kmsKeyId, hasBucketKey, websiteRedirectLocation } = own;
  const { dataKey: _dataKey, ...kept } = original.headers;
  return { ...kept, storageClass, encryption, kmsKeyId, hasBucketKey, websiteRedirectLocation };
}
