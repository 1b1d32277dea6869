import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { perRegion } from './per-region';

export const cloudWatch = perRegion((config) => new CloudWatchClient(config));
