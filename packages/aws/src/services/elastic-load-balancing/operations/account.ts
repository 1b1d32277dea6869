import { takePage } from '../../../core/paging';
import { validationError } from '../errors';
import type { Op } from '../state';

/** The default quotas. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-limits.html */
const LIMITS: Readonly<Record<string, string>> = {
  'classic-load-balancers': '20',
  'classic-listeners': '100',
  'classic-registered-instances': '1000',
};

export const DescribeAccountLimits: Op<'DescribeAccountLimits'> = (_elb, { Marker, PageSize }) => {
  const limits = Object.entries(LIMITS).map(([Name, Max]) => ({ Name, Max }));
  const { items, next } = takePage(limits, {
    token: Marker,
    size: PageSize ?? 400,
    idOf: ({ Name }) => Name,
    refuse: (marker) => validationError(`Invalid marker '${marker}'`),
  });
  return { Limits: items, NextMarker: next };
};
