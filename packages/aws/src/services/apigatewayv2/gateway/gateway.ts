import { randomBytes } from 'node:crypto';
import type { Cors, Integration, Route, Stage } from '@aws-sdk/client-apigatewayv2';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { randomHex } from '../../../core/ids';
import type { Call, WireRequest, WireResponse } from '../../../core/service';
import type { Lambda } from '../../lambda';
import { functionArnOf } from '../operations/integrations';
import type { ApiStore, HttpApiRecord, Snapshot } from '../state';
import { MalformedAnswer, readAnswer1, readAnswer2 } from './answer';
import { addCors, answerPreflight, isPreflight } from './cors';
import { makeEvent1, makeEvent2, type RoutedRequest } from './event';
import { compareRoutes, matchRoute, parseRouteKey, splitPath } from './route-key';

/** What API Gateway needs of Lambda. */
export type Functions = Pick<Lambda, 'invoke' | 'allows'>;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MOST_BYTES = 10 * 1_048_576;

/** The side of API Gateway that the world sees: requests to deployed HTTP APIs. */
export class Gateway {
  constructor(
    private readonly store: ApiStore,
    private readonly functions: Functions,
  ) {}

  /** Answers a request to an API that exists. Never throws for what a caller or a function does wrong. */
  async answer(record: HttpApiRecord, request: WireRequest, call: Call): Promise<WireResponse> {
    const requestId = randomBytes(11).toString('base64');
    const cors = record.api.CorsConfiguration;
    const response = await this.answerWithCors(cors, request, () =>
      this.serve(record, request, call, requestId),
    );
    return { ...response, headers: { ...response.headers, 'apigw-requestid': requestId } };
  }

  private async answerWithCors(
    cors: Cors | undefined,
    request: WireRequest,
    serve: () => Promise<WireResponse>,
  ): Promise<WireResponse> {
    if (!cors) return serve();
    return isPreflight(request) ? answerPreflight(cors, request) : addCors(cors, request, await serve());
  }

