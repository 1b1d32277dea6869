import { gunzipSync } from 'node:zlib';
import { AwsError } from '../core/aws-error';
import type { WireRequest } from '../core/service';

/** More than any operation of a service takes in one request. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Takes off the compression that SDKs give to large requests of metrics and logs, whatever the protocol.
 * @throws AwsError `RequestEntityTooLarge` for one that is meant to fill the memory
 *
 * A body that is not what its header says stays as it is: no protocol can read it then.
 * https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
 */
export function inflate(request: WireRequest): WireRequest {
  const { 'content-encoding': encoding, ...headers } = request.headers;
  if (encoding !== 'gzip') return request;
  try {
    return { ...request, headers, body: gunzipSync(request.body, { maxOutputLength: MOST_BYTES }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new AwsError('RequestEntityTooLarge', 'The request is too large once it is unpacked.', 413);
    return request;
  }
}
