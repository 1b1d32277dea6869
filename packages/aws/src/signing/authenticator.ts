import type { Keys, KnownKey } from '../core/principal';
import type { Signer, WireRequest } from '../core/service';
import { canonicalRequest, sha256, stringToSign } from './canonical';
import { millisOf } from './dates';
import type { Moment, SigningClock } from './moment';
import { readSignature, type Signature } from './signature';
import { SignatureError } from './signature-error';
import { isPast, isSkewed, judgesNow, momentOf, signersNow } from './signers-clock';
import { isSame, SigningKeys } from './signing-keys';

/** Whom a signature is to be for, and how it is judged. */
export interface Expected {
  /** S3 takes paths as they are, looks at no body that the signature leaves out, and wants its own headers signed. */
  readonly isS3?: boolean;
  /** How far the signer's clock may be off, in minutes. */
  readonly skewMinutes: number;
  /** Where the host says it, or the service is reached under a name of its own. */
  readonly service?: string;
  readonly region?: string;
}

/** Who signed a request. */
export interface Signed {
  readonly key: KnownKey;
  /** For what else the request has signed: chunks of its body. Undefined for a key whose secret is nobody's. */
  readonly signer?: Signer;
}

/** The longest that a presigned URL may hold, in seconds. */
const WEEK_SECONDS = 604_800;

/** Finds out who signed a request. */
export class Authenticator {
  private readonly signingKeys = new SigningKeys();

  constructor(
    private readonly keys: Keys,
    private readonly clock: SigningClock,
  ) {}

  now(): Moment {
    return momentOf(this.clock);
  }

  /**
   * Verifies the signature of a request.
   *
   * @param arrival when the request came
   * @returns undefined for a request that is not signed
   * @throws SignatureError for a signature that does not count
   */
  verify(request: WireRequest, arrival: Moment, expected: Expected): Signed | undefined {
    const signature = readSignature(request);
    if (!signature) return undefined;
    checkScope(signature, expected);
    const key = this.keys.find(signature.accessKeyId);
    if (!key) throw new SignatureError({ kind: 'unknownKey', accessKeyId: signature.accessKeyId });
    if (key.secret === undefined) return { key };
    this.checkToken(key, signature);
    const { isS3 = false, skewMinutes } = expected;
    if (signature.isPresigned && (signature.expires !== undefined || isS3))
      this.checkExpiry(signature, arrival, skewMinutes);
    else this.checkDate(signature, arrival, skewMinutes);
    checkSignedHeaders(request, signature, isS3);
    const hash = payloadHash(request, signature, isS3);
    const canonical = canonicalRequest(request, signature, hash, isS3);
    const text = stringToSign(signature, canonical);
    const signer = this.signingKeys.signerOf(signature, key.secret);
    if (!signer.hasSigned(text, signature.text))
      throw new SignatureError({
        kind: 'mismatch',
        accessKeyId: signature.accessKeyId,
        provided: signature.text,
        stringToSign: text,
        canonicalRequest: canonical,
      });
    return { key, signer };
  }

  private checkToken(key: KnownKey, { accessKeyId, sessionToken }: Signature): void {
    if (key.sessionToken === undefined && sessionToken === undefined) return;
    if (sessionToken === undefined) throw new SignatureError({ kind: 'unknownKey', accessKeyId });
    if (key.sessionToken === undefined || !isSame(key.sessionToken, sessionToken))
      throw new SignatureError({ kind: 'badToken', token: sessionToken });
    if (key.expires !== undefined && key.expires <= this.clock.millis())
      throw new SignatureError({ kind: 'expiredToken', token: sessionToken });
  }

  private checkDate({ signedAt }: Signature, arrival: Moment, minutes: number): void {
    const millis = millisOf(signedAt);
    if (isSkewed(this.clock, millis, arrival, minutes))
      throw new SignatureError({ kind: 'skewed', signedAt, now: signersNow(millis, arrival) });
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
  private checkExpiry({ signedAt, expires }: Signature, arrival: Moment, skewMinutes: number): void {
    const problem = problemOf(expires);
    if (problem) throw new SignatureError({ kind: 'badExpires', problem });
    const seconds = expires ?? 0;
    const millis = millisOf(signedAt);
    const expiry = millis + seconds * 1000;
    const now = signersNow(millis, arrival);
    if (isPast(this.clock, expiry, millis, arrival))
      throw new SignatureError({
        kind: 'expiredUrl',
        expires: seconds,
        expiry,
        now: judgesNow(this.clock, millis, arrival),
      });
    if (millis > now && isSkewed(this.clock, millis, arrival, skewMinutes))
      throw new SignatureError({ kind: 'notYetValid', signedAt });
  }
}

function problemOf(expires: number | undefined): string | undefined {
  if (expires === undefined || !Number.isInteger(expires)) return 'X-Amz-Expires should be a number';
  if (expires < 0) return 'X-Amz-Expires must be non-negative';
  return expires > WEEK_SECONDS
    ? `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${WEEK_SECONDS} seconds`
    : undefined;
}

function checkScope({ day, region, service, signedAt, algorithm }: Signature, expected: Expected): void {
  if (day !== signedAt.slice(0, 8)) throw new SignatureError({ kind: 'otherDay', day, signedAt });
  if (expected.service !== undefined && service !== expected.service)
    throw new SignatureError({
      kind: 'otherScope',
      what: 'service',
      given: service,
      wanted: expected.service,
    });
  if (algorithm === 'AWS4-HMAC-SHA256' && expected.region !== undefined && region !== expected.region)
    throw new SignatureError({ kind: 'otherScope', what: 'region', given: region, wanted: expected.region });
}

/** The host, and for S3 its own headers, have to be among what is signed. */
function checkSignedHeaders(
  { headers }: WireRequest,
  { signedHeaders, isPresigned }: Signature,
  isS3: boolean,
): void {
  if (!signedHeaders.includes('host')) throw new SignatureError({ kind: 'unsignedHost' });
  if (!isS3) return;
  const names = Object.keys(headers).filter(
    (name) =>
      name.startsWith('x-amz-') &&
      !signedHeaders.includes(name) &&
      !(isPresigned && name === 'x-amz-content-sha256'),
  );
  if (names.length > 0) throw new SignatureError({ kind: 'unsignedHeaders', names });
}

/** What S3 lets a signature say of the body. */
const PAYLOAD =
  /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-(HMAC-SHA256|ECDSA-P256-SHA256)-PAYLOAD(-TRAILER)?))$/i;

/** What the signature says of the body: its hash, or at S3 that it leaves it out or signs it in chunks. */
function payloadHash(
  { headers, query, body }: WireRequest,
  { isPresigned }: Signature,
  isS3: boolean,
): string {
  if (!isS3) return sha256(body);
  const said =
    headers['x-amz-content-sha256'] ?? (isPresigned ? query.get('X-Amz-Content-Sha256') : undefined);
  if (said !== undefined && said !== null) {
    if (!PAYLOAD.test(said)) throw new SignatureError({ kind: 'badPayloadHash', hash: said });
    return said;
  }
  if (isPresigned) return 'UNSIGNED-PAYLOAD';
  throw new SignatureError({ kind: 'noPayloadHash' });
}
