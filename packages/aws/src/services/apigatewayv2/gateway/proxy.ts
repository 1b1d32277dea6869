import type { Integration } from '@aws-sdk/client-apigatewayv2';
import type { WireResponse } from '../../../core/service';
import type { RoutedRequest } from './event';
import { say } from './respond';

/** Hop-by-hop headers, and those that belong to the connection to API Gateway itself. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-encoding',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** HTTP_PROXY: the request goes on to the URI, whose `{variables}` are the route's. */
export async function proxy(integration: Integration, routed: RoutedRequest): Promise<WireResponse> {
  const { request } = routed;
  const uri = (integration.IntegrationUri ?? '').replace(
    /\{([^}+]+)\+?\}/g,
    (_all, name: string) => routed.pathParameters[name]?.split('/').map(encodeURIComponent).join('/') ?? '',
  );
  const query = request.query.toString();
  const method = integration.IntegrationMethod === 'ANY' ? request.method : integration.IntegrationMethod;
  try {
    const response = await fetch(query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`, {
      method,
      headers: Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name)),
      body: method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(request.body),
      redirect: 'manual',
      signal: AbortSignal.timeout(integration.TimeoutInMillis ?? 30_000),
    });
    const headers = [...response.headers].filter(([name]) => !OWN_HEADERS.has(name));
    return {
      status: response.status,
      headers: Object.fromEntries(headers),
      body: Buffer.from(await response.arrayBuffer()),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return say(503, 'Service Unavailable');
    if (error instanceof TypeError) return say(500, 'Internal Server Error');
    throw error;
  }
}
