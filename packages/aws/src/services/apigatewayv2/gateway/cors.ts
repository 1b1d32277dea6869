import type { Cors } from '@aws-sdk/client-apigatewayv2';
import type { WireRequest, WireResponse } from '../../../core/service';

/** Whether a browser asks what it may send, which API Gateway answers itself when the API has a CORS configuration. */
export function isPreflight({ method, headers }: WireRequest): boolean {
  return method === 'OPTIONS' && 'origin' in headers && 'access-control-request-method' in headers;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export function answerPreflight(cors: Cors, request: WireRequest): WireResponse {
  const origin = allowedOrigin(cors, request.headers.origin);
  if (origin === undefined) return { status: 204, headers: {}, body: '' };
  return {
    status: 204,
    headers: {
      ...originHeaders(cors, origin),
      ...(cors.AllowMethods?.length ? { 'access-control-allow-methods': cors.AllowMethods.join(',') } : {}),
      ...(cors.AllowHeaders?.length
        ? { 'access-control-allow-headers': cors.AllowHeaders.join(',').toLowerCase() }
        : {}),
      ...(cors.MaxAge === undefined ? {} : { 'access-control-max-age': String(cors.MaxAge) }),
    },
    body: '',
  };
}

/** The response with the API's own CORS headers in place of those that the integration gave. */
export function addCors(cors: Cors, request: WireRequest, response: WireResponse): WireResponse {
  const own = Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-'));
  const origin = allowedOrigin(cors, request.headers.origin);
  return {
    ...response,
    headers: { ...Object.fromEntries(own), ...(origin === undefined ? {} : originHeaders(cors, origin)) },
  };
}

function originHeaders(cors: Cors, origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    ...(cors.AllowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.ExposeHeaders?.length
      ? { 'access-control-expose-headers': cors.ExposeHeaders.join(',').toLowerCase() }
      : {}),
  };
}

/** `*`, or the caller's origin when the configuration names it or all origins of its scheme (`https://*`). */
function allowedOrigin(cors: Cors, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const allowed = cors.AllowOrigins ?? [];
  if (allowed.includes('*')) return '*';
  const isAllowed = allowed.some(
    (entry) => entry === origin || (entry.endsWith('://*') && origin.startsWith(entry.slice(0, -1))),
  );
  return isAllowed ? origin : undefined;
}
