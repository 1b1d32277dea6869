import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { randomName } from '../../../core/ids';
import { parseRouteKey } from '../gateway/route-key';
import type { HttpApi } from '../state';

/** Quick create: one route, one integration and a `$default` stage. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
export function quickCreate(record: HttpApi, routeKey: string, target: string, credentials?: string): void {
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
