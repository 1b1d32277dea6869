import { ownerOf } from '../access/owner';
import type { MultipartUpload, Part } from '../bucket';
import { invalidArgument } from '../errors';
import { checksumMembers, md5Tag, verifyBody } from '../objects/checksums';
import { checkConditions } from '../objects/conditions';
import { findOriginal, readCopySource } from '../objects/copy-source';
import { checkDecryption, viewEncryption } from '../objects/encryption';
import { checkPageSize } from '../objects/key-order';
import { checkReadable } from '../objects/look';
import { findUpload } from '../objects/multipart';
import { readRange } from '../objects/range';
import { readBody } from '../objects/upload';
import { shownVersionId } from '../objects/versions';
import type { Op } from '../state';

export const UploadPart: Op<'UploadPart'> = async (s3, input, call) => {
  const { bucket, upload } = findUpload(s3, input);
  await checkDecryption(s3, bucket, upload, call);
  const body = await readBody(input.Body);
  const ChecksumAlgorithm = upload.algorithm ?? input.ChecksumAlgorithm;
  const checksum = await verifyBody(body, { ...input, ChecksumAlgorithm });
  const part = addPart(upload, input.PartNumber, body, s3.context.clock.now(), checksum);
  return {
    ETag: part.etag,
    ...viewEncryption(upload.headers),
    ...checksumMembers(checksum),
  };
};

export const UploadPartCopy: Op<'UploadPartCopy'> = async (s3, input, call) => {
  const { bucket, upload } = findUpload(s3, input);
  await checkDecryption(s3, bucket, upload, call);
  const source = readCopySource(input.CopySource);
  const from = s3.bucket(source.bucket);
  const original = findOriginal(s3, source);
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
  checkConditions(original, conditions, true);
  checkReadable(original);
  await checkDecryption(s3, from, original, call);
  const range = readRange(input.CopySourceRange, original.body.length);
  const body = range ? original.body.subarray(range.start, range.end) : original.body;
  const checksum = await verifyBody(body, { ChecksumAlgorithm: upload.algorithm });
  const part = addPart(upload, input.PartNumber, body, s3.context.clock.now(), checksum);
  return {
    CopyPartResult: { ETag: part.etag, LastModified: part.modifiedAt, ...checksumMembers(checksum) },
    CopySourceVersionId: shownVersionId(from, original),
    ...viewEncryption(upload.headers),
  };
};

export const ListParts: Op<'ListParts'> = (s3, input) => {
  const { bucket, upload } = findUpload(s3, input);
  const most = checkPageSize(input.MaxParts);
  const after = Number(input.PartNumberMarker ?? 0);
  const left = [...upload.parts.values()]
    .filter((part) => part.number > after)
    .sort((a, b) => a.number - b.number);
  const page = left.slice(0, most);
  const owner = ownerOf(s3.context.accountId);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: most,
    IsTruncated: page.length < left.length,
    Parts: page.map((part) => ({
      PartNumber: part.number,
      LastModified: part.modifiedAt,
      ETag: part.etag,
      Size: part.body.length,
      ...checksumMembers(part.checksum),
    })),
    Initiator: owner,
    Owner: owner,
    StorageClass: upload.headers.storageClass,
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.checksumType,
  };
};

function addPart(
  upload: MultipartUpload,
  number: number | undefined,
  body: Buffer,
  modifiedAt: Date,
  checksum: Part['checksum'],
): Part {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      String(number),
    );
  const part: Part = { number, body, etag: md5Tag(body), modifiedAt, checksum };
  upload.parts.set(number, part);
  return part;
}
