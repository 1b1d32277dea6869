import { randomBytes } from 'node:crypto';
import { AwsError } from '../../core/aws-error';
import type { Clock } from '../../core/clock';
import type { EventBus } from '../../core/event-bus';
import type { Call } from '../../core/service';
import type { Bucket, ObjectVersion } from './bucket';
import { newConfigurations } from './configurations';
import { noSuchBucket, noSuchKey, noSuchVersion } from './errors';
import { type Destinations, notify, type ObjectEvent } from './notifications/notifications';

/** What S3 needs of its account. */
export interface S3Account {
  readonly accountId: string;
  readonly clock: Clock;
  readonly busOf: (region: string) => EventBus;
  /** Where notifications go, by region; without it nobody is notified. */
  readonly destinationsOf?: (region: string) => Destinations;
}

/** The buckets of an account, and the rules of their objects' versions. */
export class Buckets {
  readonly byName = new Map<string, Bucket>();
  private sequence = 0;

  constructor(readonly account: S3Account) {}

  create(name: string, region: string): Bucket {
    const bucket: Bucket = {
      name,
      region,
      createdAt: this.account.clock.now(),
      objects: new Map(),
      uploads: new Map(),
      configurations: newConfigurations(),
    };
    this.byName.set(name, bucket);
    return bucket;
  }

  /** @throws AwsError `NoSuchBucket` */
  bucket(name: string | undefined): Bucket {
    const bucket = this.byName.get(name ?? '');
    if (!bucket) throw noSuchBucket(name ?? '');
    return bucket;
  }

  /**
   * The object version that is asked for.
   *
   * @throws AwsError `NoSuchKey`, `NoSuchVersion`, or `MethodNotAllowed` for a delete marker that is named
   */
  object(bucket: Bucket, key: string, versionId?: string): ObjectVersion {
    if (versionId === undefined) {
      const newest = bucket.objects.get(key)?.at(-1);
      if (!newest) throw noSuchKey(key);
      if (newest.isDeleteMarker) throw noSuchKey(key, markerHeaders(newest));
      return newest;
    }
    const version = bucket.objects.get(key)?.find((one) => one.versionId === versionId);
    if (!version) throw noSuchVersion(key, versionId);
    if (version.isDeleteMarker) {
      throw new AwsError(
        'MethodNotAllowed',
        'The specified method is not allowed against this resource.',
        405,
        { Method: 'GET', ResourceType: 'DeleteMarker' },
        { ...markerHeaders(version), allow: 'DELETE', 'last-modified': version.modifiedAt.toUTCString() },
      );
    }
    return version;
  }

  /** Stores an object: a new version where the bucket keeps versions, else in place of the old one. */
  store(
    bucket: Bucket,
    object: Omit<ObjectVersion, 'versionId' | 'modifiedAt' | 'isDeleteMarker'>,
    reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload',
    call: Call,
  ): ObjectVersion {
    const version = this.append(bucket, { ...object, isDeleteMarker: false });
    const told = {
      key: version.key,
      size: version.body.length,
      etag: version.etag.replaceAll('"', ''),
      ...this.eventVersion(bucket, version),
      sequencer: this.nextSequencer(),
    };
    this.announce(bucket, 'Object Created', call, { object: told, reason });
    this.notify(bucket, `ObjectCreated:${reason.replace(/Object$/, '')}`, told, call);
    return version;
  }

  /** Removes an object, or marks it as deleted. Returns what was removed or the marker; undefined when nothing was there. */
  remove(
    bucket: Bucket,
    key: string,
    versionId: string | undefined,
    call: Call,
  ): { version?: ObjectVersion; markerCreated: boolean } {
    const versions = bucket.objects.get(key) ?? [];
    if (versionId !== undefined || bucket.versioning === undefined) {
      const version = versions.find((one) => one.versionId === (versionId ?? 'null'));
      if (!version) return { markerCreated: false };
      this.drop(bucket, version);
      this.announceDeletion(bucket, version, 'Permanently Deleted', call);
      return { version, markerCreated: false };
    }
    const marker = this.append(bucket, {
      key,
      isDeleteMarker: true,
      body: Buffer.alloc(0),
      etag: '',
      headers: { contentType: '', metadata: {}, storageClass: 'STANDARD', encryption: 'AES256' },
      tags: [],
    });
    this.announceDeletion(bucket, marker, 'Delete Marker Created', call);
    return { version: marker, markerCreated: true };
  }

  /** Tells those whom the bucket notifies; `name` is that of notifications, `ObjectCreated:Put`. */
  notify(bucket: Bucket, name: string, object: ObjectEvent['object'], call: Call): void {
    const destinations = this.account.destinationsOf?.(bucket.region);
    if (destinations) notify(bucket, { name, object, time: this.account.clock.now() }, destinations, call);
  }

  /** An event for a rule on EventBridge, when the bucket sends them there. */
  announce(bucket: Bucket, detailType: string, call: Call, detail: Readonly<Record<string, unknown>>): void {
    if (!bucket.configurations.notification.EventBridgeConfiguration) return;
    const { object, reason, ...more } = detail;
    this.account.busOf(bucket.region).announce({
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

  eventVersion(bucket: Bucket, version: ObjectVersion): { 'version-id'?: string } {
    return bucket.versioning ? { 'version-id': version.versionId } : {};
  }

  private announceDeletion(bucket: Bucket, version: ObjectVersion, type: string, call: Call): void {
    const object = {
      key: version.key,
      ...this.eventVersion(bucket, version),
      sequencer: this.nextSequencer(),
    };
    this.announce(bucket, 'Object Deleted', call, { object, reason: 'DeleteObject', 'deletion-type': type });
    const name = type === 'Delete Marker Created' ? 'DeleteMarkerCreated' : 'Delete';
    this.notify(bucket, `ObjectRemoved:${name}`, object, call);
  }

  private append(bucket: Bucket, object: Omit<ObjectVersion, 'versionId' | 'modifiedAt'>): ObjectVersion {
    const version: ObjectVersion = {
      ...object,
      versionId: bucket.versioning === 'Enabled' ? newVersionId() : 'null',
      modifiedAt: wholeSeconds(this.account.clock.now()),
    };
    const others = (bucket.objects.get(version.key) ?? []).filter(
      (one) => version.versionId !== 'null' || one.versionId !== 'null',
    );
    bucket.objects.set(version.key, [...others, version]);
    return version;
  }

  private drop(bucket: Bucket, version: ObjectVersion): void {
    const left = (bucket.objects.get(version.key) ?? []).filter((one) => one !== version);
    if (left.length === 0) bucket.objects.delete(version.key);
    else bucket.objects.set(version.key, left);
  }

  private nextSequencer(): string {
    this.sequence += 1;
    return this.sequence.toString(16).toUpperCase().padStart(18, '0');
  }
}

/** How an answer says that a delete marker is in the way. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html */
function markerHeaders(marker: ObjectVersion): Record<string, string> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId };
}

function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}

/** HTTP dates have no fractions; conditions compare with them. */
function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
