import { SSMClient } from '@aws-sdk/client-ssm';
import { perRegion } from './per-region';

export const ssm = perRegion((config) => new SSMClient(config));

/** For what is done twice where it is asked for twice: the SDK does not ask again, whoever does looks first. */
export const ssmOnce = perRegion((config) => new SSMClient({ ...config, maxAttempts: 1 }));
