import type { Context } from '../../../core/context';
import { randomBytes, randomHex } from '../../../core/ids';
import type { Call, WireRequest, WireResponse } from '../../../core/service';
import type { ApiGatewayState, HttpApi, Snapshot } from '../state';
import { logAccess } from './access-log';
import { type Admission, admit } from './authorize';
import { chooseRoute, chooseStage } from './choose';
import { addCors, answerPreflight, isPreflight } from './cors';
import type { RoutedRequest } from './event';
import { proxy } from './proxy';
import { say } from './respond';
import { runFunction } from './run-function';
import { takesRequest } from './throttle';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MOST_BYTES = 10 * 1_048_576;

/**
 * Answers a request to a deployed API, as `https://<id>.execute-api.<region>.amazonaws.com` does. What a caller or a function does wrong
 * is an answer, too.
 *
 * @throws AwsError NotFoundException when there is no such API
 */
export async function answerRequest(
  gateway: ApiGatewayState,
  apiId: string,
  request: WireRequest,
  call: Call,
): Promise<WireResponse> {
  const api = gateway.find(apiId);
  const requestId = randomBytes(11).toString('base64');
  const cors = api.api.CorsConfiguration;
  const response =
    cors && isPreflight(request)
      ? answerPreflight(cors, request)
      : await serve(gateway, api, request, { call, requestId });
  const shown = cors && !isPreflight(request) ? addCors(cors, request, response) : response;
  return { ...shown, headers: { ...shown.headers, 'apigw-requestid': requestId } };
}

async function serve(
  gateway: ApiGatewayState,
  api: HttpApi,
  request: WireRequest,
  { call, requestId }: { readonly call: Call; readonly requestId: string },
): Promise<WireResponse> {
  if (api.api.DisableExecuteApiEndpoint) return say(404, 'Not Found');
  if (request.body.length > MOST_BYTES) return say(413, 'Request Entity Too Large');
  const staged = chooseStage(api, request.path);
  const snapshot = api.deployments.get(staged?.stage.DeploymentId ?? '')?.snapshot;
  if (!staged || !snapshot) return say(404, 'Not Found');
  const startedAt = gateway.context.clock.millis();
  const chosen = chooseRoute(snapshot, request.method, staged.path);
  const { stage, path } = staged;
  const target = { apiId: api.id, stage: stage.StageName ?? '', path };
  const { authorizers } = snapshot;
  const admission = chosen && (await admit(gateway, chosen.route, authorizers, { request, call }, target));
  const choice = { call, requestId, staged, snapshot, chosen, admission };
  const response = await serveRoute(gateway, api, request, choice);
  // Who sent no signature that counts is nobody.
  const isIam = chosen?.route.AuthorizationType === 'AWS_IAM' && !admission?.refusal;
  const routeKey = chosen?.route.RouteKey;
  logAccess(gateway, {
    apiId: api.id,
    stage,
    routeKey,
    isIam,
    request,
    response,
    requestId,
    call,
    startedAt,
  });
  return response;
}

interface Choice {
  readonly call: Call;
  readonly requestId: string;
  readonly staged: NonNullable<ReturnType<typeof chooseStage>>;
  readonly snapshot: Snapshot;
  readonly chosen: ReturnType<typeof chooseRoute>;
  readonly admission: Admission | undefined;
}

async function serveRoute(
  gateway: ApiGatewayState,
  api: HttpApi,
  request: WireRequest,
  { call, requestId, staged, snapshot, chosen, admission }: Choice,
): Promise<WireResponse> {
  if (!chosen) return say(404, 'Not Found');
  if (!takesRequest(gateway, api.id, staged.stage, chosen.route.RouteKey ?? ''))
    return say(429, 'Too Many Requests');
  if (admission?.refusal) return admission.refusal;
  const integration = snapshot.integrations.get(chosen.route.Target?.replace('integrations/', '') ?? '');
  if (!integration) return say(500, 'Internal Server Error');
  const routed: RoutedRequest = {
    request,
    call: { ...call, traceId: call.traceId ?? newTrace(gateway.context) },
    apiId: api.id,
    stage: staged.stage.StageName ?? '',
    stageVariables: staged.stage.StageVariables ?? {},
    routeKey: chosen.route.RouteKey ?? '',
    pathParameters: chosen.variables,
    requestId,
    isIam: chosen.route.AuthorizationType === 'AWS_IAM',
    ...(admission?.bearer && { bearer: admission.bearer }),
  };
  return integration.IntegrationType === 'AWS_PROXY'
    ? runFunction(gateway, integration, routed)
    : proxy(integration, routed);
}

/** The trace that a request without one begins here. */
function newTrace(context: Context): string {
  return `Root=1-${Math.floor(context.clock.millis() / 1000).toString(16)}-${randomHex(24)}`;
}
