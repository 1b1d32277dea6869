import type { Call } from '../../../core/service';
import type { Bucket, ObjectVersion } from '../bucket';
import type { S3State } from '../state';
import { notify, type ObjectEvent } from './notifications';

type ObjectDetail = ObjectEvent['object'];

/** Tells of a new version of an object. @param reason the operation that made it */
export function announceCreation(
  s3: S3State,
  bucket: Bucket,
  version: ObjectVersion,
  reason: string,
  call: Call,
): void {
  const object = {
    ...detailOf(bucket, version),
    size: version.body.length,
    sequencer: s3.nextSequencer(),
  };
  announce(s3, bucket, 'Object Created', call, { object, reason });
  notify(s3, bucket, `ObjectCreated:${reason.replace(/Object$/, '')}`, object, call);
}

/** Tells of a version that is gone, or of a delete marker that is new. */
export function announceDeletion(
  s3: S3State,
  bucket: Bucket,
  version: ObjectVersion,
  type: 'Permanently Deleted' | 'Delete Marker Created',
  call: Call,
): void {
  const { etag: _none, ...detail } = detailOf(bucket, version);
  const object = { ...detail, sequencer: s3.nextSequencer() };
  announce(s3, bucket, 'Object Deleted', call, { object, reason: 'DeleteObject', 'deletion-type': type });
  const name = type === 'Delete Marker Created' ? 'DeleteMarkerCreated' : 'Delete';
  notify(s3, bucket, `ObjectRemoved:${name}`, object, call);
}

/**
 * Tells of a change to an object that is there.
 *
 * @param detailType as EventBridge names it, `Object Tags Added`
 * @param name as notifications name it, `ObjectTagging:Put`
 */
export function announceChange(
  s3: S3State,
  bucket: Bucket,
  version: ObjectVersion,
  names: { readonly detailType: string; readonly name: string },
  call: Call,
): void {
  const object = detailOf(bucket, version);
  announce(s3, bucket, names.detailType, call, { object });
  notify(s3, bucket, names.name, object, call);
}

function detailOf(bucket: Bucket, { key, etag, versionId }: ObjectVersion): ObjectDetail {
  return { key, etag: etag.replaceAll('"', ''), ...(bucket.versioning && { 'version-id': versionId }) };
}

/**
 * An event for a rule on EventBridge, when the bucket sends them there.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
function announce(
  { context }: S3State,
  bucket: Bucket,
  detailType: string,
  call: Call,
  {
    object,
    reason,
    ...more
  }: { readonly object: ObjectDetail; readonly reason?: string; readonly 'deletion-type'?: string },
): void {
  if (!bucket.settings.notification.EventBridgeConfiguration) return;
  context.at(bucket.region).bus.announce({
    source: 'aws.s3',
    detailType,
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object,
      'request-id': call.requestId,
      requester: call.principal.accountId,
      'source-ip-address': '127.0.0.1',
      ...(reason !== undefined && { reason }),
      ...more,
    },
  });
}
