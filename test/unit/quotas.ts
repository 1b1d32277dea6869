import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';

/** Gives the tests of a file an account whose quotas have room for whatever they plan. */
export function useRoomyQuotas(): void {
  const quotas = mockClient(ServiceQuotasClient);
  beforeEach(() => {
    quotas.reset();
    quotas.on(GetServiceQuotaCommand).resolves({ Quota: { QuotaName: 'vCPUs', Value: 1000 } });
  });
}
