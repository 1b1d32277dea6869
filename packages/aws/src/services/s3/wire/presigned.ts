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
  if (expiry === undefined || !isPast(s3, expiry)) return;
  throw accessDenied('Request has expired', { Expires: new Date(expiry).toISOString() });
}

/** Who signs for later may go by the embedded AWS's clock (a function) or by the real one (a person): past for both. */
export function isPast({ context }: S3State, millis: number): boolean {
  return millis < Date.now() && millis < context.clock.millis();
}

/** Signature version 2, which S3 still takes in its oldest regions and older clients presign with; its key is whoever's. */
export function isSignedTheOldWay({ query, headers }: WireRequest): boolean {
  return (
    (query.has('AWSAccessKeyId') && query.has('Signature')) ||
    /^AWS [^:]+:.+/.test(headers.authorization ?? '')
  );
}

/** Until when a presigned URL holds, in milliseconds; undefined for other requests. */
function readExpiry({ query }: WireRequest): number | undefined {
  const millis = query.has('X-Amz-Expires') ? readNewExpiry(query) : readOldExpiry(query);
  return Number.isFinite(millis) && Math.abs(millis) < MOST_MILLIS ? millis : undefined;
}

/** The greatest time that a date can have. */
const MOST_MILLIS = 8.64e15;

function readNewExpiry(query: URLSearchParams): number {
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const [, year, month, day, hour, minute, second] = signedAt ?? [];
  const start = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return start + Number(query.get('X-Amz-Expires')) * 1000;
}

function readOldExpiry(query: URLSearchParams): number {
  return query.has('Signature') && query.has('Expires') ? Number(query.get('Expires')) * 1000 : Number.NaN;
}
