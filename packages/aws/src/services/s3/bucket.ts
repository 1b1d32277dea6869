import type {
  ChecksumAlgorithm,
  CompleteMultipartUploadCommandOutput,
  Grant,
  ServerSideEncryption,
  StorageClass,
  Tag,
} from '@aws-sdk/client-s3';
import type { BucketSettings } from './bucket-settings';

/** A checksum that S3 keeps with an object: the algorithm and the base64 of the digest. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What a client says of an object beside its bytes. */
export interface ObjectHeaders {
  readonly contentType: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
  readonly encryption: ServerSideEncryption;
  /** Of the key in KMS, by which the object is encrypted: its ARN. */
  readonly kmsKeyId?: string;
  readonly hasBucketKey?: boolean;
  /** What the object itself is encrypted with; undefined where everybody may read it who may read objects. */
  readonly dataKey?: DataKey;
}

/** A key of KMS's making, itself encrypted. */
export interface DataKey {
  readonly ciphertext: Uint8Array;
  /** What it is bound to. */
  readonly context: Record<string, string>;
}

/** One version of an object; a delete marker has no content. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` where the bucket was not versioned. */
  readonly versionId: string;
  readonly modifiedAt: Date;
  readonly isDeleteMarker: boolean;
  readonly body: Buffer;
  /** With its quotes. */
  readonly etag: string;
  readonly headers: ObjectHeaders;
  readonly checksum?: Checksum;
  /** Of the parts of a multipart upload. */
  readonly partSizes?: readonly number[];
  tags: Tag[];
  /** What its ACL grants; undefined for the owner's full control. */
  acl?: Grant[];
}

export interface Part {
  readonly number: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly checksum?: Checksum;
}

export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiatedAt: Date;
  readonly headers: ObjectHeaders;
  readonly tags: Tag[];
  readonly acl?: Grant[];
  readonly algorithm?: ChecksumAlgorithm;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts: Map<number, Part>;
}

export interface CompletedUpload {
  readonly key: string;
  readonly answer: Omit<CompleteMultipartUploadCommandOutput, '$metadata'>;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly createdAt: Date;
  versioning?: 'Enabled' | 'Suspended';
  /** Whether its objects could be locked. */
  readonly hasObjectLock: boolean;
  /** By key, oldest version first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
  /** The newest uploads that were completed, by id: who completes one again is told the same. */
  readonly completedUploads: Map<string, CompletedUpload>;
  readonly settings: BucketSettings;
}

/** The newest version of a key; undefined when there is none, or it is a delete marker. */
export function currentObject(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.objects.get(key)?.at(-1);
  return newest?.isDeleteMarker ? undefined : newest;
}
