import { AwsError } from '../../../core/aws-error';
import type { WireRequest } from '../../../core/service';

/**
 * Takes the chunked encoding of signed and unsigned streaming uploads off a request: the chunks become the body, the
 * trailers become headers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @throws AwsError `IncompleteBody` when it is cut off
 */
export function decodeChunked(request: WireRequest): WireRequest {
  const streaming = request.headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((one) => one.trim());
  if (!streaming && !encodings.includes('aws-chunked')) return request;
  const { body, trailers } = readChunks(request.body);
  const expected = request.headers['x-amz-decoded-content-length'];
  if (expected !== undefined && Number(expected) !== body.length) throw incomplete();
  const left = encodings.filter((one) => one !== 'aws-chunked' && one !== '').join(',');
  const { 'content-encoding': _, ...headers } = request.headers;
  return {
    ...request,
    body,
    headers: {
      ...headers,
      ...trailers,
      'content-length': String(body.length),
      ...(left && { 'content-encoding': left }),
    },
  };
}

function readChunks(data: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = data.indexOf('\r\n', at);
    if (end < 0) throw incomplete();
    const size = Number.parseInt(data.toString('latin1', at, end), 16);
    if (Number.isNaN(size)) throw incomplete();
    at = end + 2;
    if (size === 0)
      return { body: Buffer.concat(parts), trailers: readTrailers(data.toString('latin1', at)) };
    if (at + size > data.length) throw incomplete();
    parts.push(data.subarray(at, at + size));
    at += size + 2;
  }
}

function readTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
}
