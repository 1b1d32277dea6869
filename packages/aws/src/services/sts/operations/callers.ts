import type { Op } from '../state';

export const GetCallerIdentity: Op<'GetCallerIdentity'> = (_sts, _input, { principal }) => ({
  UserId: principal.userId,
  Account: principal.accountId,
  Arn: principal.arn,
});

export const GetAccessKeyInfo: Op<'GetAccessKeyInfo'> = (sts) => ({ Account: sts.context.accountId });
