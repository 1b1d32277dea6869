import type { Readable } from 'node:stream';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { readAcl } from '../access/acl';
import type { Bucket, ObjectVersion } from '../bucket';
import { currentObject } from '../bucket';
import type { Buckets } from '../buckets';
import { invalidArgument } from '../errors';
import { checksumMembers, md5Tag, verifyBody } from '../objects/checksums';
import { checkConditions, checkWriteConditions } from '../objects/conditions';
import { readCopySource } from '../objects/copy-source';
import { checkTags, readHeaders, readTagging, viewHeaders } from '../objects/headers';
import { readRange } from '../objects/range';

type Client = typeof import('@aws-sdk/client-s3');

/** The operations on objects. */
export function objectOperations(buckets: Buckets) {
  const versionId = (bucket: Bucket, version: ObjectVersion) =>
    bucket.versioning ? version.versionId : undefined;

  const find = (input: { Bucket?: string; Key?: string; VersionId?: string }) => {
    const bucket = buckets.bucket(input.Bucket);
    return { bucket, version: buckets.object(bucket, input.Key ?? '', input.VersionId) };
  };

  const look = (input: LookInput) => {
    const { bucket, version } = find(input);
    checkConditions(version, input);
    const part = partOf(version, input.PartNumber);
    const range = part ?? readRange(input.Range, version.body.length);
    const checksum = input.ChecksumMode === 'ENABLED' && !range ? version.checksum : undefined;
    return {
      version,
      range,
      answer: {
        ...viewHeaders(version),
        ...overrides(input),
        VersionId: versionId(bucket, version),
        ContentLength: range ? range.end - range.start : version.body.length,
        ContentRange: range && `bytes ${range.start}-${range.end - 1}/${version.body.length}`,
        PartsCount: input.PartNumber ? (version.partSizes?.length ?? undefined) : undefined,
        ...checksumMembers(checksum),
        ChecksumType: checksum?.type,
      },
    };
  };

  return {
    async PutObject(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      const key = checkKey(input.Key);
      checkWriteConditions(currentObject(bucket, key), input);
      const acl = readAcl(bucket, input, buckets.account.accountId);
      const body = await readBody(input.Body);
      const checksum = await verifyBody(body, input);
      const version = buckets.store(
        bucket,
        {
          key,
          body,
          etag: md5Tag(body),
          headers: readHeaders(bucket, input),
          checksum,
          tags: readTagging(input.Tagging),
          acl,
        },
        'PutObject',
        call,
      );
      return {
        ETag: version.etag,
        VersionId: versionId(bucket, version),
        ServerSideEncryption: version.headers.encryption,
        SSEKMSKeyId: version.headers.kmsKeyId,
        Size: undefined,
        ...checksumMembers(checksum),
        ChecksumType: checksum.type,
      };
    },

    GetObject(input) {
      const { version, range, answer } = look(input);
      const Body = range ? version.body.subarray(range.start, range.end) : version.body;
      return { ...answer, Body: Body as never };
    },

    HeadObject(input) {
      return look(input).answer;
    },

    DeleteObject(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      checkWriteConditions(currentObject(bucket, input.Key ?? ''), {
        IfMatch: input.IfMatch,
        Key: input.Key,
      });
      const { version, markerCreated } = buckets.remove(bucket, input.Key ?? '', input.VersionId, call);
      return {
        VersionId: bucket.versioning && version ? version.versionId : undefined,
        DeleteMarker: markerCreated || version?.isDeleteMarker || undefined,
      };
    },

    DeleteObjects(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      const objects = input.Delete?.Objects ?? [];
      if (objects.length === 0 || objects.length > 1000) {
        throw new AwsError(
          'MalformedXML',
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      }
      const Deleted = objects.map(({ Key = '', VersionId }) => {
        const { version, markerCreated } = buckets.remove(bucket, Key, VersionId, call);
        return {
          Key,
          VersionId,
          DeleteMarker: markerCreated || version?.isDeleteMarker || undefined,
          DeleteMarkerVersionId: version?.isDeleteMarker ? version.versionId : undefined,
        };
      });
      return { Deleted: input.Delete?.Quiet ? [] : Deleted };
    },

    async CopyObject(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      const key = checkKey(input.Key);
      const source = readCopySource(input.CopySource);
      const from = buckets.bucket(source.bucket);
      const original = buckets.object(from, source.key, source.versionId);
      checkConditions(
        original,
        {
          IfMatch: input.CopySourceIfMatch,
          IfNoneMatch: input.CopySourceIfNoneMatch,
          IfModifiedSince: input.CopySourceIfModifiedSince,
          IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
        },
        true,
      );
      const replace = input.MetadataDirective === 'REPLACE';
      const sameObject = from === bucket && source.key === key && source.versionId === undefined;
      if (sameObject && !replace && !input.StorageClass && !input.ServerSideEncryption) {
        throw new AwsError(
          'InvalidRequest',
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      }
      const own = readHeaders(bucket, input);
      const acl = readAcl(bucket, input, buckets.account.accountId);
      const version = buckets.store(
        bucket,
        {
          key,
          body: original.body,
          etag: md5Tag(original.body),
          headers: replace
            ? own
            : {
                ...original.headers,
                storageClass: own.storageClass,
                encryption: own.encryption,
                kmsKeyId: own.kmsKeyId,
              },
          checksum: input.ChecksumAlgorithm
            ? await verifyBody(original.body, { ChecksumAlgorithm: input.ChecksumAlgorithm })
            : original.checksum,
          tags: input.TaggingDirective === 'REPLACE' ? readTagging(input.Tagging) : [...original.tags],
          acl,
        },
        'CopyObject',
        call,
      );
      return {
        CopyObjectResult: {
          ETag: version.etag,
          LastModified: version.modifiedAt,
          ...checksumMembers(version.checksum),
        },
        VersionId: versionId(bucket, version),
        CopySourceVersionId: versionId(from, original),
        ServerSideEncryption: version.headers.encryption,
      };
    },

    GetObjectAttributes(input) {
      const { bucket, version } = find(input);
      const wanted = input.ObjectAttributes ?? [];
      return {
        LastModified: version.modifiedAt,
        VersionId: versionId(bucket, version),
        ETag: wanted.includes('ETag') ? version.etag.replaceAll('"', '') : undefined,
        ObjectSize: wanted.includes('ObjectSize') ? version.body.length : undefined,
        StorageClass: wanted.includes('StorageClass') ? version.headers.storageClass : undefined,
        Checksum: wanted.includes('Checksum')
          ? { ...checksumMembers(version.checksum), ChecksumType: version.checksum?.type }
          : undefined,
        ObjectParts:
          wanted.includes('ObjectParts') && version.partSizes
            ? { TotalPartsCount: version.partSizes.length }
            : undefined,
      };
    },

    PutObjectTagging(input, call: Call) {
      const { bucket, version } = find(input);
      version.tags = checkTags(input.Tagging?.TagSet ?? []);
      announceTags(buckets, bucket, version, 'Object Tags Added', call);
      return { VersionId: versionId(bucket, version) };
    },

    GetObjectTagging(input) {
      const { bucket, version } = find(input);
      return { TagSet: [...version.tags], VersionId: versionId(bucket, version) };
    },

    DeleteObjectTagging(input, call: Call) {
      const { bucket, version } = find(input);
      version.tags = [];
      announceTags(buckets, bucket, version, 'Object Tags Deleted', call);
      return { VersionId: versionId(bucket, version) };
    },
  } satisfies OperationsOf<Client>;
}

interface LookInput {
  Bucket?: string;
  Key?: string;
  VersionId?: string;
  Range?: string;
  PartNumber?: number;
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
  ChecksumMode?: string;
  ResponseCacheControl?: string;
  ResponseContentDisposition?: string;
  ResponseContentEncoding?: string;
  ResponseContentLanguage?: string;
  ResponseContentType?: string;
}

/** The `response-…` fields of presigned URLs, which replace headers of the answer. */
function overrides(input: LookInput) {
  return {
    ...(input.ResponseCacheControl && { CacheControl: input.ResponseCacheControl }),
    ...(input.ResponseContentDisposition && { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentEncoding && { ContentEncoding: input.ResponseContentEncoding }),
    ...(input.ResponseContentLanguage && { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseContentType && { ContentType: input.ResponseContentType }),
  };
}

function partOf(version: ObjectVersion, number: number | undefined) {
  if (number === undefined) return undefined;
  const sizes = version.partSizes ?? [version.body.length];
  const size = sizes[number - 1];
  if (size === undefined)
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
  const start = sizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0);
  return { start, end: start + size };
}

function announceTags(
  buckets: Buckets,
  bucket: Bucket,
  version: ObjectVersion,
  detailType: string,
  call: Call,
): void {
  const object = {
    key: version.key,
    etag: version.etag.replaceAll('"', ''),
    ...buckets.eventVersion(bucket, version),
  };
  buckets.announce(bucket, detailType, call, { object });
  const name = detailType === 'Object Tags Added' ? 'Put' : 'Delete';
  buckets.notify(bucket, `ObjectTagging:${name}`, object, call);
}

/** @throws AwsError `KeyTooLongError` */
export function checkKey(key: string | undefined): string {
  const given = key ?? '';
  if (given === '') throw invalidArgument('Object key must not be empty', 'key', '');
  if (Buffer.byteLength(given) > 1024)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, {
      Size: Buffer.byteLength(given),
      MaxSizeAllowed: 1024,
    });
  return given;
}

/** The bytes of a body as callers in this process may give it. */
export async function readBody(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (body instanceof Blob) return Buffer.from(await body.arrayBuffer());
  const chunks: Buffer[] = [];
  for await (const chunk of body as Readable) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
