import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { perRegion } from './per-region';

export const serviceQuotas = perRegion((config) => new ServiceQuotasClient(config));