  private async serve(
    record: HttpApiRecord,
    request: WireRequest,
    call: Call,
    requestId: string,
  ): Promise<WireResponse> {
    if (record.api.DisableExecuteApiEndpoint) return say(404, 'Not Found');
    if (request.body.length > MOST_BYTES) return say(413, 'Request Entity Too Large');
    const staged = chooseStage(record, request.path);
    const snapshot = record.deployments.get(staged?.stage.DeploymentId ?? '')?.snapshot;
    if (!staged || !snapshot) return say(404, 'Not Found');
    const chosen = chooseRoute(snapshot, request.method, staged.path);
    if (!chosen) return say(404, 'Not Found');
    const refusal = this.authorize(chosen.route, request, call);
    if (refusal) return refusal;
    const integration = snapshot.integrations.get(chosen.route.Target?.replace('integrations/', '') ?? '');
    if (!integration) return say(500, 'Internal Server Error');
    const routed: RoutedRequest = {
      request,
      call: { ...call, traceId: call.traceId ?? newTrace(this.store.context) },
      apiId: record.id,
      stage: staged.stage.StageName ?? '',
      stageVariables: staged.stage.StageVariables ?? {},
      routeKey: chosen.route.RouteKey ?? '',
      pathParameters: chosen.variables,
      requestId,
      isIam: chosen.route.AuthorizationType === 'AWS_IAM',
    };
    return integration.IntegrationType === 'AWS_PROXY'
      ? this.runFunction(integration, routed)
      : proxy(integration, routed);
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html */
  private authorize(route: Route, request: WireRequest, call: Call): WireResponse | undefined {
    switch (route.AuthorizationType) {
      case 'AWS_IAM':
        return isSigned(request) && call.principal.accessKeyId !== '' ? undefined : say(403, 'Forbidden');
      case 'JWT':
      case 'CUSTOM':
        // Authorizers are kept as records only; a request that nobody can judge must not pass.
        return say(401, 'Unauthorized');
      default:
        return undefined;
    }
  }

  private async runFunction(integration: Integration, routed: RoutedRequest): Promise<WireResponse> {
    const functionName = functionArnOf(integration.IntegrationUri) ?? '';
    const is2 = integration.PayloadFormatVersion === '2.0';
    const { context } = this.store;
    const event = is2 ? makeEvent2(context, routed) : makeEvent1(context, routed);
    try {
      if (!integration.CredentialsArn && !this.isAllowed(functionName, routed))
        return say(500, 'Internal Server Error');
      const result = await within(
        integration.TimeoutInMillis ?? 30_000,
        this.functions.invoke({
          functionName,
          payload: JSON.stringify(event),
          traceId: routed.call.traceId,
        }),
      );
      if (result === undefined) return say(503, 'Service Unavailable');
      if (result.functionError) return say(500, 'Internal Server Error');
      return is2 ? readAnswer2(result.payload) : readAnswer1(result.payload);
    } catch (error) {
      if (error instanceof MalformedAnswer) return say(500, 'Internal Server Error');
      if (!(error instanceof AwsError)) throw error;
      // What API Gateway takes may be more than a function does.
      if (error.code === 'RequestTooLargeException') return say(413, 'Request Too Long');
      return error.code === 'TooManyRequestsException'
        ? say(503, 'Service Unavailable')
        : say(500, 'Internal Server Error');
    }
  }

  private isAllowed(functionArn: string, routed: RoutedRequest): boolean {
    const { context } = this.store;
    const [method = '', path] = routed.routeKey.split(' ');
    const resource = path === undefined ? '$default' : `${method === 'ANY' ? '*' : method}${path}`;
    return this.functions.allows(
      functionArn,
      'apigateway.amazonaws.com',
      `arn:aws:execute-api:${context.region}:${context.accountId}:${routed.apiId}/${routed.stage}/${resource}`,
    );
  }
}

/** The stage that the first segment of the path names, or `$default`; with the path inside of it. */
function chooseStage(record: HttpApiRecord, path: string): { stage: Stage; path: string } | undefined {
  const [, name = '', rest] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  const named = name === '$default' ? undefined : record.stages.get(name);
  if (named) return { stage: named, path: rest ?? '/' };
  const stage = record.stages.get('$default');
  return stage && { stage, path };
}

function chooseRoute(
  snapshot: Snapshot,
  method: string,
  path: string,
): { route: Route; variables: Record<string, string> } | undefined {
  const segments = splitPath(path);
  const fitting = snapshot.routes.flatMap((route) => {
    const key = parseRouteKey(route.RouteKey ?? '');
    const variables = key && matchRoute(key, method, segments);
    return variables ? [{ route, key, variables }] : [];
  });
  const [best] = fitting.sort((a, b) => compareRoutes(a.key, b.key));
  if (best) return best;
  const fallback = snapshot.routes.find(({ RouteKey }) => RouteKey === '$default');
  return fallback && { route: fallback, variables: {} };
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

/** Hop-by-hop headers, and those that belong to the connection to API Gateway itself. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-encoding',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** HTTP_PROXY: the request goes on to the URI, whose `{variables}` are the route's. */
async function proxy(integration: Integration, routed: RoutedRequest): Promise<WireResponse> {
  const { request } = routed;
  const uri = (integration.IntegrationUri ?? '').replace(
    /\{([^}+]+)\+?\}/g,
    (_all, name: string) => routed.pathParameters[name]?.split('/').map(encodeURIComponent).join('/') ?? '',
  );
  const query = request.query.toString();
  const method = integration.IntegrationMethod === 'ANY' ? request.method : integration.IntegrationMethod;
  try {
    const response = await fetch(query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`, {
      method,
      headers: Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name)),
      body: method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(request.body),
      redirect: 'manual',
      signal: AbortSignal.timeout(integration.TimeoutInMillis ?? 30_000),
    });
    const headers = [...response.headers].filter(([name]) => !OWN_HEADERS.has(name));
    return {
      status: response.status,
      headers: Object.fromEntries(headers),
      body: Buffer.from(await response.arrayBuffer()),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return say(503, 'Service Unavailable');
    if (error instanceof TypeError) return say(500, 'Internal Server Error');
    throw error;
  }
}

/** The result, or `undefined` after so many real milliseconds: functions run at their own, real speed. */
async function within<Result>(millis: number, work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), millis);
    timer.unref();
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function say(status: number, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  };
}

/** The trace that a request without one begins here. */
function newTrace(context: Context): string {
  return `Root=1-${Math.floor(context.clock.millis() / 1000).toString(16)}-${randomHex(24)}`;
}
