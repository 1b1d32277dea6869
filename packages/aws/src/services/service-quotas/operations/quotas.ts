import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import type { PublishedQuota } from '../../../../data/service-quotas.json';
import type { Op, ServiceQuotasState } from '../state';
import { pageOf } from './page-of';

/** https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html */
export const GetServiceQuota: Op<'GetServiceQuota'> = (quotas, input) => {
  const quota = quotas.quota(input.ServiceCode, input.QuotaCode);
  return { Quota: showApplied(quotas, quota) };
};

export const GetAWSDefaultServiceQuota: Op<'GetAWSDefaultServiceQuota'> = (quotas, input) => {
  return { Quota: showDefault(quotas, quotas.quota(input.ServiceCode, input.QuotaCode)) };
};

export const ListServiceQuotas: Op<'ListServiceQuotas'> = (quotas, input) => {
  const found = quotas.of(input.ServiceCode).filter(({ code }) => (input.QuotaCode ?? code) === code);
  const { items, NextToken } = pageOf(found, ({ code }) => code, input);
  return { Quotas: items.map((quota) => showApplied(quotas, quota)), NextToken };
};

export const ListAWSDefaultServiceQuotas: Op<'ListAWSDefaultServiceQuotas'> = (quotas, input) => {
  const { items, NextToken } = pageOf(quotas.of(input.ServiceCode), ({ code }) => code, input);
  return { Quotas: items.map((quota) => showDefault(quotas, quota)), NextToken };
};

export const ListServices: Op<'ListServices'> = (_quotas, input) => {
  const { items, NextToken } = pageOf(Object.entries(NAMES), ([code]) => code, input);
  return { Services: items.map(([ServiceCode, ServiceName]) => ({ ServiceCode, ServiceName })), NextToken };
};

/** What AWS calls the services of which quotas are known. */
const NAMES: Readonly<Record<string, string>> = { ec2: 'Amazon Elastic Compute Cloud (Amazon EC2)' };

function showApplied(quotas: ServiceQuotasState, quota: PublishedQuota): ServiceQuota {
  const { region, accountId } = quotas.context;
  return {
    ...describe(quota),
    QuotaArn: `arn:aws:servicequotas:${region}:${accountId}:${quota.service}/${quota.code}`,
    Value: quotas.value(quota),
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}

/** The defaults are no account's. */
function showDefault(quotas: ServiceQuotasState, quota: PublishedQuota): ServiceQuota {
  return {
    ...describe(quota),
    QuotaArn: `arn:aws:servicequotas:${quotas.context.region}::${quota.service}/${quota.code}`,
    Value: quota.value,
  };
}

function describe({ service, code, name, usage }: PublishedQuota): ServiceQuota {
  const MetricDimensions = { Class: usage ?? '', Resource: 'vCPU', Service: 'EC2', Type: 'Resource' };
  return {
    ServiceCode: service,
    ServiceName: NAMES[service],
    QuotaCode: code,
    QuotaName: name,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
    ...(usage && {
      UsageMetric: {
        MetricNamespace: 'AWS/Usage',
        MetricName: 'ResourceCount',
        MetricDimensions,
        MetricStatisticRecommendation: 'Maximum',
      },
    }),
  };
}
