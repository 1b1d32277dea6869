import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import { conflict } from '../errors';
import type { Op } from '../state';
import { checkIntegration } from './check-integration';
import { listPage } from './list-page';
import { applyChanges, findPart } from './parts';

export const CreateIntegration: Op<'CreateIntegration'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, ...settings } = input;
  const integration: Integration = {
    ...settings,
    ConnectionType: settings.ConnectionType ?? 'INTERNET',
    IntegrationId: randomName(7),
    IntegrationMethod:
      settings.IntegrationMethod ?? (settings.IntegrationType === 'AWS_PROXY' ? 'POST' : undefined),
    PayloadFormatVersion: settings.PayloadFormatVersion ?? '1.0',
    TimeoutInMillis: settings.TimeoutInMillis ?? 30_000,
  };
  checkIntegration(integration);
  record.integrations.set(integration.IntegrationId ?? '', integration);
  record.deployAutomatically();
  return integration;
};

export const GetIntegration: Op<'GetIntegration'> = (gateway, input) =>
  findPart(gateway.find(input.ApiId).integrations, input.IntegrationId, 'Integration');

export const GetIntegrations: Op<'GetIntegrations'> = (gateway, input) =>
  listPage([...gateway.find(input.ApiId).integrations.values()], input, ({ IntegrationId }) => IntegrationId);

export const UpdateIntegration: Op<'UpdateIntegration'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, IntegrationId = '', ...changes } = input;
  const changed = applyChanges(findPart(record.integrations, IntegrationId, 'Integration'), changes);
  checkIntegration(changed);
  record.integrations.set(IntegrationId, changed);
  record.deployAutomatically();
  return changed;
};

export const DeleteIntegration: Op<'DeleteIntegration'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  findPart(record.integrations, input.IntegrationId, 'Integration');
  const target = `integrations/${input.IntegrationId}`;
  const route = [...record.routes.values()].find(({ Target }) => Target === target);
  if (route)
    throw conflict(
      `Cannot delete Integration '${input.IntegrationId}' due to dependency on Route '${route.RouteId}'`,
    );
  record.integrations.delete(input.IntegrationId ?? '');
  record.deployAutomatically();
  return {};
};
