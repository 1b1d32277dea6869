import type { WireRequest } from '../core/service';
import { readSignedAt } from './dates';
import { SignatureError } from './signature-error';

/** What a request says of its signature, version 4. */
export interface Signature {
  readonly algorithm: 'AWS4-HMAC-SHA256' | 'AWS4-ECDSA-P256-SHA256';
  readonly accessKeyId: string;
  /** `20261129/us-east-1/s3/aws4_request`; without the region where the algorithm is the asymmetric one. */
  readonly scope: string;
  /** `20261129` */
  readonly day: string;
  /** Empty where the algorithm is the asymmetric one. */
  readonly region: string;
  readonly service: string;
  /** Lower case, in the order of the request. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly text: string;
  /** `20261129T120000Z` */
  readonly signedAt: string;
  readonly sessionToken?: string;
  /** Of a presigned URL: seconds that it holds. */
  readonly expires?: number;
  readonly isPresigned: boolean;
}

const ALGORITHM = /^(AWS4-HMAC-SHA256|AWS4-ECDSA-P256-SHA256)(?:\s+|$)/;
const PRESIGNED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
];

/** Whether a request claims to be signed, well or badly, by its header or by its query. */
export function isSigned({ headers, query }: WireRequest): boolean {
  return headers.authorization !== undefined || query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
}

/** Whether the `Authorization` header, or the query, has a signature of another version. */
export function isOtherThanV4({ headers, query }: WireRequest): boolean {
  return headers.authorization === undefined
    ? query.has('Signature') && query.has('AWSAccessKeyId')
    : !headers.authorization.startsWith('AWS4-');
}

/**
 * Reads the signature of a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 *
 * @returns undefined for a request that is not signed
 * @throws SignatureError for one that is not written as it has to be
 */
export function readSignature(request: WireRequest): Signature | undefined {
  if (!isSigned(request)) return undefined;
  return request.headers.authorization === undefined ? readQuery(request) : readHeader(request);
}

function readHeader({ headers }: WireRequest): Signature {
  const authorization = headers.authorization ?? '';
  const [, algorithm] = ALGORITHM.exec(authorization) ?? [];
  const fields = algorithm === undefined ? new Map<string, string>() : readFields(authorization, algorithm);
  const dated = headers['x-amz-date'] ?? headers.date;
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name));
  const problems = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (dated === undefined)
    problems.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (problems.length > 0)
    throw new SignatureError({ kind: 'incomplete', problems: problems.join(' '), authorization, missing });
  const signedAt = readSignedAt(dated ?? '');
  if (signedAt === undefined) throw new SignatureError({ kind: 'badDate', date: dated ?? '' });
  return {
    ...readCredential(algorithm as Signature['algorithm'], fields.get('Credential') ?? ''),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';').map((name) => name.toLowerCase()),
    text: fields.get('Signature') ?? '',
    signedAt,
    ...(headers['x-amz-security-token'] !== undefined && { sessionToken: headers['x-amz-security-token'] }),
    isPresigned: false,
  };
}

/** @throws SignatureError for a part without an equal sign */
function readFields(authorization: string, algorithm: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of authorization.slice(algorithm.length).split(/[\s,]+/)) {
    if (part === '') continue;
    const at = part.indexOf('=');
    if (at < 0) throw new SignatureError({ kind: 'noEqualSign', part, authorization });
    fields.set(part.slice(0, at), part.slice(at + 1));
  }
  return fields;
}

function readQuery({ query }: WireRequest): Signature {
  const missing = PRESIGNED.filter((name) => !query.get(name));
  if (missing.length > 0)
    throw new SignatureError({
      kind: 'incompleteQuery',
      problems: missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '),
    });
  const [, algorithm] = ALGORITHM.exec(query.get('X-Amz-Algorithm') ?? '') ?? [];
  if (algorithm === undefined)
    throw new SignatureError({ kind: 'unknownAlgorithm', algorithm: query.get('X-Amz-Algorithm') ?? '' });
  const date = query.get('X-Amz-Date') ?? '';
  const signedAt = readSignedAt(date);
  if (signedAt === undefined) throw new SignatureError({ kind: 'badDate', date });
  const token = query.get('X-Amz-Security-Token');
  const expires = query.get('X-Amz-Expires');
  return {
    ...readCredential(algorithm as Signature['algorithm'], query.get('X-Amz-Credential') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';').map((name) => name.toLowerCase()),
    text: query.get('X-Amz-Signature') ?? '',
    signedAt,
    ...(token !== null && { sessionToken: token }),
    ...(expires !== null && { expires: Number(expires) }),
    isPresigned: true,
  };
}

/** Access key and scope. An access key id may have slashes nowhere, so that the scope begins at the first one. */
function readCredential(
  algorithm: Signature['algorithm'],
  credential: string,
): Pick<Signature, 'algorithm' | 'accessKeyId' | 'scope' | 'day' | 'region' | 'service'> {
  const [accessKeyId = '', ...scope] = credential.split('/');
  const isRegional = algorithm === 'AWS4-HMAC-SHA256';
  if (!accessKeyId || scope.length !== (isRegional ? 4 : 3))
    throw new SignatureError({ kind: 'badCredential', credential });
  const [day = '', region = '', service = '', terminator = ''] = isRegional
    ? scope
    : [scope[0], '', scope[1], scope[2]];
  if (terminator !== 'aws4_request') throw new SignatureError({ kind: 'badTerminator', terminator });
  return { algorithm, accessKeyId, scope: scope.join('/'), day, region, service };
}
