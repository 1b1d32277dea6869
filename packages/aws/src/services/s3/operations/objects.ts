import { readAcl } from '../access/acl';
import { tellIfListed } from '../access/tell-if-listed';
import { currentObject, type ObjectVersion } from '../bucket';
import { malformedXml } from '../errors';
import { checksumMembers, md5Tag, verifyBody } from '../objects/checksums';
import { checkWriteConditions } from '../objects/conditions';
import { checkDecryption, takeDataKey, viewEncryption } from '../objects/encryption';
import { readHeaders } from '../objects/headers';
import { checkReadable, lookAt } from '../objects/look';
import { readTagging } from '../objects/tags';
import { checkKey, readBody } from '../objects/upload';
import { type Removal, removeObject, shownVersionId, storeObject } from '../objects/versions';
import type { Op } from '../state';

/** The most objects of one DeleteObjects. */
const MOST_DELETED = 1000;

export const PutObject: Op<'PutObject'> = async (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const key = checkKey(input.Key);
  const acl = readAcl(bucket, input, s3.context.accountId);
  const asked = readHeaders(bucket, input);
  const tags = readTagging(input.Tagging);
  const body = await readBody(input.Body);
  const checksum = await verifyBody(body, input);
  const headers = await takeDataKey(s3, bucket, key, asked, call);
  // Of two that write at once under a condition, the second sees what the first has written.
  checkWriteConditions(currentObject(bucket, key), input);
  const object = { key, body, etag: md5Tag(body), headers, checksum, tags, acl };
  const version = storeObject(s3, bucket, object, 'PutObject', call);
  return {
    ETag: version.etag,
    VersionId: shownVersionId(bucket, version),
    ...viewEncryption(headers),
    ...checksumMembers(checksum),
    ChecksumType: checksum.type,
  };
};

export const GetObject: Op<'GetObject'> = async (s3, input, call) => {
  const look = () => lookAt(s3, input, 'GET');
  const { version, range, answer } = await tellIfListed(s3, input.Bucket, call, look);
  checkReadable(version);
  await checkDecryption(s3, s3.bucket(input.Bucket), version, call);
  const Body = range ? version.body.subarray(range.start, range.end) : version.body;
  return { ...answer, Body: Body as never };
};

export const HeadObject: Op<'HeadObject'> = async (s3, input, call) => {
  const look = () => lookAt(s3, input, 'HEAD');
  const { version, answer } = await tellIfListed(s3, input.Bucket, call, look);
  // The checksum is encrypted, too.
  if (answer.ChecksumType) await checkDecryption(s3, s3.bucket(input.Bucket), version, call);
  return answer;
};

export const DeleteObject: Op<'DeleteObject'> = (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const { Key = '', IfMatch } = input;
  checkWriteConditions(currentObject(bucket, Key), { IfMatch, Key });
  const removal = removeObject(s3, bucket, Key, input.VersionId, call);
  return {
    // A version that is gone already is as good as deleted.
    VersionId: removal.version ? shownVersionId(bucket, removal.version) : input.VersionId,
    DeleteMarker: isMarker(removal),
  };
};

/** Who may delete only some of the objects deletes those. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const DeleteObjects: Op<'DeleteObjects'> = async (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > MOST_DELETED) throw malformedXml();
  const isPermitted = await Promise.all(
    objects.map(({ Key, VersionId }) =>
      s3.context.permits(call, 's3', 'DeleteObject', { Bucket: bucket.name, Key, VersionId }),
    ),
  );
  const Errors = objects
    .filter((_object, at) => !isPermitted[at])
    .map(({ Key, VersionId }) => ({ Key, VersionId, Code: 'AccessDenied', Message: 'Access Denied' }));
  const permitted = objects.filter((_object, at) => isPermitted[at]);
  const Deleted = permitted.map(({ Key = '', VersionId }) => {
    const removal = removeObject(s3, bucket, Key, VersionId, call);
    return {
      Key,
      VersionId,
      DeleteMarker: isMarker(removal),
      DeleteMarkerVersionId: removal.version?.isDeleteMarker ? removal.version.versionId : undefined,
    };
  });
  return { Deleted: input.Delete?.Quiet ? [] : Deleted, ...(Errors.length > 0 && { Errors }) };
};

export const GetObjectAttributes: Op<'GetObjectAttributes'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId);
  const wanted = input.ObjectAttributes ?? [];
  return {
    LastModified: version.modifiedAt,
    VersionId: shownVersionId(bucket, version),
    ETag: wanted.includes('ETag') ? version.etag.replaceAll('"', '') : undefined,
    ObjectSize: wanted.includes('ObjectSize') ? version.body.length : undefined,
    StorageClass: wanted.includes('StorageClass') ? version.headers.storageClass : undefined,
    Checksum: wanted.includes('Checksum')
      ? { ...wholeChecksums(version), ChecksumType: version.checksum?.type }
      : undefined,
    ObjectParts:
      wanted.includes('ObjectParts') && version.partSizes
        ? { TotalPartsCount: version.partSizes.length }
        : undefined,
  };
};

/** Without the number of parts that answers with the object have behind it. */
function wholeChecksums({ checksum }: ObjectVersion) {
  const members = Object.entries(checksumMembers(checksum));
  return Object.fromEntries(members.map(([name, value]) => [name, String(value).replace(/-\d+$/, '')]));
}

function isMarker({ markerCreated, version }: Removal): boolean | undefined {
  return markerCreated || version?.isDeleteMarker || undefined;
}
