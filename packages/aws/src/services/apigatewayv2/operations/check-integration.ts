import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { badRequest } from '../errors';
import { functionArnOf } from '../gateway/function-arn';

/**
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
 * @throws AwsError BadRequestException
 */
export function checkIntegration(integration: Integration): void {
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
