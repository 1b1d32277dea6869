import { randomBytes } from '../../../core/ids';
import type { Call } from '../../../core/service';
import type { Bucket, ObjectVersion } from '../bucket';
import { announceCreation, announceDeletion } from '../notifications/announcements';
import type { S3State } from '../state';

/** What is stored of an object; the rest its version gets. */
export type NewObject = Omit<ObjectVersion, 'versionId' | 'modifiedAt' | 'isDeleteMarker'>;

/** Stores an object: a new version where the bucket keeps versions, else in place of the old one. */
export function storeObject(
  s3: S3State,
  bucket: Bucket,
  object: NewObject,
  reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload',
  call: Call,
): ObjectVersion {
  const version = append(s3, bucket, { ...object, isDeleteMarker: false });
  announceCreation(s3, bucket, version, reason, call);
  return version;
}

/** What a removal did: what it removed, or the marker that it set; nothing where there was nothing. */
export interface Removal {
  readonly version?: ObjectVersion;
  readonly markerCreated: boolean;
}

/** Removes an object, or marks it as deleted where the bucket keeps versions and none is named. */
export function removeObject(
  s3: S3State,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  call: Call,
): Removal {
  if (versionId !== undefined || bucket.versioning === undefined) {
    const version = bucket.objects.get(key)?.find((one) => one.versionId === (versionId ?? 'null'));
    if (!version) return { markerCreated: false };
    drop(bucket, version);
    announceDeletion(s3, bucket, version, 'Permanently Deleted', call);
    return { version, markerCreated: false };
  }
  const marker = append(s3, bucket, {
    key,
    isDeleteMarker: true,
    body: Buffer.alloc(0),
    etag: '',
    headers: { contentType: '', metadata: {}, storageClass: 'STANDARD', encryption: 'AES256' },
    tags: [],
  });
  announceDeletion(s3, bucket, marker, 'Delete Marker Created', call);
  return { version: marker, markerCreated: true };
}

/** The id of a version as answers give it: none where the bucket never kept versions. */
export function shownVersionId(bucket: Bucket, version: ObjectVersion): string | undefined {
  return bucket.versioning ? version.versionId : undefined;
}

function append(
  { context }: S3State,
  bucket: Bucket,
  object: Omit<ObjectVersion, 'versionId' | 'modifiedAt'>,
): ObjectVersion {
  const version: ObjectVersion = {
    ...object,
    versionId: bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null',
    modifiedAt: wholeSeconds(context.clock.now()),
  };
  const others = (bucket.objects.get(version.key) ?? []).filter(
    (one) => version.versionId !== 'null' || one.versionId !== 'null',
  );
  bucket.objects.set(version.key, [...others, version]);
  return version;
}

function drop(bucket: Bucket, version: ObjectVersion): void {
  const left = (bucket.objects.get(version.key) ?? []).filter((one) => one !== version);
  if (left.length === 0) bucket.objects.delete(version.key);
  else bucket.objects.set(version.key, left);
}

/** HTTP dates have no fractions; conditions compare with them. */
function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
