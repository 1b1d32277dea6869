import type { Route } from '@aws-sdk/client-apigatewayv2';
import { badRequest, conflict } from '../errors';
import { parseRouteKey } from '../gateway/route-key';
import type { HttpApi } from '../state';

/**
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
 * @throws AwsError BadRequestException, ConflictException
 */
export function checkRoute(record: HttpApi, route: Route): void {
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
