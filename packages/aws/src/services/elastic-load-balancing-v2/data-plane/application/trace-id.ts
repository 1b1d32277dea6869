import { randomHex } from '../../../../core/ids';

/** The `X-Amzn-Trace-Id` that goes to the target. Application Load Balancer User Guide, Request tracing. */
export function traceHeader(incoming: string | undefined, now: Date): string {
  const own = `1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomHex(24)}`;
  if (!incoming) return `Root=${own}`;
  return /(^|;)\s*Root=/.test(incoming) ? `Self=${own};${incoming}` : `Root=${own};${incoming}`;
}
