import type { Op } from '../state';

// Configurations of inventories, analytics, metrics and tiers cannot be put: no bucket has any. Clients look for them at each bucket.

export const ListBucketInventoryConfigurations: Op<'ListBucketInventoryConfigurations'> = (s3, input) => {
  s3.bucket(input.Bucket);
  return { IsTruncated: false };
};

export const ListBucketAnalyticsConfigurations: Op<'ListBucketAnalyticsConfigurations'> = (s3, input) => {
  s3.bucket(input.Bucket);
  return { IsTruncated: false };
};

export const ListBucketMetricsConfigurations: Op<'ListBucketMetricsConfigurations'> = (s3, input) => {
  s3.bucket(input.Bucket);
  return { IsTruncated: false };
};

export const ListBucketIntelligentTieringConfigurations: Op<'ListBucketIntelligentTieringConfigurations'> = (
  s3,
  input,
) => {
  s3.bucket(input.Bucket);
  return { IsTruncated: false };
};
