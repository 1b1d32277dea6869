import { IAMClient } from '@aws-sdk/client-iam';
import { perRegion } from './per-region';

export const iam = perRegion((config) => new IAMClient(config));
