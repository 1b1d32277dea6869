import type { Authorization } from '../../core/authorization/authorization';
import type { ServiceQuotasState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsservicequotas.html */
export const authorization: Authorization<ServiceQuotasState> = {
  find({ context }, _type, { input }) {
    const { region, accountId } = context;
    return [
      `arn:aws:servicequotas:${region}:${accountId}:${input.ServiceCode ?? '*'}/${input.QuotaCode ?? '*'}`,
    ];
  },
  context: (_quotas, _access, { input }) => ({
    'servicequotas:service': input.ServiceCode as string | undefined,
  }),
};
