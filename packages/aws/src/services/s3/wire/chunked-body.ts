import { AwsError } from '../../../core/aws-error';
import type { Signer, WireRequest } from '../../../core/service';
import { EMPTY_HASH, sha256 } from '../../../signing/canonical';
import { s3Mismatch } from '../../../signing/refusals';

/**
 * Takes the chunked encoding of signed and unsigned streaming uploads off a request: the chunks become the body, the
 * trailers become headers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @param signer of the request, who signs each chunk as well
 * @throws AwsError `IncompleteBody` when it is cut off, `SignatureDoesNotMatch` for a chunk that somebody else signed
 */
export function decodeChunked(request: WireRequest, signer: Signer | undefined): WireRequest {
  const payload = request.headers['x-amz-content-sha256'];
  const streaming = payload?.startsWith('STREAMING-');
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((one) => one.trim());
  if (!streaming && !encodings.includes('aws-chunked')) return request;
  const checks =
    signer && payload?.startsWith(`STREAMING-${signer.algorithm}-PAYLOAD`)
      ? new ChunkChecks(signer)
      : undefined;
  const { body, trailers } = readChunks(request.body, checks);
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

function readChunks(
  data: Buffer,
  checks: ChunkChecks | undefined,
): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = data.indexOf('\r\n', at);
    if (end < 0) throw incomplete();
    const [head = '', ...extensions] = data.toString('latin1', at, end).split(';');
    const size = Number.parseInt(head, 16);
    if (Number.isNaN(size)) throw incomplete();
    at = end + 2;
    if (at + size > data.length) throw incomplete();
    const chunk = data.subarray(at, at + size);
    checks?.checkChunk(chunk, extensions);
    if (size === 0) {
      const trailers = readTrailers(data.toString('latin1', at));
      checks?.checkTrailers(trailers);
      return { body: Buffer.concat(parts), trailers };
    }
    parts.push(chunk);
    at += size + 2;
  }
}

/** Each chunk's signature goes over the one before it, the first over the request's own. */
class ChunkChecks {
  private previous: string;

  constructor(private readonly signer: Signer) {
    this.previous = signer.signature;
  }

  checkChunk(chunk: Buffer, extensions: readonly string[]): void {
    const field = extensions.find((one) => one.trim().startsWith('chunk-signature='));
    this.check('PAYLOAD', field?.split('=')[1]?.trim() ?? '', [EMPTY_HASH, sha256(chunk)]);
  }

  checkTrailers(trailers: Readonly<Record<string, string>>): void {
    const { [TRAILER_SIGNATURE]: signature, ...signed } = trailers;
    const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
    if (signature === undefined && lines.length === 0) return;
    this.check('TRAILER', signature ?? '', [sha256(lines.join(''))]);
  }

  private check(kind: string, provided: string, hashes: readonly string[]): void {
    const { signer, previous } = this;
    const { accessKeyId, algorithm, signedAt, scope } = signer;
    const stringToSign = [`${algorithm}-${kind}`, signedAt, scope, previous, ...hashes].join('\n');
    if (!signer.hasSigned(stringToSign, provided)) throw s3Mismatch({ accessKeyId, provided, stringToSign });
    this.previous = provided;
  }
}

const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

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
