import type { Context } from '../../core/context';
import type { PrincipalPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { SigningKeys } from '../../signing/signing-keys';
import type { Bucket, ObjectVersion } from './bucket';
import { newBucketSettings } from './bucket-settings';
import { invalidArgument, methodNotAllowed, noSuchBucket, noSuchKey, noSuchVersion } from './errors';

export type Client = typeof import('@aws-sdk/client-s3');

/** One of S3's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, S3State, Name>;

/** Amazon S3 of the account: its buckets in all regions, by name. */
export class S3State {
  readonly buckets = new Map<string, Bucket>();
  readonly signingKeys = new SigningKeys();
  private sequence = 0;

  /** @param context of any region; S3 is the account's */
  constructor(
    readonly context: Context,
    readonly iam: PrincipalPort,
  ) {}

  /** @param hasObjectLock whether its objects could be locked, for which all their versions are kept */
  create(name: string, region: string, hasObjectLock = false): Bucket {
    const bucket: Bucket = {
      name,
      region,
      createdAt: this.context.clock.now(),
      versioning: hasObjectLock ? 'Enabled' : undefined,
      hasObjectLock,
      objects: new Map(),
      uploads: new Map(),
      completedUploads: new Map(),
      settings: newBucketSettings(),
    };
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** @throws AwsError `NoSuchBucket` */
  bucket(name: string | undefined): Bucket {
    const bucket = this.buckets.get(name ?? '');
    if (!bucket) throw noSuchBucket(name ?? '');
    return bucket;
  }

  /**
   * The object version that is asked for.
   *
   * @param method of the request: what only reads is told nothing of a delete marker that it has not named
   * @throws AwsError `NoSuchKey`, `NoSuchVersion`, `InvalidArgument` for what is no id, `MethodNotAllowed` for a delete marker
   */
  object(bucket: Bucket, key: string, versionId?: string, method = 'GET'): ObjectVersion {
    checkVersionId(versionId);
    const versions = bucket.objects.get(key);
    const version =
      versionId === undefined ? versions?.at(-1) : versions?.find((one) => one.versionId === versionId);
    if (!version) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    if (!version.isDeleteMarker) return version;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
    if (versionId === undefined && (method === 'GET' || method === 'HEAD')) throw noSuchKey(key, headers);
    throw methodNotAllowed(method, 'DeleteMarker', {
      ...headers,
      allow: 'DELETE',
      'last-modified': version.modifiedAt.toUTCString(),
    });
  }

  /**
   * The bytes of an object.
   *
   * @throws AwsError `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`
   */
  readObject(bucket: string, key: string, versionId?: string): Buffer {
    return this.object(this.bucket(bucket), key, versionId).body;
  }

  /** Tells the order of two events of one key: the greater is the later. */
  nextSequencer(): string {
    this.sequence += 1;
    return this.sequence.toString(16).toUpperCase().padStart(18, '0');
  }
}

/** What no version could be called is told from what none is called. */
function checkVersionId(versionId: string | undefined): void {
  if (versionId !== undefined && versionId !== 'null' && !/^[\w.-]{32}$/.test(versionId))
    throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}
