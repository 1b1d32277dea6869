import type { Route } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import type { Op } from '../state';
import { checkRoute } from './check-route';
import { listPage } from './list-page';
import { applyChanges, findPart } from './parts';

export const CreateRoute: Op<'CreateRoute'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
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
};

export const GetRoute: Op<'GetRoute'> = (gateway, input) =>
  findPart(gateway.find(input.ApiId).routes, input.RouteId, 'Route');

export const GetRoutes: Op<'GetRoutes'> = (gateway, input) =>
  listPage([...gateway.find(input.ApiId).routes.values()], input, ({ RouteId }) => RouteId);

export const UpdateRoute: Op<'UpdateRoute'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, RouteId = '', ...changes } = input;
  const changed = applyChanges(findPart(record.routes, RouteId, 'Route'), changes);
  checkRoute(record, changed);
  record.routes.set(RouteId, changed);
  record.deployAutomatically();
  return changed;
};

export const DeleteRoute: Op<'DeleteRoute'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  findPart(record.routes, input.RouteId, 'Route');
  record.routes.delete(input.RouteId ?? '');
  record.deployAutomatically();
  return {};
};
