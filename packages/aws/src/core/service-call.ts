import type { Context } from './context';
import { uuid } from './ids';
import type { Call } from './service';

const SERVICE = /:role\/aws-service-role\/([^/]+)$/;

/**
 * A call that an AWS service makes itself, as with its service-linked role.
 *
 * @param service e.g. `autoscaling`
 * @param sourceArn the resource on whose behalf it calls, which policies of resources ask for
 */
export function serviceCall(
  context: Pick<Context, 'region' | 'accountId'>,
  service: string,
  sourceArn?: string,
): Call {
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
    ...(sourceArn !== undefined && { sourceArn }),
  };
}

/** The AWS service that makes a call itself, e.g. `autoscaling.amazonaws.com`; undefined for all other calls. */
export function serviceOf({ principal }: Pick<Call, 'principal'>): string | undefined {
  return SERVICE.exec(principal.arn)?.[1];
}

/** Whether an AWS service makes this call itself; only such calls may set tags that begin with `aws:`. */
export function isServiceCall(call: Call): boolean {
  return serviceOf(call) !== undefined;
}

/**
 * The call that a service makes on its caller's behalf, with the caller's rights.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
 *
 * @param service that calls: `cloudformation.amazonaws.com`
 */
export function forwarded({ request: _request, ...call }: Call, service: string): Call {
  return { ...call, via: [...(call.via ?? []), service] };
}
