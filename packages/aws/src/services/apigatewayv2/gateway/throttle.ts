import type { Stage } from '@aws-sdk/client-apigatewayv2';
import type { ApiGatewayState } from '../state';

/**
 * Whether a stage takes one more request to a route now. The settings of the route stand over those of the stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function takesRequest(
  { buckets }: ApiGatewayState,
  apiId: string,
  stage: Stage,
  routeKey: string,
): boolean {
  const settings = { ...stage.DefaultRouteSettings, ...stage.RouteSettings?.[routeKey] };
  const { ThrottlingBurstLimit: size, ThrottlingRateLimit: refillPerSecond } = settings;
  if (size === undefined || refillPerSecond === undefined) return true;
  return buckets.take(JSON.stringify([apiId, stage.StageName, routeKey]), { size, refillPerSecond });
}
