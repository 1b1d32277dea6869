import type { WireRequest } from '../../../core/service';
import { accessDenied } from '../errors';
import type { S3State } from '../state';

/**
 * A presigned URL holds for a time only.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 *
 * @throws AwsError `AccessDenied` when it is over
 */
export function checkExpiry(s3: S3State, request: WireRequest): void {
  const expiry = readExpiry(request);
  if (expiry === undefined || !isPast(s3, expiry, readSignedAt(request))) return;
  throw accessDenied('Request has expired', { Expires: new Date(expiry).toISOString() });
}

/** How far a person's clock may be ahead of this machine's. */
const SKEW_MILLIS = 300_000;

/**
 * Who signs for later may go by the embedded AWS's clock (a function) or by the real one (a person): past for both. What was signed at a
 * time that the real clock has not seen yet was signed by AWS's; with a seed there is no other.
 */
export function isPast({ context: { clock } }: S3State, millis: number, signedAt = Number.NaN): boolean {
  const isByAws = clock.seed !== undefined || signedAt > Date.now() + SKEW_MILLIS;
  return millis < clock.millis() && (isByAws || millis < Date.now());
}

/** Signature version 2, which S3 still takes in its oldest regions and older clients presign with; its key is whoever's. */
export function isSignedTheOldWay({ query, headers }: WireRequest): boolean {
  return (
    (query.has('AWSAccessKeyId') && query.has('Signature')) ||
    /^AWS [^:]+:.+/.test(headers.authorization ?? '')
  );
}

/** Until when a presigned URL holds, in milliseconds; undefined for other requests. */
function readExpiry(request: WireRequest): number | undefined {
  const { query } = request;
  const seconds = Number(query.get('X-Amz-Expires'));
  const millis = query.has('X-Amz-Expires') ? readSignedAt(request) + seconds * 1000 : readOldExpiry(query);
  return Number.isFinite(millis) && Math.abs(millis) < MOST_MILLIS ? millis : undefined;
}

/** The greatest time that a date can have. */
const MOST_MILLIS = 8.64e15;

/** When a presigned URL was signed, in milliseconds; NaN where it does not say. */
function readSignedAt({ query }: WireRequest): number {
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const [, year, month, day, hour, minute, second] = signedAt ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function readOldExpiry(query: URLSearchParams): number {
  return query.has('Signature') && query.has('Expires') ? Number(query.get('Expires')) * 1000 : Number.NaN;
}
