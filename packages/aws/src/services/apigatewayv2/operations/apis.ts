import type { Api, Cors, Integration } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import { parseRouteKey } from '../gateway/route-key';
import { type ApiStore, applyChanges, badRequest, HttpApiRecord } from '../state';
import { listPage } from './list-page';

/** The operations on HTTP APIs themselves. */
export function apiOperations(store: ApiStore) {
  const { context } = store;
  return {
    CreateApi: (input) => {
      if (input.ProtocolType === 'WEBSOCKET')
        throw badRequest('WEBSOCKET APIs are not supported by the embedded AWS; ProtocolType must be HTTP');
      if (input.ProtocolType !== 'HTTP')
        throw badRequest('Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]');
      checkName(input.Name);
      checkSelection(input.RouteSelectionExpression);
      checkCors(input.CorsConfiguration);
      const ApiId = randomName(10);
      const record = new HttpApiRecord(
        {
          ApiId,
          ApiEndpoint: `https://${ApiId}.execute-api.${context.region}.amazonaws.com`,
          ApiKeySelectionExpression: input.ApiKeySelectionExpression ?? '$request.header.x-api-key',
          CorsConfiguration: input.CorsConfiguration,
          CreatedDate: context.clock.now(),
          Description: input.Description,
          DisableExecuteApiEndpoint: input.DisableExecuteApiEndpoint ?? false,
          IpAddressType: input.IpAddressType ?? 'ipv4',
          Name: input.Name,
          ProtocolType: 'HTTP',
          RouteSelectionExpression: '$request.method $request.path',
          Tags: input.Tags ?? {},
          Version: input.Version,
        },
        () => context.clock.now(),
      );
      if (input.Target) quickCreate(record, input.RouteKey ?? '$default', input.Target, input.CredentialsArn);
      store.apis.set(ApiId, record);
      return record.api;
    },
    GetApi: (input) => store.find(input.ApiId).api,
    GetApis: (input) =>
      listPage(
        [...store.apis.values()].map(({ api }) => api),
        input,
      ),
    UpdateApi: (input) => {
      const record = store.find(input.ApiId);
      if (input.Name !== undefined) checkName(input.Name);
      checkSelection(input.RouteSelectionExpression);
      checkCors(input.CorsConfiguration);
      const { ApiId: _id, RouteKey, Target, CredentialsArn, ...changes } = input;
      if (RouteKey ?? Target ?? CredentialsArn)
        throw badRequest(
          'Quick-created parts are changed through their route and integration in the embedded AWS',
        );
      record.api = applyChanges<Api & { ApiId: string }>(record.api as Api & { ApiId: string }, changes);
      record.deployAutomatically();
      return record.api;
    },
    DeleteApi: (input) => {
      store.apis.delete(store.find(input.ApiId).id);
      return {};
    },
    DeleteCorsConfiguration: (input) => {
      const record = store.find(input.ApiId);
      record.api = { ...record.api, CorsConfiguration: undefined };
      record.deployAutomatically();
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>;
}

/** Quick create: one route, one integration and a `$default` stage. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
function quickCreate(record: HttpApiRecord, routeKey: string, target: string, credentials?: string): void {
  parseRouteKey(routeKey);
  const isFunction = target.startsWith('arn:');
  const IntegrationId = randomName(7);
  const integration: Integration = {
    ApiGatewayManaged: true,
    ConnectionType: 'INTERNET',
    CredentialsArn: credentials,
    IntegrationId,
    IntegrationMethod: isFunction ? 'POST' : 'ANY',
    IntegrationType: isFunction ? 'AWS_PROXY' : 'HTTP_PROXY',
    IntegrationUri: target,
    PayloadFormatVersion: isFunction ? '2.0' : '1.0',
    TimeoutInMillis: 30_000,
  };
  record.integrations.set(IntegrationId, integration);
  const RouteId = randomName(7);
  record.routes.set(RouteId, {
    ApiGatewayManaged: true,
    ApiKeyRequired: false,
    AuthorizationType: 'NONE',
    RouteId,
    RouteKey: routeKey,
    Target: `integrations/${IntegrationId}`,
  });
  record.stages.set('$default', {
    ApiGatewayManaged: true,
    AutoDeploy: true,
    CreatedDate: record.api.CreatedDate,
    DefaultRouteSettings: { DetailedMetricsEnabled: false },
    RouteSettings: {},
    StageName: '$default',
    StageVariables: {},
    Tags: {},
  });
  record.deployAutomatically();
}

function checkName(name: string | undefined): void {
  if (!name || name.length > 128) throw badRequest('Name must be between 1 and 128 characters');
}

function checkSelection(expression: string | undefined): void {
  if (
    expression !== undefined &&
    !/^\$(\{request\.method\}|request\.method) \$(\{request\.path\}|request\.path)$/.test(expression)
  )
    throw badRequest('Route selection expression must be "$request.method $request.path" for HTTP APIs');
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
function checkCors(cors: Cors | undefined): void {
  if (!cors) return;
  for (const origin of cors.AllowOrigins ?? [])
    if (origin !== '*' && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(origin))
      throw badRequest(`Invalid format for origin ${origin}`);
  if (cors.AllowCredentials && cors.AllowOrigins?.includes('*'))
    throw badRequest('allow-origin can not be * if allow-credentials is true');
  const age = cors.MaxAge ?? 0;
  if (age < -1 || age > 86_400) throw badRequest('maxAge must be between -1 and 86400');
}
