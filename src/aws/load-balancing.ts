import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { perRegion } from './per-region';

export const loadBalancing = perRegion((config) => new ElasticLoadBalancingV2Client(config));
