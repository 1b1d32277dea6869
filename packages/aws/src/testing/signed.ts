import { ADMINISTRATOR } from '../core/principal';
import { canonicalRequest, sha256, stringToSign } from '../signing/canonical';
import { writeSignedAt } from '../signing/dates';
import { hmac, SigningKeys } from '../signing/signing-keys';

/** A request that is to be signed. */
export interface Unsigned {
  /** With its scheme and port: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** The signing name. */
  readonly service: string;
  readonly region?: string;
  readonly method?: string;
  /** With its query; as it is sent. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The documented pair unless the test has another. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly signedAt?: Date;
  /** Says of the body something else than its hash. */
  readonly payload?: string;
}

interface Parts {
  readonly region: string;
  readonly service: string;
  readonly day: string;
  readonly signedAt: string;
  readonly scope: string;
}

function partsOf({ service, region = 'us-east-1', signedAt: date = new Date() }: Unsigned): Parts {
  const signedAt = writeSignedAt(date.getTime());
  const day = signedAt.slice(0, 8);
  return { region, service, day, signedAt, scope: `${day}/${region}/${service}/aws4_request` };
}

/** The headers of a request with those of its signature, for requests that no SDK would send. */
export function signedHeaders(request: Unsigned): Record<string, string> {
  const { service, body = '', credentials = ADMINISTRATOR } = request;
  const { accessKeyId, secretAccessKey } = credentials;
  const token = 'sessionToken' in credentials ? credentials.sessionToken : undefined;
  const parts = partsOf(request);
  const payload = request.payload ?? sha256(Buffer.from(body));
  const headers: Record<string, string> = {
    host: new URL(request.endpoint).host,
    'x-amz-date': parts.signedAt,
    ...(service === 's3' && { 'x-amz-content-sha256': payload }),
    ...(token !== undefined && { 'x-amz-security-token': token }),
    ...request.headers,
  };
  const signedHeaders = Object.keys(headers).sort();
  const text = textToSign(request, { headers, signedHeaders, payload, parts });
  const signature = hmac(new SigningKeys().symmetric(secretAccessKey, parts), text).toString('hex');
  const credential = `Credential=${accessKeyId}/${parts.scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  };
}

/** Signs a request and sends it. */
export function sendSigned(request: Unsigned): Promise<Response> {
  const { endpoint, method = 'POST', path = '/', body } = request;
  // `fetch` writes the host itself.
  const { host: _host, ...headers } = signedHeaders(request);
  return fetch(`${endpoint}${path}`, { method, headers, body: body as string | undefined });
}

/** The address of a request that is signed in its query. @param seconds that it holds */
export function presign(request: Unsigned, seconds = 60): string {
  const { service, method = 'GET', path = '/', credentials = ADMINISTRATOR } = request;
  const { accessKeyId, secretAccessKey } = credentials;
  const token = 'sessionToken' in credentials ? credentials.sessionToken : undefined;
  const parts = partsOf(request);
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${parts.scope}`,
    'X-Amz-Date': parts.signedAt,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(token !== undefined && { 'X-Amz-Security-Token': token }),
  });
  const unsigned = `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const payload = request.payload ?? (service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(''));
  const headers = { host: request.headers?.host ?? new URL(request.endpoint).host };
  const text = textToSign(
    { ...request, method, path: unsigned },
    { headers, signedHeaders: ['host'], payload, parts },
  );
  const signature = hmac(new SigningKeys().symmetric(secretAccessKey, parts), text).toString('hex');
  return `${request.endpoint}${unsigned}&X-Amz-Signature=${signature}`;
}

function textToSign(
  { method = 'POST', path = '/', service }: Unsigned,
  {
    headers,
    signedHeaders,
    payload,
    parts,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signedHeaders: readonly string[];
    readonly payload: string;
    readonly parts: Parts;
  },
): string {
  const [at, rawQuery = ''] = path.split(/\?(.*)/s);
  const request = { method, path: at ?? '/', rawQuery, headers };
  return stringToSign(
    { algorithm: 'AWS4-HMAC-SHA256', ...parts },
    canonicalRequest(request, { signedHeaders }, payload, service === 's3'),
  );
}
