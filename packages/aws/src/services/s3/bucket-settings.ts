import type {
  CORSConfiguration,
  Grant,
  LifecycleRule,
  LoggingEnabled,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
  WebsiteConfiguration,
} from '@aws-sdk/client-s3';

/** The settings of a bucket that are documents of their own. */
export interface BucketSettings {
  policy?: string;
  /** What its ACL grants; undefined for the owner's full control. */
  acl?: Grant[];
  encryption: ServerSideEncryptionConfiguration;
  publicAccessBlock?: PublicAccessBlockConfiguration;
  ownershipControls?: OwnershipControls;
  notification: NotificationConfiguration;
  lifecycle?: { rules: LifecycleRule[]; transitionMinimum?: string };
  tags: Tag[];
  cors?: CORSConfiguration;
  website?: WebsiteConfiguration;
  logging?: LoggingEnabled;
  replication?: ReplicationConfiguration;
  accelerate?: string;
  payer: string;
}

/** What AWS gives a new bucket: encryption with S3's keys, no public access, no ACLs. */
export function newBucketSettings(): BucketSettings {
  return {
    encryption: defaultEncryption(),
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    ownershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    notification: {},
    tags: [],
    payer: 'BucketOwner',
  };
}

export function defaultEncryption(): ServerSideEncryptionConfiguration {
  return {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
  };
}
