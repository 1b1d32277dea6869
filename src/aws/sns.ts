import { SNSClient } from '@aws-sdk/client-sns';
import { perRegion } from './per-region';

export const sns = perRegion((config) => new SNSClient(config));
