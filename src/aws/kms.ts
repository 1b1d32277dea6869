import { KMSClient } from '@aws-sdk/client-kms';
import { perRegion } from './per-region';

export const kms = perRegion((config) => new KMSClient(config));
