import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { isPublicPolicy, readPolicy } from '../access/bucket-policy';
import { checkCors } from '../access/cors';
import type { Buckets } from '../buckets';
import { defaultEncryption } from '../configurations';
import { accessDenied } from '../errors';
import { checkNotifications, sendTestMessages } from '../notifications/notifications';

type Client = typeof import('@aws-sdk/client-s3');

/** The operations on the settings of buckets. */
export function configurationOperations(buckets: Buckets) {
  const settings = (name: string | undefined) => buckets.bucket(name).configurations;

  return {
    PutBucketVersioning(input) {
      const status = input.VersioningConfiguration?.Status;
      if (status !== 'Enabled' && status !== 'Suspended') throw malformed();
      buckets.bucket(input.Bucket).versioning = status;
      return {};
    },
    GetBucketVersioning: (input) => ({ Status: buckets.bucket(input.Bucket).versioning }),

    PutBucketPolicy(input) {
      const own = settings(input.Bucket);
      const policy = readPolicy(input.Policy ?? '', input.Bucket ?? '');
      if (own.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy)) throw accessDenied();
      own.policy = input.Policy;
      return {};
    },
    GetBucketPolicy(input) {
      const { policy } = settings(input.Bucket);
      if (policy === undefined) throw absent('NoSuchBucketPolicy', 'The bucket policy does not exist');
      return { Policy: policy };
    },
    GetBucketPolicyStatus(input) {
      const { policy } = settings(input.Bucket);
      if (policy === undefined) throw absent('NoSuchBucketPolicy', 'The bucket policy does not exist');
      return { PolicyStatus: { IsPublic: isPublicPolicy(readPolicy(policy, input.Bucket ?? '')) } };
    },
    DeleteBucketPolicy(input) {
      settings(input.Bucket).policy = undefined;
      return {};
    },

    PutBucketEncryption(input) {
      if (!input.ServerSideEncryptionConfiguration?.Rules?.length) throw malformed();
      settings(input.Bucket).encryption = input.ServerSideEncryptionConfiguration;
      return {};
    },
    GetBucketEncryption: (input) => ({
      ServerSideEncryptionConfiguration: settings(input.Bucket).encryption,
    }),
    DeleteBucketEncryption(input) {
      settings(input.Bucket).encryption = defaultEncryption();
      return {};
    },

    PutPublicAccessBlock(input) {
      const asked = input.PublicAccessBlockConfiguration;
      settings(input.Bucket).publicAccessBlock = {
        BlockPublicAcls: asked?.BlockPublicAcls ?? false,
        IgnorePublicAcls: asked?.IgnorePublicAcls ?? false,
        BlockPublicPolicy: asked?.BlockPublicPolicy ?? false,
        RestrictPublicBuckets: asked?.RestrictPublicBuckets ?? false,
      };
      return {};
    },
    GetPublicAccessBlock(input) {
      const { publicAccessBlock } = settings(input.Bucket);
      if (!publicAccessBlock) {
        throw absent(
          'NoSuchPublicAccessBlockConfiguration',
          'The public access block configuration was not found',
        );
      }
      return { PublicAccessBlockConfiguration: publicAccessBlock };
    },
    DeletePublicAccessBlock(input) {
      settings(input.Bucket).publicAccessBlock = undefined;
      return {};
    },

    PutBucketOwnershipControls(input) {
      if (!input.OwnershipControls?.Rules?.length) throw malformed();
      settings(input.Bucket).ownershipControls = input.OwnershipControls;
      return {};
    },
    GetBucketOwnershipControls(input) {
      const { ownershipControls } = settings(input.Bucket);
      if (!ownershipControls)
        throw absent('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found');
      return { OwnershipControls: ownershipControls };
    },
    DeleteBucketOwnershipControls(input) {
      settings(input.Bucket).ownershipControls = undefined;
      return {};
    },

    PutBucketNotificationConfiguration(input, call: Call) {
      const bucket = buckets.bucket(input.Bucket);
      const destinations = buckets.account.destinationsOf?.(bucket.region);
      bucket.configurations.notification = checkNotifications(
        input.NotificationConfiguration ?? {},
        bucket,
        input.SkipDestinationValidation ? undefined : destinations,
      );
      if (destinations) sendTestMessages(bucket, destinations, call, buckets.account.clock.now());
      return {};
    },
    GetBucketNotificationConfiguration: (input) => ({ ...settings(input.Bucket).notification }),

    PutBucketLifecycleConfiguration(input) {
      const rules = input.LifecycleConfiguration?.Rules ?? [];
      if (rules.length === 0) throw malformed();
      settings(input.Bucket).lifecycle = {
        rules: rules.map((rule, index) => ({ ...rule, ID: rule.ID || `rule-${index + 1}` })),
        transitionMinimum: input.TransitionDefaultMinimumObjectSize,
      };
      return {};
    },
    GetBucketLifecycleConfiguration(input) {
      const { lifecycle } = settings(input.Bucket);
      if (!lifecycle)
        throw absent('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
      return {
        Rules: lifecycle.rules,
        TransitionDefaultMinimumObjectSize: (lifecycle.transitionMinimum ??
          'all_storage_classes_128K') as 'all_storage_classes_128K',
      };
    },
    DeleteBucketLifecycle(input) {
      settings(input.Bucket).lifecycle = undefined;
      return {};
    },

    PutBucketTagging(input) {
      const tags = input.Tagging?.TagSet ?? [];
      if (new Set(tags.map((tag) => tag.Key)).size !== tags.length)
        throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key');
      settings(input.Bucket).tags = tags;
      return {};
    },
    GetBucketTagging(input) {
      const { tags } = settings(input.Bucket);
      if (tags.length === 0) throw absent('NoSuchTagSet', 'The TagSet does not exist');
      return { TagSet: tags };
    },
    DeleteBucketTagging(input) {
      settings(input.Bucket).tags = [];
      return {};
    },

    PutBucketCors(input) {
      if (!input.CORSConfiguration?.CORSRules?.length) throw malformed();
      settings(input.Bucket).cors = checkCors(input.CORSConfiguration);
      return {};
    },
    GetBucketCors(input) {
      const { cors } = settings(input.Bucket);
      if (!cors) throw absent('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
      return { CORSRules: cors.CORSRules };
    },
    DeleteBucketCors(input) {
      settings(input.Bucket).cors = undefined;
      return {};
    },

    PutBucketWebsite(input) {
      settings(input.Bucket).website = input.WebsiteConfiguration;
      return {};
    },
    GetBucketWebsite(input) {
      const { website } = settings(input.Bucket);
      if (!website)
        throw absent(
          'NoSuchWebsiteConfiguration',
          'The specified bucket does not have a website configuration',
        );
      return { ...website };
    },
    DeleteBucketWebsite(input) {
      settings(input.Bucket).website = undefined;
      return {};
    },

    PutBucketLogging(input) {
      settings(input.Bucket).logging = input.BucketLoggingStatus?.LoggingEnabled;
      return {};
    },
    GetBucketLogging: (input) => ({ LoggingEnabled: settings(input.Bucket).logging }),

    PutBucketReplication(input) {
      settings(input.Bucket).replication = input.ReplicationConfiguration;
      return {};
    },
    GetBucketReplication(input) {
      const { replication } = settings(input.Bucket);
      if (!replication)
        throw absent('ReplicationConfigurationNotFoundError', 'The replication configuration was not found');
      return { ReplicationConfiguration: replication };
    },
    DeleteBucketReplication(input) {
      settings(input.Bucket).replication = undefined;
      return {};
    },

    PutBucketAccelerateConfiguration(input) {
      settings(input.Bucket).accelerate = input.AccelerateConfiguration?.Status;
      return {};
    },
    GetBucketAccelerateConfiguration: (input) => ({
      Status: settings(input.Bucket).accelerate as 'Enabled' | undefined,
    }),

    PutBucketRequestPayment(input) {
      settings(input.Bucket).payer = input.RequestPaymentConfiguration?.Payer ?? 'BucketOwner';
      return {};
    },
    GetBucketRequestPayment: (input) => ({ Payer: settings(input.Bucket).payer as 'BucketOwner' }),

    GetObjectLockConfiguration(input) {
      buckets.bucket(input.Bucket);
      throw absent(
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
      );
    },
  } satisfies OperationsOf<Client>;
}

function absent(code: string, message: string): AwsError {
  return new AwsError(code, message, 404);
}

function malformed(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
