import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { perRegion } from './per-region';

export const autoScaling = perRegion((config) => new AutoScalingClient(config));

/**
 * For what is asked of each group of an account by a call of its own: Auto Scaling throttles that in accounts with many groups, and then the SDK
 * asks as slowly as it is let.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export const autoScalingPatiently = perRegion(
  (config) => new AutoScalingClient({ ...config, maxAttempts: 10, retryMode: 'adaptive' }),
);
