import { clientOf } from './client';
import type { Context } from './context';
import { uuid } from './ids';
import type { IamPort } from './ports';
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

/** Whether an AWS service makes this call itself. */
export function isServiceCall(call: Call): boolean {
  return serviceOf(call) !== undefined;
}

/** Whether a call may set tags that begin with `aws:`: those that AWS services make, with whose rights ever. */
export function maySetAwsTags(call: Call): boolean {
  return isServiceCall(call) || call.via?.at(-1) === 'cloudformation.amazonaws.com';
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

/**
 * Makes the service-linked role of a service at its first use, with the rights of who uses it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
 *
 * @param service `autoscaling.amazonaws.com`
 * @returns the ARN of the role
 * @throws AwsError `AccessDenied` of IAM where the caller may not have it made
 */
export async function ensureLinkedRole(
  context: Pick<Context, 'invoke' | 'accountId'>,
  iam: Pick<IamPort, 'role'>,
  call: Call,
  service: string,
  name: string,
): Promise<string> {
  const arn = `arn:aws:iam::${context.accountId}:role/aws-service-role/${service}/${name}`;
  if (iam.role(arn)) return arn;
  const api = clientOf<typeof import('@aws-sdk/client-iam')>(context, 'iam', () => forwarded(call, service));
  try {
    await api.CreateServiceLinkedRole({ AWSServiceName: service });
  } catch (error) {
    // Another call may have made it meanwhile.
    if (!iam.role(arn)) throw error;
  }
  return arn;
}
