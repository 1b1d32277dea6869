import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import { type ApiStore, applyChanges, badRequest, conflict, findPart } from '../state';
import { listPage } from './list-page';

/** The operations on integrations. */
export function integrationOperations(store: ApiStore) {
  return {
    CreateIntegration: (input) => {
      const record = store.find(input.ApiId);
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
    },
    GetIntegration: (input) =>
      findPart(store.find(input.ApiId).integrations, input.IntegrationId, 'Integration'),
    GetIntegrations: (input) => listPage([...store.find(input.ApiId).integrations.values()], input),
    UpdateIntegration: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, IntegrationId = '', ...changes } = input;
      const changed = applyChanges(findPart(record.integrations, IntegrationId, 'Integration'), changes);
      checkIntegration(changed);
      record.integrations.set(IntegrationId, changed);
      record.deployAutomatically();
      return changed;
    },
    DeleteIntegration: (input) => {
      const record = store.find(input.ApiId);
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
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>;
}

/** The function that an integration URI means: its ARN, or API Gateway's own ARN of the invocation. */
export function functionArnOf(uri: string | undefined): string | undefined {
  const wrapped = /:lambda:path\/2015-03-31\/functions\/(arn:.+)\/invocations$/.exec(uri ?? '');
  const arn = wrapped?.[1] ?? uri ?? '';
  return /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(arn) ? arn : undefined;
}

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html */
function checkIntegration(integration: Integration): void {
  const type = integration.IntegrationType;
  if (type !== 'AWS_PROXY' && type !== 'HTTP_PROXY')
    throw badRequest(`HTTP APIs only support AWS_PROXY and HTTP_PROXY integrations, not ${type}`);
  if (integration.IntegrationSubtype)
    throw badRequest(`The embedded AWS has no first-class integration ${integration.IntegrationSubtype}`);
  if (integration.ConnectionType === 'VPC_LINK')
    throw badRequest('The embedded AWS has no private integrations (ConnectionType VPC_LINK)');
  if (
    integration.PayloadFormatVersion !== '1.0' &&
    !(integration.PayloadFormatVersion === '2.0' && type === 'AWS_PROXY')
  )
    throw badRequest(`PayloadFormatVersion ${integration.PayloadFormatVersion} is not supported for ${type}`);
  const timeout = integration.TimeoutInMillis ?? 30_000;
  if (timeout < 50 || timeout > 30_000) throw badRequest('Timeout should be between 50 ms and 30000 ms');
  if (type === 'AWS_PROXY' && !functionArnOf(integration.IntegrationUri))
    throw badRequest('Integration URI is not a valid Lambda function ARN');
  if (type === 'HTTP_PROXY') {
    if (!/^https?:\/\/\S+$/.test(integration.IntegrationUri ?? ''))
      throw badRequest('Integration URI must be a valid HTTP endpoint');
    if (!integration.IntegrationMethod)
      throw badRequest('HttpMethod must be set for HTTP_PROXY integrations');
  }
}
