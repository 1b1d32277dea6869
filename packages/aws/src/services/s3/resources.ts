import {
  type BucketCannedACL,
  type BucketLocationConstraint,
  type Condition,
  Condition$,
  type Event as EventName,
  type FilterRule,
  type LifecycleRule,
  type NotificationConfiguration,
  type ObjectOwnership,
  type PublicAccessBlockConfiguration,
  PublicAccessBlockConfiguration$,
  type Redirect,
  Redirect$,
  type ServerSideEncryption,
  type WebsiteConfiguration,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { flag, json, number, oneOf, shape, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

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

const websiteConfiguration = z.strictObject({
  ErrorDocument: text.optional(),
  IndexDocument: text.optional(),
  RedirectAllRequestsTo: z
    .strictObject({ HostName: text, Protocol: oneOf<'http' | 'https'>().optional() })
    .optional(),
  RoutingRules: z
    .array(
      z.strictObject({
        RedirectRule: shape<Redirect>(Redirect$),
        RoutingRuleCondition: shape<Condition>(Condition$).optional(),
      }),
    )
    .optional(),
});

/** What the kinds of notifications have in common. */
const notification = {
  Event: text,
  Filter: z
    .strictObject({
      S3Key: z.strictObject({
        Rules: z.array(z.strictObject({ Name: oneOf<'prefix' | 'suffix'>(), Value: text })),
      }),
    })
    .optional(),
};

const bucketProperties = z.strictObject({
  AccessControl: oneOf<BucketCannedACL>().optional(),
  BucketEncryption: encryption.optional(),
  BucketName: text.optional(),
  CorsConfiguration: z.strictObject({ CorsRules: z.array(corsRule) }).optional(),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(lifecycleRule) }).optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: flag.optional() }).optional(),
      LambdaConfigurations: z.array(z.strictObject({ ...notification, Function: text })).optional(),
      QueueConfigurations: z.array(z.strictObject({ ...notification, Queue: text })).optional(),
      TopicConfigurations: z.array(z.strictObject({ ...notification, Topic: text })).optional(),
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
  WebsiteConfiguration: websiteConfiguration.optional(),
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

function toWebsiteConfiguration(
  website: NonNullable<BucketProperties['WebsiteConfiguration']>,
): WebsiteConfiguration {
  const { ErrorDocument, IndexDocument, RedirectAllRequestsTo, RoutingRules } = website;
  return {
    RedirectAllRequestsTo,
    ErrorDocument: ErrorDocument === undefined ? undefined : { Key: ErrorDocument },
    IndexDocument: IndexDocument === undefined ? undefined : { Suffix: IndexDocument },
    RoutingRules: RoutingRules?.map(({ RedirectRule, RoutingRuleCondition }) => ({
      Redirect: RedirectRule,
      Condition: RoutingRuleCondition,
    })),
  };
}

function toNotificationConfiguration(
  given: NonNullable<BucketProperties['NotificationConfiguration']>,
): NotificationConfiguration {
  const { EventBridgeConfiguration, LambdaConfigurations, QueueConfigurations, TopicConfigurations } = given;
  const shared = ({ Event, Filter }: { Event: string; Filter?: { S3Key: { Rules: FilterRule[] } } }) => ({
    Events: [Event as EventName],
    ...(Filter && { Filter: { Key: { FilterRules: Filter.S3Key.Rules } } }),
  });
  const toEventBridge = EventBridgeConfiguration && EventBridgeConfiguration.EventBridgeEnabled !== false;
  return {
    ...(toEventBridge && { EventBridgeConfiguration: {} }),
    LambdaFunctionConfigurations: LambdaConfigurations?.map((one) => ({
      ...shared(one),
      LambdaFunctionArn: one.Function,
    })),
    QueueConfigurations: QueueConfigurations?.map((one) => ({ ...shared(one), QueueArn: one.Queue })),
    TopicConfigurations: TopicConfigurations?.map((one) => ({ ...shared(one), TopicArn: one.Topic })),
  };
}

/** `PublicReadWrite` is `public-read-write` in the API. */
function cannedAcl(name: string): BucketCannedACL {
  return name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase() as BucketCannedACL;
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
  if (changed('WebsiteConfiguration')) {
    const website = next.WebsiteConfiguration;
    if (website)
      await aws.s3.PutBucketWebsite({ Bucket, WebsiteConfiguration: toWebsiteConfiguration(website) });
    else await aws.s3.DeleteBucketWebsite({ Bucket });
  }
  if (changed('AccessControl')) {
    const ACL = next.AccessControl ?? 'Private';
    // Private is what a bucket without ACLs is.
    if (ACL !== 'Private' || previous.AccessControl !== undefined)
      await aws.s3.PutBucketAcl({ Bucket, ACL: cannedAcl(ACL) });
  }
  if (changed('NotificationConfiguration')) {
    await aws.s3.PutBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: toNotificationConfiguration(next.NotificationConfiguration ?? {}),
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
