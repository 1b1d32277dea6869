import { gunzipSync } from 'node:zlib';
import type { WireRequest } from '../core/service';

/**
 * Takes off the compression that SDKs give to large requests of metrics and logs, whatever the protocol.
 * A body that is not what its header says stays as it is: no protocol can read it then.
 * https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 */
export function inflate(request: WireRequest): WireRequest {
  const { 'content-encoding': encoding, ...headers } = request.headers;
  if (encoding !== 'gzip') return request;
  try {
    return { ...request, headers, body: gunzipSync(request.body) };
  } catch {
    return request;
  }
}
