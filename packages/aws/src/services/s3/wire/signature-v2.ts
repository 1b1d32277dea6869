import { createHmac } from 'node:crypto';
import type { AwsError } from '../../../core/aws-error';
import type { KnownKey, Principal } from '../../../core/principal';
import type { WireRequest } from '../../../core/service';
import { refusalOf, s3Mismatch, skewMinutesOf } from '../../../signing/refusals';
import type { SignatureProblem } from '../../../signing/signature-error';
import { isPast, isSkewed, judgesNow, momentOf, signersNow } from '../../../signing/signers-clock';
import { isSame } from '../../../signing/signing-keys';
import { accessDenied, invalidArgument } from '../errors';
import type { S3State } from '../state';
import { readAddress } from './address';

/** The parts of a query that are signed. */
const SIGNED_QUERY = new Set([
  ...['accelerate', 'acl', 'analytics', 'cors', 'delete', 'encryption', 'inventory', 'lifecycle', 'location'],
  ...['logging', 'metrics', 'notification', 'object-lock', 'partNumber', 'policy', 'replication'],
  ...['requestPayment', 'restore', 'select', 'select-type', 'storageClass', 'tagging', 'torrent', 'uploadId'],
  ...['uploads', 'versionId', 'versioning', 'versions', 'website', 'response-cache-control'],
  ...['response-content-disposition', 'response-content-encoding', 'response-content-language'],
  ...['response-content-type', 'response-expires'],
]);

/** What a request says of itself in version 2. */
interface OldSignature {
  readonly accessKeyId: string;
  /** Base64. */
  readonly text: string;
  readonly sessionToken?: string;
  /** As it is signed: a date, or until when a presigned URL holds. */
  readonly date: string;
}

/**
 * Who signed a request in another way than with signature version 4: with version 2, which S3 still takes in its oldest regions and in which
 * older clients presign. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 *
 * @returns undefined for a request without such a signature
 * @throws AwsError as S3 refuses signatures
 */
export function verifyOldSignature(s3: S3State, request: WireRequest): Principal | undefined {
  const { headers, query } = request;
  const ways = [headers.authorization !== undefined, query.has('X-Amz-Algorithm'), query.has('Signature')];
  if (ways.filter(Boolean).length > 1)
    throw invalidArgument(
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      'Authorization',
      headers.authorization ?? '',
    );
  if (headers.authorization?.startsWith('AWS4-')) return undefined;
  const signature = readOldSignature(request);
  if (!signature) return undefined;
  const key = findKey(s3, signature.accessKeyId, signature.sessionToken);
  if (key.secret === undefined) return key.principal;
  if (query.has('Signature')) checkExpiry(s3, Number(signature.date));
  else checkDate(s3, headers['x-amz-date'] ?? headers.date ?? '');
  // A bucket in the path is signed with a slash behind it, or as it stands there.
  const paths =
    readAddress(request).key === undefined
      ? [`${request.path.replace(/\/$/, '')}/`, request.path]
      : [request.path];
  checkOldSignature(
    signature,
    key.secret,
    ...paths.map((path) => oldStringToSign({ ...request, path }, signature)),
  );
  return key.principal;
}

/** @param texts of which one has to be signed @throws AwsError `SignatureDoesNotMatch` */
export function checkOldSignature(
  { accessKeyId, text }: Pick<OldSignature, 'accessKeyId' | 'text'>,
  secret: string,
  ...texts: readonly string[]
): void {
  const isOwn = texts.some((one) =>
    isSame(createHmac('sha1', secret).update(one, 'latin1').digest('base64'), text),
  );
  if (!isOwn) throw s3Mismatch({ accessKeyId, provided: text, stringToSign: texts[0] ?? '' });
}

/**
 * A key with the session token that goes with it.
 * @throws AwsError `InvalidAccessKeyId`, `InvalidToken`, `ExpiredToken`
 */
export function findKey({ context }: S3State, accessKeyId: string, token: string | undefined): KnownKey {
  const key = context.keys.find(accessKeyId);
  if (!key || (key.sessionToken !== undefined && token === undefined))
    throw refusal({ kind: 'unknownKey', accessKeyId });
  if (key.secret === undefined) return key;
  if (token !== undefined && token !== key.sessionToken) throw refusal({ kind: 'badToken', token });
  if (key.expires !== undefined && key.expires <= context.clock.millis())
    throw refusal({ kind: 'expiredToken', token: token ?? '' });
  return key;
}

function refusal(problem: SignatureProblem): AwsError {
  return refusalOf('restXml', problem);
}

function readOldSignature({ headers, query }: WireRequest): OldSignature | undefined {
  if (headers.authorization !== undefined) {
    const [, accessKeyId, text] = /^AWS ([^:\s]+):(\S+)$/.exec(headers.authorization) ?? [];
    if (accessKeyId === undefined || text === undefined)
      throw invalidArgument('Unsupported Authorization Type', 'Authorization', headers.authorization);
    const date = headers['x-amz-date'] === undefined ? (headers.date ?? '') : '';
    return { accessKeyId, text, date, sessionToken: headers['x-amz-security-token'] };
  }
  const [accessKeyId, text] = [query.get('AWSAccessKeyId'), query.get('Signature')];
  if (accessKeyId === null || text === null) return undefined;
  const date = query.get('Expires') ?? '';
  return { accessKeyId, text, date, sessionToken: query.get('x-amz-security-token') ?? undefined };
}

function checkExpiry({ context: { clock } }: S3State, seconds: number): void {
  const millis = seconds * 1000;
  if (!Number.isFinite(millis) || Math.abs(millis) > 8.64e15)
    throw accessDenied('Invalid date (should be seconds since epoch): ');
  if (isPast(clock, millis))
    throw accessDenied('Request has expired', {
      Expires: new Date(millis).toISOString(),
      ServerTime: new Date(judgesNow(clock)).toISOString(),
    });
}

function checkDate({ context: { clock } }: S3State, date: string): void {
  const millis = Date.parse(date);
  if (Number.isNaN(millis)) throw refusal({ kind: 'badDate', date });
  const moment = momentOf(clock);
  if (isSkewed(clock, millis, moment, skewMinutesOf('restXml')))
    throw refusal({ kind: 'skewed', signedAt: date, now: signersNow(millis, moment) });
}

function oldStringToSign(request: WireRequest, { date }: OldSignature): string {
  const { method, query } = request;
  // What a presigned URL has in its query stood in the headers when it was signed.
  const signed: Record<string, string> = { ...request.headers };
  if (query.has('Signature'))
    for (const [name, value] of query)
      if (/^(x-amz-|content-(md5|type)$)/i.test(name)) signed[name.toLowerCase()] = value;
  const amz = Object.keys(signed)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${signed[name]?.trim()}\n`);
  return `${[method, signed['content-md5'] ?? '', signed['content-type'] ?? '', date, amz.join('')].join('\n')}${resourceOf(request)}`;
}

function resourceOf({ host, path, query }: WireRequest): string {
  const { bucket } = readAddress({ host, path: '/' });
  const parts = [...query]
    .filter(([name]) => SIGNED_QUERY.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return `${bucket === undefined ? '' : `/${bucket}`}${path}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
}
