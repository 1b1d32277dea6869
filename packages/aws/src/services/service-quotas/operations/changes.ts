import type { RequestedServiceQuotaChange } from '@aws-sdk/client-service-quotas';
import { randomHex } from '../../../core/ids';
import { noSuchResource } from '../errors';
import type { Op, QuotaChange, ServiceQuotasState } from '../state';
import { pageOf } from './page-of';

/** https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html */
export const RequestServiceQuotaIncrease: Op<'RequestServiceQuotaIncrease'> = (quotas, input, call) => {
  const now = quotas.context.clock.now();
  const change = quotas.ask({
    id: randomHex(40),
    quota: quotas.quota(input.ServiceCode, input.QuotaCode),
    desired: input.DesiredValue ?? 0,
    requester: call.principal.arn,
    createdAt: now,
    updatedAt: now,
    status: 'PENDING',
  });
  return { RequestedQuota: show(quotas, change) };
};

export const GetRequestedServiceQuotaChange: Op<'GetRequestedServiceQuotaChange'> = (quotas, input) => {
  const change = quotas.changes.find(({ id }) => id === input.RequestId);
  if (!change) throw noSuchResource('The request failed because the specified request does not exist.');
  return { RequestedQuota: show(quotas, change) };
};

export const ListRequestedServiceQuotaChangeHistory: Op<'ListRequestedServiceQuotaChangeHistory'> = (
  quotas,
  input,
) => {
  const found = quotas.changes
    .filter(({ quota }) => (input.ServiceCode ?? quota.service) === quota.service)
    .filter(({ status }) => (input.Status ?? status) === status);
  const { items, NextToken } = pageOf(found, ({ id }) => id, input);
  return { RequestedQuotas: items.map((change) => show(quotas, change)), NextToken };
};

function show({ context }: ServiceQuotasState, change: QuotaChange): RequestedServiceQuotaChange {
  const { quota } = change;
  return {
    Id: change.id,
    ServiceCode: quota.service,
    QuotaCode: quota.code,
    QuotaName: quota.name,
    DesiredValue: change.desired,
    Status: change.status,
    Created: change.createdAt,
    LastUpdated: change.updatedAt,
    Requester: JSON.stringify({ accountId: context.accountId, callerArn: change.requester }),
    QuotaArn: `arn:aws:servicequotas:${context.region}:${context.accountId}:${quota.service}/${quota.code}`,
    GlobalQuota: false,
    Unit: 'None',
  };
}
