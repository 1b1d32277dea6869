import type { Route } from '@aws-sdk/client-apigatewayv2';
import { authorize } from 'aws-languages/policy/authorize';
import type { Call, WireRequest, WireResponse } from '../../../core/service';
import { contextOf } from '../../../corridor/authorization/request-context';
import type { ApiGatewayState, Snapshot } from '../state';
import { type Bearer, judgeBearer } from './bearer';
import { say } from './respond';

/** What a request is for: `prod/GET/pets` of an API. */
export interface Target {
  readonly apiId: string;
  readonly stage: string;
  /** Within the stage, with the slash that it begins with. */
  readonly path: string;
}

/** Who may pass, if a token says who it is, or what somebody who may not is answered. */
export interface Admission {
  readonly refusal?: WireResponse | undefined;
  readonly bearer?: Bearer;
}

/**
 * Judges whether a route lets a request in.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export async function admit(
  gateway: ApiGatewayState,
  route: Route,
  authorizers: Snapshot['authorizers'],
  { request, call }: { readonly request: WireRequest; readonly call: Call },
  target: Target,
): Promise<Admission> {
  switch (route.AuthorizationType) {
    case 'AWS_IAM': {
      const isSomebody = isSigned(request) && call.principal.accessKeyId !== '';
      const mayPass = isSomebody && (await mayInvoke(gateway, call, request, target));
      return mayPass ? {} : { refusal: say(403, 'Forbidden') };
    }
    case 'JWT': {
      const authorizer = authorizers.get(route.AuthorizerId ?? '');
      if (!authorizer) return { refusal: say(500, 'Internal Server Error') };
      // Asking the issuer is work on real time: the clock does not leap over it.
      const over = gateway.context.clock.working();
      return judgeBearer(authorizer, route, request, gateway.context.clock).finally(over);
    }
    case 'CUSTOM':
      // Authorizers that are functions are kept as records only; a request that nobody can judge must not pass.
      return { refusal: say(401, 'Unauthorized') };
    default:
      return {};
  }
}

/** Whether the policies of the caller allow `execute-api:Invoke`. An HTTP API has no policy of its own. */
async function mayInvoke(
  { context, iam }: ApiGatewayState,
  call: Call,
  { method }: WireRequest,
  { apiId, stage, path }: Target,
): Promise<boolean> {
  const permissions = await iam.permissionsOf(call.principal);
  if (!permissions) return true;
  const action = 'execute-api:Invoke';
  const place = `arn:aws:execute-api:${context.region}:${context.accountId}`;
  const resource = `${place}:${apiId}/${stage}/${method}${path}`;
  const { accountId, arn, roleArn, userId } = call.principal;
  const parts = {
    access: { action, resource },
    asked: { operation: 'Invoke', input: {}, call },
    table: undefined,
    permissions,
    known: undefined,
    now: context.clock.now(),
  };
  const caller = {
    kind: 'identity' as const,
    accountId,
    arn,
    userId,
    ...(roleArn !== undefined && { roleArn }),
  };
  const verdict = authorize(
    { ...permissions, resourceAccountId: context.accountId },
    { action, resource, caller, context: contextOf(parts) },
  );
  return verdict.effect === 'Allow';
}

/** Whether the request has a SigV4 signature for `execute-api`, in its header or its query. */
function isSigned({ headers, query }: WireRequest): boolean {
  const header = /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) .*Credential=[^,\s]+\/execute-api\/aws4_request/;
  if (header.test(headers.authorization ?? '')) return true;
  return (
    query.has('X-Amz-Signature') &&
    (query.get('X-Amz-Credential') ?? '').endsWith('/execute-api/aws4_request')
  );
}
