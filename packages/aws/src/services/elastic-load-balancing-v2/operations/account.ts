import { pageOf } from '../paging';
import { checkSslPolicy, SSL_POLICIES } from '../records/ssl-policies';
import type { Op } from '../state';

/** The default quotas. Elastic Load Balancing User Guides, Quotas. */
const LIMITS: Readonly<Record<string, string>> = {
  'application-load-balancers': '50',
  'network-load-balancers': '50',
  'gateway-load-balancers': '100',
  'target-groups': '3000',
  'targets-per-application-load-balancer': '1000',
  'targets-per-network-load-balancer': '3000',
  'targets-per-availability-zone-per-network-load-balancer': '500',
  'listeners-per-application-load-balancer': '50',
  'listeners-per-network-load-balancer': '50',
  'rules-per-application-load-balancer': '100',
  'certificates-per-application-load-balancer': '25',
  'target-groups-per-action-on-application-load-balancer': '5',
  'target-groups-per-application-load-balancer': '100',
  'condition-values-per-alb-rule': '5',
  'condition-wildcards-per-alb-rule': '5',
};

export const DescribeAccountLimits: Op<'DescribeAccountLimits'> = (_elb, input) => {
  const limits = Object.entries(LIMITS).map(([Name, Max]) => ({ Name, Max }));
  const { page, NextMarker } = pageOf(limits, ({ Name }) => Name, input);
  return { Limits: page, NextMarker };
};

export const DescribeSSLPolicies: Op<'DescribeSSLPolicies'> = (_elb, { Names, ...paging }) => {
  for (const name of Names ?? []) checkSslPolicy(name);
  const wanted = SSL_POLICIES.filter(({ Name = '' }) => !Names?.length || Names.includes(Name));
  const { page, NextMarker } = pageOf(wanted, ({ Name = '' }) => Name, paging);
  return { SslPolicies: page, NextMarker };
};
