import {
  type BucketLocationConstraint,
  type LifecycleRule,
  type ObjectOwnership,
  type PublicAccessBlockConfiguration,
  PublicAccessBlockConfiguration$,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { flag, json, number, oneOf, shape, tags, text } from './properties';
import { type ResourceContext, type ResourceType, resource } from './resource';

const encryption = z.strictObject({
  ServerSideEncryptionConfiguration: z.array(
    z.strictObject({
      BucketKeyEnabled: flag.optional(),
      ServerSideEncryptionByDefault: z
        .strictObject({ KMSMasterKeyID: text.optional(), SSEAlgorithm: oneOf<ServerSideEncryption>() })
        .optional(),
    }),
  ),
});

/** CloudFormation has members of its own for what S3's rules call `Expiration`. */
const lifecycleRule = z.strictObject({
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: number }).optional(),
  ExpirationDate: text.optional(),
  ExpirationInDays: number.optional(),
  ExpiredObjectDeleteMarker: flag.optional(),
  Id: text.optional(),
  NoncurrentVersionExpiration: z
    .strictObject({ NoncurrentDays: number, NewerNoncurrentVersions: number.optional() })
    .optional(),
  Prefix: text.optional(),
  Status: oneOf<'Enabled' | 'Disabled'>(),
});

const corsRule = z.strictObject({
  AllowedHeaders: z.array(text).optional(),
  AllowedMethods: z.array(text),
  AllowedOrigins: z.array(text),
  ExposedHeaders: z.array(text).optional(),
  Id: text.optional(),
  MaxAge: number.optional(),
});

const bucketProperties = z.strictObject({
  BucketEncryption: encryption.optional(),
  BucketName: text.optional(),
  CorsConfiguration: z.strictObject({ CorsRules: z.array(corsRule) }).optional(),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(lifecycleRule) }).optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: flag.optional() }).optional(),
    })
    .optional(),
  OwnershipControls: z
    .strictObject({ Rules: z.array(z.strictObject({ ObjectOwnership: oneOf<ObjectOwnership>() })) })
    .optional(),
  PublicAccessBlockConfiguration: shape<PublicAccessBlockConfiguration>(
    PublicAccessBlockConfiguration$,
  ).optional(),
  Tags: tags.optional(),
  VersioningConfiguration: z.strictObject({ Status: oneOf<'Enabled' | 'Suspended'>() }).optional(),
});
type BucketProperties = z.output<typeof bucketProperties>;

function toLifecycleRule(rule: z.output<typeof lifecycleRule>): LifecycleRule {
  const expires = rule.ExpirationDate ?? rule.ExpirationInDays ?? rule.ExpiredObjectDeleteMarker;
  return {
    ID: rule.Id,
    Status: rule.Status,
    Filter: { Prefix: rule.Prefix ?? '' },
    ...(expires !== undefined && {
      Expiration: {
        ...(rule.ExpirationDate !== undefined && { Date: new Date(rule.ExpirationDate) }),
        Days: rule.ExpirationInDays,
        ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
      },
    }),
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
    NoncurrentVersionExpiration: rule.NoncurrentVersionExpiration,
  };
}

