import { Inspector2Client } from '@aws-sdk/client-inspector2';
import { perRegion } from './per-region';

export const inspector = perRegion((config) => new Inspector2Client(config));
