import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as changes from './operations/changes';
import * as quotas from './operations/quotas';
import { type Client, ServiceQuotasState } from './state';

/** Service Quotas of one region. */
export const serviceQuotas = defineService<Client, ServiceQuotasState>({
  client: () => import('@aws-sdk/client-service-quotas'),
  signingName: 'servicequotas',
  target: 'ServiceQuotasV20190624',
  authorization,
  create: (context) => new ServiceQuotasState(context),
  operations: { ...quotas, ...changes },
});
