import type { Api } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import { badRequest } from '../errors';
import { HttpApi, type Op } from '../state';
import { checkCors, checkName, checkSelection } from './check-api';
import { listPage } from './list-page';
import { applyChanges } from './parts';
import { quickCreate } from './quick-create';

export const CreateApi: Op<'CreateApi'> = (gateway, input) => {
  if (input.ProtocolType === 'WEBSOCKET')
    throw badRequest('WEBSOCKET APIs are not supported by the embedded AWS; ProtocolType must be HTTP');
  if (input.ProtocolType !== 'HTTP')
    throw badRequest('Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]');
  checkName(input.Name);
  checkSelection(input.RouteSelectionExpression);
  checkCors(input.CorsConfiguration);
  const ApiId = randomName(10);
  const record = new HttpApi(
    {
      ApiId,
      ApiEndpoint: `https://${ApiId}.execute-api.${gateway.context.region}.amazonaws.com`,
      ApiKeySelectionExpression: input.ApiKeySelectionExpression ?? '$request.header.x-api-key',
      CorsConfiguration: input.CorsConfiguration,
      CreatedDate: gateway.context.clock.now(),
      Description: input.Description,
      DisableExecuteApiEndpoint: input.DisableExecuteApiEndpoint ?? false,
      IpAddressType: input.IpAddressType ?? 'ipv4',
      Name: input.Name,
      ProtocolType: 'HTTP',
      RouteSelectionExpression: '$request.method $request.path',
      Tags: input.Tags ?? {},
      Version: input.Version,
    },
    () => gateway.context.clock.now(),
  );
  if (input.Target) quickCreate(record, input.RouteKey ?? '$default', input.Target, input.CredentialsArn);
  gateway.apis.set(ApiId, record);
  return record.api;
};

export const GetApi: Op<'GetApi'> = (gateway, input) => gateway.find(input.ApiId).api;

export const GetApis: Op<'GetApis'> = (gateway, input) =>
  listPage(
    [...gateway.apis.values()].map(({ api }) => api),
    input,
    ({ ApiId }) => ApiId,
  );

export const UpdateApi: Op<'UpdateApi'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
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
};

export const DeleteApi: Op<'DeleteApi'> = (gateway, input) => {
  gateway.apis.delete(gateway.find(input.ApiId).id);
  return {};
};

export const DeleteCorsConfiguration: Op<'DeleteCorsConfiguration'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  record.api = { ...record.api, CorsConfiguration: undefined };
  record.deployAutomatically();
  return {};
};
