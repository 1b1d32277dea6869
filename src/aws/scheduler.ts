import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { perRegion } from './per-region';

export const scheduler = perRegion((config) => new SchedulerClient(config));