/** Sets what the creation of a bucket cannot say; each thing has a call of its own. */
async function setBucket(
  Bucket: string,
  next: BucketProperties,
  previous: Partial<BucketProperties>,
  { aws }: ResourceContext,
): Promise<void> {
  const changed = (key: keyof BucketProperties) =>
    JSON.stringify(next[key]) !== JSON.stringify(previous[key]);
  if (changed('BucketEncryption')) {
    const Rules = (next.BucketEncryption?.ServerSideEncryptionConfiguration ?? []).map(
      ({ BucketKeyEnabled, ServerSideEncryptionByDefault: byDefault }) => ({
        BucketKeyEnabled,
        ...(byDefault && {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: byDefault.SSEAlgorithm,
            KMSMasterKeyID: byDefault.KMSMasterKeyID,
          },
        }),
      }),
    );
    if (Rules.length === 0) await aws.s3.DeleteBucketEncryption({ Bucket });
    else await aws.s3.PutBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
  }
  if (changed('PublicAccessBlockConfiguration')) {
    const { PublicAccessBlockConfiguration } = next;
    if (PublicAccessBlockConfiguration)
      await aws.s3.PutPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration });
    else await aws.s3.DeletePublicAccessBlock({ Bucket });
  }
  if (changed('VersioningConfiguration'))
    await aws.s3.PutBucketVersioning({
      Bucket,
      VersioningConfiguration: next.VersioningConfiguration ?? { Status: 'Suspended' },
    });
  if (changed('OwnershipControls')) {
    if (next.OwnershipControls)
      await aws.s3.PutBucketOwnershipControls({ Bucket, OwnershipControls: next.OwnershipControls });
    else await aws.s3.DeleteBucketOwnershipControls({ Bucket });
  }
  if (changed('LifecycleConfiguration')) {
    const Rules = (next.LifecycleConfiguration?.Rules ?? []).map(toLifecycleRule);
    if (Rules.length === 0) await aws.s3.DeleteBucketLifecycle({ Bucket });
    else await aws.s3.PutBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
  }
  if (changed('CorsConfiguration')) {
    const CORSRules = (next.CorsConfiguration?.CorsRules ?? []).map(
      ({ ExposedHeaders, Id, MaxAge, ...rule }) => ({
        ...rule,
        ExposeHeaders: ExposedHeaders,
        ID: Id,
        MaxAgeSeconds: MaxAge,
      }),
    );
    if (CORSRules.length === 0) await aws.s3.DeleteBucketCors({ Bucket });
    else await aws.s3.PutBucketCors({ Bucket, CORSConfiguration: { CORSRules } });
  }
  if (changed('NotificationConfiguration')) {
    const events = next.NotificationConfiguration?.EventBridgeConfiguration;
    await aws.s3.PutBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration:
        events && events.EventBridgeEnabled !== false ? { EventBridgeConfiguration: {} } : {},
    });
  }
}

const bucket = resource({
  properties: bucketProperties,
  attributes: ['Arn', 'DomainName', 'DualStackDomainName', 'RegionalDomainName', 'WebsiteURL'],
  replaceOn: ['BucketName'],
  name: 'BucketName',
  async create(properties, context) {
    const { aws, region } = context;
    const id = properties.BucketName ?? context.physicalName({ max: 63, lower: true });
    await aws.s3.CreateBucket({
      Bucket: id,
      ...(region !== 'us-east-1' && {
        CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
      }),
    });
    context.made(id);
    await setBucket(id, properties, {}, context);
    await aws.s3.PutBucketTagging({ Bucket: id, Tagging: { TagSet: [...context.tags] } });
    return {
      id,
      attributes: {
        Arn: `arn:aws:s3:::${id}`,
        DomainName: `${id}.s3.amazonaws.com`,
        DualStackDomainName: `${id}.s3.dualstack.${region}.amazonaws.com`,
        RegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
        WebsiteURL: `http://${id}.s3-website-${region}.amazonaws.com`,
      },
    };
  },
  async update(id, next, previous, context) {
    await setBucket(id, next, previous, context);
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.s3.DeleteBucket({ Bucket: id }),
  retag: (id, _change, { aws, tags: all }) =>
    aws.s3.PutBucketTagging({ Bucket: id, Tagging: { TagSet: [...all] } }),
});

const bucketPolicy = resource({
  properties: z.strictObject({ Bucket: text, PolicyDocument: json }),
  replaceOn: ['Bucket'],
  async create({ Bucket, PolicyDocument }, { aws }) {
    await aws.s3.PutBucketPolicy({ Bucket, Policy: PolicyDocument });
    return { id: Bucket };
  },
  async update(_id, { Bucket, PolicyDocument }, _previous, { aws }) {
    await aws.s3.PutBucketPolicy({ Bucket, Policy: PolicyDocument });
    return undefined;
  },
  delete: (_id, { Bucket }, { aws }) => aws.s3.DeleteBucketPolicy({ Bucket }),
});

/** AWS::S3. */
export const s3Types: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
};
