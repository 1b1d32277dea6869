import { randomName } from '../../../core/ids';
import { badRequest, conflict } from '../errors';
import type { Op } from '../state';
import { listPage } from './list-page';
import { applyChanges, findPart } from './parts';

export const CreateAuthorizer: Op<'CreateAuthorizer'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, ...settings } = input;
  if (settings.AuthorizerType === 'JWT') {
    if (!settings.JwtConfiguration?.Issuer || !settings.JwtConfiguration.Audience?.length)
      throw badRequest('JwtConfiguration with Issuer and Audience is required for a JWT authorizer');
  } else if (!settings.AuthorizerUri) throw badRequest('AuthorizerUri is required for a REQUEST authorizer');
  const authorizer = { ...settings, AuthorizerId: randomName(6) };
  record.authorizers.set(authorizer.AuthorizerId, authorizer);
  return authorizer;
};

export const GetAuthorizer: Op<'GetAuthorizer'> = (gateway, input) =>
  findPart(gateway.find(input.ApiId).authorizers, input.AuthorizerId, 'Authorizer');

export const GetAuthorizers: Op<'GetAuthorizers'> = (gateway, input) =>
  listPage([...gateway.find(input.ApiId).authorizers.values()], input, ({ AuthorizerId }) => AuthorizerId);

export const UpdateAuthorizer: Op<'UpdateAuthorizer'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, AuthorizerId = '', ...changes } = input;
  const changed = applyChanges(findPart(record.authorizers, AuthorizerId, 'Authorizer'), changes);
  record.authorizers.set(AuthorizerId, changed);
  return changed;
};

export const DeleteAuthorizer: Op<'DeleteAuthorizer'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  findPart(record.authorizers, input.AuthorizerId, 'Authorizer');
  const route = [...record.routes.values()].find(({ AuthorizerId }) => AuthorizerId === input.AuthorizerId);
  if (route)
    throw conflict(
      `Cannot delete Authorizer '${input.AuthorizerId}', is referenced by Route '${route.RouteId}'`,
    );
  record.authorizers.delete(input.AuthorizerId ?? '');
  return {};
};
