import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { perRegion } from './per-region';

export const autoScaling = perRegion((config) => new AutoScalingClient(config));
