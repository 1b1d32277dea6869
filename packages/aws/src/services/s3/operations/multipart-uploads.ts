import { randomBytes } from '../../../core/ids';
import { readAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import { type Bucket, type CompletedUpload, currentObject, type MultipartUpload } from '../bucket';
import { noSuchUpload } from '../errors';
import { checkChecksumType, checksumMembers, combineChecksums, multipartTag } from '../objects/checksums';
import { checkWriteConditions } from '../objects/conditions';
import { checkDecryption, takeDataKey, viewEncryption } from '../objects/encryption';
import { readHeaders } from '../objects/headers';
import { byBytes, checkPageSize, encoder } from '../objects/key-order';
import { chooseParts, findUpload } from '../objects/multipart';
import { readTagging } from '../objects/tags';
import { checkKey } from '../objects/upload';
import { shownVersionId, storeObject } from '../objects/versions';
import type { Op } from '../state';

/** The newest completed uploads that a bucket remembers. */
const MOST_COMPLETED = 1000;

export const CreateMultipartUpload: Op<'CreateMultipartUpload'> = async (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const key = checkKey(input.Key);
  checkChecksumType(input.ChecksumType, input.ChecksumAlgorithm);
  const upload: MultipartUpload = {
    id: randomBytes(48).toString('base64url'),
    key,
    initiatedAt: s3.context.clock.now(),
    headers: await takeDataKey(s3, bucket, key, readHeaders(bucket, input), call),
    tags: readTagging(input.Tagging),
    acl: readAcl(bucket, input, s3.context.accountId),
    algorithm: input.ChecksumAlgorithm,
    checksumType: input.ChecksumType,
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    ...viewEncryption(upload.headers),
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.checksumType,
  };
};

/** Whoever has heard no answer asks again, and is told the same. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const CompleteMultipartUpload: Op<'CompleteMultipartUpload'> = async (s3, input, call) => {
  const done = findCompleted(s3.bucket(input.Bucket), input.Key, input.UploadId);
  if (done) return done.answer;
  const { bucket, upload } = findUpload(s3, input);
  const { key, headers, tags, acl, algorithm, checksumType } = upload;
  // What was uploaded is put together in clear.
  await checkDecryption(s3, bucket, upload, call);
  const parts = chooseParts(upload, input.MultipartUpload?.Parts ?? []);
  const body = Buffer.concat(parts.map((part) => part.body));
  const checksums = parts.map((part) => part.checksum);
  const checksum = await combineChecksums(body, checksums, algorithm, checksumType);
  // Another request may have completed or aborted it meanwhile.
  const other = findCompleted(bucket, key, upload.id);
  if (other) return other.answer;
  if (!bucket.uploads.has(upload.id)) throw noSuchUpload(upload.id);
  checkWriteConditions(currentObject(bucket, key), input);
  const etag = multipartTag(parts.map((part) => part.etag));
  const partSizes = parts.map((part) => part.body.length);
  const object = { key, body, etag, headers, checksum, partSizes, tags, acl };
  const version = storeObject(s3, bucket, object, 'CompleteMultipartUpload', call);
  const answer = {
    Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(key)}`,
    Bucket: bucket.name,
    Key: key,
    ETag: version.etag,
    VersionId: shownVersionId(bucket, version),
    ...viewEncryption(headers),
    ...checksumMembers(checksum),
    ChecksumType: checksum?.type,
  };
  bucket.uploads.delete(upload.id);
  remember(bucket, upload.id, { key, answer });
  return answer;
};

export const AbortMultipartUpload: Op<'AbortMultipartUpload'> = (s3, input) => {
  const { bucket, upload } = findUpload(s3, input);
  bucket.uploads.delete(upload.id);
  return {};
};

export const ListMultipartUploads: Op<'ListMultipartUploads'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const encode = encoder(input.EncodingType);
  const most = checkPageSize(input.MaxUploads);
  const owner = ownerOf(s3.context.accountId);
  const left = afterMarkers(sortUploads(bucket, input.Prefix), input.KeyMarker, input.UploadIdMarker);
  const page = left.slice(0, most);
  const last = page.length < left.length ? page.at(-1) : undefined;
  return {
    Bucket: bucket.name,
    KeyMarker: encode(input.KeyMarker ?? ''),
    UploadIdMarker: input.UploadIdMarker ?? '',
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.id,
    Prefix: encode(input.Prefix ?? ''),
    MaxUploads: most,
    IsTruncated: page.length < left.length,
    EncodingType: input.EncodingType,
    Uploads: page.map((upload) => ({
      UploadId: upload.id,
      Key: encode(upload.key),
      Initiated: upload.initiatedAt,
      StorageClass: upload.headers.storageClass,
      Owner: owner,
      Initiator: owner,
      ChecksumAlgorithm: upload.algorithm,
    })),
  };
};

function sortUploads(bucket: Bucket, prefix = ''): MultipartUpload[] {
  return [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix))
    .sort((a, b) => byBytes(a.key, b.key) || a.initiatedAt.getTime() - b.initiatedAt.getTime());
}

function afterMarkers(
  uploads: MultipartUpload[],
  keyMarker: string | undefined,
  uploadIdMarker: string | undefined,
): MultipartUpload[] {
  const at = uploads.findIndex((upload) => upload.id === uploadIdMarker);
  if (at >= 0) return uploads.slice(at + 1);
  return uploads.filter((upload) => !keyMarker || byBytes(upload.key, keyMarker) > 0);
}

function findCompleted(bucket: Bucket, key: string | undefined, id = ''): CompletedUpload | undefined {
  const found = bucket.completedUploads.get(id);
  return found?.key === key ? found : undefined;
}

function remember({ completedUploads }: Bucket, id: string, upload: CompletedUpload): void {
  completedUploads.set(id, upload);
  const [oldest] = completedUploads.keys();
  if (completedUploads.size > MOST_COMPLETED && oldest !== undefined) completedUploads.delete(oldest);
}
