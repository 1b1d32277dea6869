import { defaultEncryption } from '../bucket-settings';
import { malformedXml, notConfigured, versioningIsFixed } from '../errors';
import type { Op } from '../state';

export const PutBucketVersioning: Op<'PutBucketVersioning'> = (s3, input) => {
  const status = input.VersioningConfiguration?.Status;
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  const bucket = s3.bucket(input.Bucket);
  if (status === 'Suspended' && bucket.hasObjectLock) throw versioningIsFixed();
  bucket.versioning = status;
  return {};
};

export const GetBucketVersioning: Op<'GetBucketVersioning'> = (s3, input) => ({
  Status: s3.bucket(input.Bucket).versioning,
});

export const PutBucketEncryption: Op<'PutBucketEncryption'> = (s3, input) => {
  if (!input.ServerSideEncryptionConfiguration?.Rules?.length) throw malformedXml();
  s3.bucket(input.Bucket).settings.encryption = input.ServerSideEncryptionConfiguration;
  return {};
};

export const GetBucketEncryption: Op<'GetBucketEncryption'> = (s3, input) => ({
  ServerSideEncryptionConfiguration: s3.bucket(input.Bucket).settings.encryption,
});

export const DeleteBucketEncryption: Op<'DeleteBucketEncryption'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.encryption = defaultEncryption();
  return {};
};

export const PutBucketLifecycleConfiguration: Op<'PutBucketLifecycleConfiguration'> = (s3, input) => {
  const rules = input.LifecycleConfiguration?.Rules ?? [];
  if (rules.length === 0) throw malformedXml();
  s3.bucket(input.Bucket).settings.lifecycle = {
    rules: rules.map((rule, index) => ({ ...rule, ID: rule.ID || `rule-${index + 1}` })),
    transitionMinimum: input.TransitionDefaultMinimumObjectSize,
  };
  return {};
};

export const GetBucketLifecycleConfiguration: Op<'GetBucketLifecycleConfiguration'> = (s3, input) => {
  const { lifecycle } = s3.bucket(input.Bucket).settings;
  if (!lifecycle)
    throw notConfigured(
      'NoSuchLifecycleConfiguration',
      'The lifecycle configuration does not exist',
      input.Bucket,
    );
  return {
    Rules: lifecycle.rules,
    TransitionDefaultMinimumObjectSize: (lifecycle.transitionMinimum ??
      'all_storage_classes_128K') as 'all_storage_classes_128K',
  };
};

export const DeleteBucketLifecycle: Op<'DeleteBucketLifecycle'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.lifecycle = undefined;
  return {};
};

export const PutBucketLogging: Op<'PutBucketLogging'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.logging = input.BucketLoggingStatus?.LoggingEnabled;
  return {};
};

export const GetBucketLogging: Op<'GetBucketLogging'> = (s3, input) => ({
  LoggingEnabled: s3.bucket(input.Bucket).settings.logging,
});

export const PutBucketReplication: Op<'PutBucketReplication'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.replication = input.ReplicationConfiguration;
  return {};
};

export const GetBucketReplication: Op<'GetBucketReplication'> = (s3, input) => {
  const { replication } = s3.bucket(input.Bucket).settings;
  if (!replication)
    throw notConfigured(
      'ReplicationConfigurationNotFoundError',
      'The replication configuration was not found',
      input.Bucket,
    );
  return { ReplicationConfiguration: replication };
};

export const DeleteBucketReplication: Op<'DeleteBucketReplication'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.replication = undefined;
  return {};
};

export const PutBucketAccelerateConfiguration: Op<'PutBucketAccelerateConfiguration'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.accelerate = input.AccelerateConfiguration?.Status;
  return {};
};

export const GetBucketAccelerateConfiguration: Op<'GetBucketAccelerateConfiguration'> = (s3, input) => ({
  Status: s3.bucket(input.Bucket).settings.accelerate as 'Enabled' | undefined,
});

export const PutBucketRequestPayment: Op<'PutBucketRequestPayment'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.payer = input.RequestPaymentConfiguration?.Payer ?? 'BucketOwner';
  return {};
};

export const GetBucketRequestPayment: Op<'GetBucketRequestPayment'> = (s3, input) => ({
  Payer: s3.bucket(input.Bucket).settings.payer as 'BucketOwner',
});

export const GetObjectLockConfiguration: Op<'GetObjectLockConfiguration'> = (s3, input) => {
  if (s3.bucket(input.Bucket).hasObjectLock)
    return { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } };
  throw notConfigured(
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
    input.Bucket,
  );
};
