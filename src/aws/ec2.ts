import { EC2Client } from '@aws-sdk/client-ec2';
import { perRegion } from './per-region';

export const ec2 = perRegion((config) => new EC2Client(config));
