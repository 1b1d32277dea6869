import { randomBytes } from 'node:crypto';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { readAcl } from '../access/acl';
import { ownerOf } from '../access/owner';
import type { Bucket, MultipartUpload, Part } from '../bucket';
import { currentObject } from '../bucket';
import type { Buckets } from '../buckets';
import { invalidArgument } from '../errors';
import { checksumMembers, combineChecksums, md5Tag, multipartTag, verifyBody } from '../objects/checksums';
import { checkWriteConditions } from '../objects/conditions';
import { readCopySource } from '../objects/copy-source';
import { readHeaders, readTagging } from '../objects/headers';
import { readRange } from '../objects/range';
import { byBytes, checkMaxKeys, encoder } from './listings';
import { checkKey, readBody } from './objects';

type Client = typeof import('@aws-sdk/client-s3');

const smallestPart = 5 * 1024 * 1024;

/** The operations of multipart uploads. */
export function multipartOperations(buckets: Buckets) {
  const owner = ownerOf(buckets.account.accountId);
  const now = () => buckets.account.clock.now();

  return {
    CreateMultipartUpload(input) {
      const bucket = buckets.bucket(input.Bucket);
      const key = checkKey(input.Key);
      const upload: MultipartUpload = {
        id: randomBytes(48).toString('base64url'),
        key,
        initiatedAt: now(),
        headers: readHeaders(bucket, input),
        tags: readTagging(input.Tagging),
        acl: readAcl(bucket, input, buckets.account.accountId),
        algorithm: input.ChecksumAlgorithm,
        checksumType: input.ChecksumType,
        parts: new Map(),
      };
      bucket.uploads.set(upload.id, upload);
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: upload.id,
        ServerSideEncryption: upload.headers.encryption,
        ChecksumAlgorithm: upload.algorithm,
        ChecksumType: upload.checksumType,
      };
    },

    async UploadPart(input) {
      const { upload } = findUpload(buckets, input);
      const body = await readBody(input.Body);
      const checksum = await verifyBody(body, {
        ...input,
        ChecksumAlgorithm: upload.algorithm ?? input.ChecksumAlgorithm,
      });
      const part = addPart(upload, input.PartNumber, body, now(), checksum);
      return {
        ETag: part.etag,
        ServerSideEncryption: upload.headers.encryption,
        ...checksumMembers(checksum),
      };
    },

    async UploadPartCopy(input) {
      const { upload } = findUpload(buckets, input);
      const source = readCopySource(input.CopySource);
      const original = buckets.object(buckets.bucket(source.bucket), source.key, source.versionId);
      const range = readRange(input.CopySourceRange, original.body.length);
      const body = range ? original.body.subarray(range.start, range.end) : original.body;
      const checksum = await verifyBody(body, { ChecksumAlgorithm: upload.algorithm });
      const part = addPart(upload, input.PartNumber, body, now(), checksum);
      return {
        CopyPartResult: { ETag: part.etag, LastModified: part.modifiedAt, ...checksumMembers(checksum) },
        ServerSideEncryption: upload.headers.encryption,
      };
    },

    async CompleteMultipartUpload(input, call: Call) {
      const { bucket, upload } = findUpload(buckets, input);
      const parts = chooseParts(upload, input.MultipartUpload?.Parts ?? []);
      checkWriteConditions(currentObject(bucket, upload.key), input);
      const body = Buffer.concat(parts.map((part) => part.body));
      const checksum = await combineChecksums(
        body,
        parts.map((part) => part.checksum),
        upload.algorithm,
        upload.checksumType,
      );
      const version = buckets.store(
        bucket,
        {
          key: upload.key,
          body,
          etag: multipartTag(parts.map((part) => part.etag)),
          headers: upload.headers,
          checksum,
          partSizes: parts.map((part) => part.body.length),
          tags: upload.tags,
          acl: upload.acl,
        },
        'CompleteMultipartUpload',
        call,
      );
      bucket.uploads.delete(upload.id);
      return {
        Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(upload.key)}`,
        Bucket: bucket.name,
        Key: upload.key,
        ETag: version.etag,
        VersionId: bucket.versioning ? version.versionId : undefined,
        ServerSideEncryption: upload.headers.encryption,
        ...checksumMembers(checksum),
        ChecksumType: checksum?.type,
      };
    },

    AbortMultipartUpload(input) {
      const { bucket, upload } = findUpload(buckets, input);
      bucket.uploads.delete(upload.id);
      return {};
    },

    ListParts(input) {
      const { bucket, upload } = findUpload(buckets, input);
      const most = checkMaxKeys(input.MaxParts);
      const after = Number(input.PartNumberMarker ?? 0);
      const left = sortedParts(upload).filter((part) => part.number > after);
      const page = left.slice(0, most);
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
    },

    ListMultipartUploads(input) {
      const bucket = buckets.bucket(input.Bucket);
      const encode = encoder(input.EncodingType);
      const most = checkMaxKeys(input.MaxUploads);
      const all = [...bucket.uploads.values()]
        .filter((upload) => upload.key.startsWith(input.Prefix ?? ''))
        .sort((a, b) => byBytes(a.key, b.key) || a.initiatedAt.getTime() - b.initiatedAt.getTime());
      const at = all.findIndex((upload) => upload.id === input.UploadIdMarker);
      const left =
        at >= 0
          ? all.slice(at + 1)
          : all.filter((upload) => !input.KeyMarker || byBytes(upload.key, input.KeyMarker) > 0);
      const page = left.slice(0, most);
      const truncated = page.length < left.length;
      return {
        Bucket: bucket.name,
        KeyMarker: encode(input.KeyMarker ?? ''),
        UploadIdMarker: input.UploadIdMarker ?? '',
        NextKeyMarker: truncated ? encode(page.at(-1)?.key ?? '') : undefined,
        NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
        Prefix: encode(input.Prefix ?? ''),
        MaxUploads: most,
        IsTruncated: truncated,
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
    },
  } satisfies OperationsOf<Client>;
}

function findUpload(
  buckets: Buckets,
  input: { Bucket?: string; Key?: string; UploadId?: string },
): { bucket: Bucket; upload: MultipartUpload } {
  const bucket = buckets.bucket(input.Bucket);
  const upload = bucket.uploads.get(input.UploadId ?? '');
  if (upload && upload.key === input.Key) return { bucket, upload };
  throw new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: input.UploadId ?? '' },
  );
}

function addPart(
  upload: MultipartUpload,
  number: number | undefined,
  body: Buffer,
  modifiedAt: Date,
  checksum: Part['checksum'],
): Part {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      String(number),
    );
  }
  const part: Part = { number, body, etag: md5Tag(body), modifiedAt, checksum };
  upload.parts.set(number, part);
  return part;
}

/** The parts that the client names, checked. @throws AwsError `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall` */
function chooseParts(
  upload: MultipartUpload,
  named: readonly { PartNumber?: number; ETag?: string }[],
): Part[] {
  if (named.length === 0) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const parts = named.map(({ PartNumber = 0, ETag = '' }) => {
    const part = upload.parts.get(PartNumber);
    if (!part || part.etag.replaceAll('"', '') !== ETag.replaceAll('"', '')) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { UploadId: upload.id, PartNumber, ETag },
      );
    }
    return part;
  });
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0))) {
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      400,
      { UploadId: upload.id },
    );
  }
  const small = parts.slice(0, -1).find((part) => part.body.length < smallestPart);
  if (small) {
    throw new AwsError(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      400,
      { ProposedSize: small.body.length, MinSizeAllowed: smallestPart, PartNumber: small.number },
    );
  }
  return parts;
}

function sortedParts(upload: MultipartUpload): Part[] {
  return [...upload.parts.values()].sort((a, b) => a.number - b.number);
}
