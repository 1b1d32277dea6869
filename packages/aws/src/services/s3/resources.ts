import type {
  BucketCannedACL,
  BucketLocationConstraint,
  Event as EventName,
  FilterRule,
  LifecycleRule,
  NotificationConfiguration,
  WebsiteConfiguration,
} from '@aws-sdk/client-s3';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { documentText, isEqual } from '../cloudformation/resources/values';

type Bucket = PropertiesOf<'AWS::S3::Bucket'>;
type Rule = NonNullable<Bucket['LifecycleConfiguration']>['Rules'][number];
type Filter = NonNullable<Notifications['TopicConfigurations']>[number]['Filter'];
type Notifications = NonNullable<Bucket['NotificationConfiguration']>;

/** CloudFormation has members of its own for what S3's rules call `Expiration`. */
function toLifecycleRule(rule: Rule): LifecycleRule {
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

function toWebsiteConfiguration(website: NonNullable<Bucket['WebsiteConfiguration']>): WebsiteConfiguration {
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

function toNotificationConfiguration(given: Notifications): NotificationConfiguration {
  const { EventBridgeConfiguration, LambdaConfigurations, QueueConfigurations, TopicConfigurations } = given;
  const shared = ({ Event, Filter }: { Event: string; Filter?: Filter }) => ({
    Events: [Event as EventName],
    ...(Filter && { Filter: { Key: { FilterRules: Filter.S3Key.Rules as FilterRule[] } } }),
  });
  return {
    ...(EventBridgeConfiguration?.EventBridgeEnabled && { EventBridgeConfiguration: {} }),
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
  name: string,
  next: Bucket,
  previous: Bucket,
  { aws }: ResourceContext,
): Promise<void> {
  for (const property of Object.keys(SETTERS) as (keyof typeof SETTERS)[])
    if (!isEqual(next[property], previous[property])) await SETTERS[property](aws.s3, name, next, previous);
}

type Setter = (
  s3: ResourceContext['aws']['s3'],
  Bucket: string,
  next: Bucket,
  previous: Bucket,
) => Promise<unknown>;

/** How each property is set or, where the template does not give it any more, unset; in this order, as ACLs depend on ownership. */
const SETTERS = {
  async BucketEncryption(s3, Bucket, { BucketEncryption }) {
    const Rules = (BucketEncryption?.ServerSideEncryptionConfiguration ?? []).map(
      ({ BucketKeyEnabled, ServerSideEncryptionByDefault }) => ({
        BucketKeyEnabled,
        ...(ServerSideEncryptionByDefault && {
          ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
        }),
      }),
    );
    if (Rules.length === 0) await s3.DeleteBucketEncryption({ Bucket });
    else await s3.PutBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
  },
  async PublicAccessBlockConfiguration(s3, Bucket, { PublicAccessBlockConfiguration }) {
    if (PublicAccessBlockConfiguration)
      await s3.PutPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration });
    else await s3.DeletePublicAccessBlock({ Bucket });
  },
  VersioningConfiguration: (s3, Bucket, { VersioningConfiguration = { Status: 'Suspended' } }) =>
    s3.PutBucketVersioning({ Bucket, VersioningConfiguration }),
  async OwnershipControls(s3, Bucket, { OwnershipControls }) {
    if (OwnershipControls)
      await s3.PutBucketOwnershipControls({
        Bucket,
        OwnershipControls: {
          Rules: OwnershipControls.Rules.map(({ ObjectOwnership }) => ({ ObjectOwnership })),
        },
      });
    else await s3.DeleteBucketOwnershipControls({ Bucket });
  },
  async LifecycleConfiguration(s3, Bucket, { LifecycleConfiguration }) {
    const Rules = (LifecycleConfiguration?.Rules ?? []).map(toLifecycleRule);
    if (Rules.length === 0) await s3.DeleteBucketLifecycle({ Bucket });
    else await s3.PutBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
  },
  async CorsConfiguration(s3, Bucket, { CorsConfiguration }) {
    const CORSRules = (CorsConfiguration?.CorsRules ?? []).map(({ ExposedHeaders, Id, MaxAge, ...rule }) => ({
      ...rule,
      ExposeHeaders: ExposedHeaders,
      ID: Id,
      MaxAgeSeconds: MaxAge,
    }));
    if (CORSRules.length === 0) await s3.DeleteBucketCors({ Bucket });
    else await s3.PutBucketCors({ Bucket, CORSConfiguration: { CORSRules } });
  },
  async WebsiteConfiguration(s3, Bucket, { WebsiteConfiguration }) {
    if (WebsiteConfiguration)
      await s3.PutBucketWebsite({
        Bucket,
        WebsiteConfiguration: toWebsiteConfiguration(WebsiteConfiguration),
      });
    else await s3.DeleteBucketWebsite({ Bucket });
  },
  async AccessControl(s3, Bucket, { AccessControl = 'Private' }, previous) {
    // Private is what a bucket without ACLs is.
    if (AccessControl !== 'Private' || previous.AccessControl !== undefined)
      await s3.PutBucketAcl({ Bucket, ACL: cannedAcl(AccessControl) });
  },
  NotificationConfiguration: (s3, Bucket, { NotificationConfiguration = {} }) =>
    s3.PutBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: toNotificationConfiguration(NotificationConfiguration),
    }),
} satisfies Partial<Record<keyof Bucket, Setter>>;

const bucket = resource('AWS::S3::Bucket', {
  handles: [
    'AccessControl',
    'BucketEncryption',
    'BucketName',
    'CorsConfiguration',
    'LifecycleConfiguration',
    'NotificationConfiguration',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
    'VersioningConfiguration',
    'WebsiteConfiguration',
  ],
  lacks: [
    'BucketEncryption.ServerSideEncryptionConfiguration.BlockedEncryptionTypes',
    'LifecycleConfiguration.Rules.NoncurrentVersionExpirationInDays',
    'LifecycleConfiguration.Rules.NoncurrentVersionTransition',
    'LifecycleConfiguration.Rules.NoncurrentVersionTransitions',
    'LifecycleConfiguration.Rules.ObjectSizeGreaterThan',
    'LifecycleConfiguration.Rules.ObjectSizeLessThan',
    'LifecycleConfiguration.Rules.TagFilters',
    'LifecycleConfiguration.Rules.Transition',
    'LifecycleConfiguration.Rules.Transitions',
    'LifecycleConfiguration.TransitionDefaultMinimumObjectSize',
  ],
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

const bucketPolicy = resource('AWS::S3::BucketPolicy', {
  handles: ['Bucket', 'PolicyDocument'],
  async create({ Bucket, PolicyDocument }, { aws }) {
    await aws.s3.PutBucketPolicy({ Bucket, Policy: documentText(PolicyDocument) });
    return { id: Bucket };
  },
  async update(_id, { Bucket, PolicyDocument }, _previous, { aws }) {
    await aws.s3.PutBucketPolicy({ Bucket, Policy: documentText(PolicyDocument) });
    return undefined;
  },
  delete: (_id, { Bucket }, { aws }) => aws.s3.DeleteBucketPolicy({ Bucket }),
});

/** AWS::S3. */
export const s3Types = [bucket, bucketPolicy];
