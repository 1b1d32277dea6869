import type { Context } from './context';
import { uuid } from './ids';
import type { Call } from './service';

/** A call that an AWS service makes itself, as with its service-linked role. @param service e.g. `autoscaling` */
export function serviceCall(context: Pick<Context, 'region' | 'accountId'>, service: string): Call {
  return {
    region: context.region,
    accountId: context.accountId,
    requestId: uuid(),
    principal: {
      accessKeyId: '',
      accountId: context.accountId,
      arn: `arn:aws:iam::${context.accountId}:role/aws-service-role/${service}.amazonaws.com`,
      userId: service,
    },
  };
}

/** Whether an AWS service makes this call itself; only such calls may set tags that begin with `aws:`. */
export function isServiceCall(call: Call): boolean {
  return call.principal.arn.includes(':role/aws-service-role/');
}
