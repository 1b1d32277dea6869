import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { perRegion } from './per-region';

export const classicLoadBalancing = perRegion((config) => new ElasticLoadBalancingClient(config));
