import type { Route } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import { parseRouteKey } from '../gateway/route-key';
import { type ApiStore, applyChanges, badRequest, conflict, findPart, type HttpApiRecord } from '../state';
import { listPage } from './list-page';

/** The operations on routes and authorizers. */
export function routeOperations(store: ApiStore) {
  return {
    CreateRoute: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, ...settings } = input;
      const route: Route = {
        ...settings,
        ApiKeyRequired: settings.ApiKeyRequired ?? false,
        AuthorizationType: settings.AuthorizationType ?? 'NONE',
        RouteId: randomName(7),
      };
      checkRoute(record, route);
      record.routes.set(route.RouteId ?? '', route);
      record.deployAutomatically();
      return route;
    },
    GetRoute: (input) => findPart(store.find(input.ApiId).routes, input.RouteId, 'Route'),
    GetRoutes: (input) => listPage([...store.find(input.ApiId).routes.values()], input),
    UpdateRoute: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, RouteId = '', ...changes } = input;
      const changed = applyChanges(findPart(record.routes, RouteId, 'Route'), changes);
      checkRoute(record, changed);
      record.routes.set(RouteId, changed);
      record.deployAutomatically();
      return changed;
    },
    DeleteRoute: (input) => {
      const record = store.find(input.ApiId);
      findPart(record.routes, input.RouteId, 'Route');
      record.routes.delete(input.RouteId ?? '');
      record.deployAutomatically();
      return {};
    },
    CreateAuthorizer: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, ...settings } = input;
      if (settings.AuthorizerType === 'JWT') {
        if (!settings.JwtConfiguration?.Issuer || !settings.JwtConfiguration.Audience?.length)
          throw badRequest('JwtConfiguration with Issuer and Audience is required for a JWT authorizer');
      } else if (!settings.AuthorizerUri)
        throw badRequest('AuthorizerUri is required for a REQUEST authorizer');
      const authorizer = { ...settings, AuthorizerId: randomName(6) };
      record.authorizers.set(authorizer.AuthorizerId, authorizer);
      return authorizer;
    },
    GetAuthorizer: (input) => findPart(store.find(input.ApiId).authorizers, input.AuthorizerId, 'Authorizer'),
    GetAuthorizers: (input) => listPage([...store.find(input.ApiId).authorizers.values()], input),
    UpdateAuthorizer: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, AuthorizerId = '', ...changes } = input;
      const changed = applyChanges(findPart(record.authorizers, AuthorizerId, 'Authorizer'), changes);
      record.authorizers.set(AuthorizerId, changed);
      return changed;
    },
    DeleteAuthorizer: (input) => {
      const record = store.find(input.ApiId);
      findPart(record.authorizers, input.AuthorizerId, 'Authorizer');
      const route = [...record.routes.values()].find(
        ({ AuthorizerId }) => AuthorizerId === input.AuthorizerId,
      );
      if (route)
        throw conflict(
          `Cannot delete Authorizer '${input.AuthorizerId}', is referenced by Route '${route.RouteId}'`,
        );
      record.authorizers.delete(input.AuthorizerId ?? '');
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>;
}

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html */
function checkRoute(record: HttpApiRecord, route: Route): void {
  parseRouteKey(route.RouteKey ?? '');
  const twin = [...record.routes.values()].find(
    ({ RouteKey, RouteId }) => RouteKey === route.RouteKey && RouteId !== route.RouteId,
  );
  if (twin) throw conflict(`Route with key ${route.RouteKey} already exists for this API`);
  if (route.Target !== undefined) {
    const target = /^integrations\/(\w+)$/.exec(route.Target);
    if (!target) throw badRequest('Target should be of the form integrations/<integration-id>');
    if (!record.integrations.has(target[1] ?? ''))
      throw badRequest('Invalid integration identifier specified');
  }
  if (route.ApiKeyRequired) throw badRequest('HTTP APIs do not support API keys (ApiKeyRequired)');
  if (!['NONE', 'AWS_IAM', 'JWT', 'CUSTOM'].includes(route.AuthorizationType ?? ''))
    throw badRequest('Invalid authorization type specified. HTTP APIs support NONE, AWS_IAM, CUSTOM and JWT');
  if (route.AuthorizationType === 'JWT' || route.AuthorizationType === 'CUSTOM') {
    const authorizer = record.authorizers.get(route.AuthorizerId ?? '');
    const type = route.AuthorizationType === 'JWT' ? 'JWT' : 'REQUEST';
    if (authorizer?.AuthorizerType !== type)
      throw badRequest(
        `A valid AuthorizerId of a ${type} authorizer is required for ${route.AuthorizationType}`,
      );
  }
}
