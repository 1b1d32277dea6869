import type { Op } from '../state';

/** The quotas of a new account. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LIMITS = {
  TotalCodeSize: 80_530_636_800,
  CodeSizeUnzipped: 262_144_000,
  CodeSizeZipped: 52_428_800,
  ConcurrentExecutions: 1000,
};

export const GetAccountSettings: Op<'GetAccountSettings'> = (lambda) => {
  const functions = lambda.functions.list();
  const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  return {
    AccountLimit: { ...LIMITS, UnreservedConcurrentExecutions: LIMITS.ConcurrentExecutions - reserved },
    AccountUsage: {
      TotalCodeSize: functions.reduce((sum, { latest }) => sum + latest.code.size, 0),
      FunctionCount: functions.length,
    },
  };
};
