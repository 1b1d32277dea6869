import type { AwsError } from '../core/aws-error';
import type { WireRequest, WireResponse } from '../core/service';
import { encodeCborError, encodeJsonError, encodeQueryError } from './codec';

/** Services with XML bodies that tell errors as the query protocol does, by signing name. */
const XML_SERVICES = /\/(route53|cloudfront)\/aws4_request/;

/**
 * Tells an error to a client of a service that the embedded AWS does not have, and whose model it does not know:
 * in the protocol that the request itself shows, so that the client can read it.
 */
export function encodeUnaddressed(error: AwsError, request: WireRequest, requestId: string): WireResponse {
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return encodeCborError(error, requestId, '');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const isQuery = (isForm || request.query.has('Action')) && !request.headers['x-amz-target'];
  if (isQuery || XML_SERVICES.test(request.headers.authorization ?? ''))
    return encodeQueryError(error, requestId);
  const contentType = request.headers['x-amz-target']
    ? (request.headers['content-type'] ?? 'application/x-amz-json-1.1')
    : 'application/json';
  return encodeJsonError(error, contentType, requestId);
}
