import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error';
import { writeSignedAt } from './dates';
import type { SignatureProblem } from './signature-error';

/** How a service tells its errors: the name of its protocol, S3's and EC2's being their own. */
type Protocol = string;

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const MISMATCH = 'The request signature we calculated does not match the signature you provided.';

/** How far a signer's clock may be off, in minutes: the JSON services take less than the older ones. */
export function skewMinutesOf(protocol: Protocol): number {
  return protocol === 'awsQuery' || protocol === 'ec2Query' || protocol === 'restXml' ? 15 : 5;
}

/**
 * What a service answers to a request whose signature does not count.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 *
 * @param protocol as `protocolOf` tells it
 */
export function refusalOf(protocol: Protocol, problem: SignatureProblem): AwsError {
  if (protocol === 'restXml') return s3Refusal(problem);
  if (protocol === 'ec2Query') return ec2Refusal(problem);
  const isQuery = protocol === 'awsQuery';
  // The JSON protocol tells every mistake of the caller with 400.
  const status = protocol.startsWith('awsJson') ? 400 : 403;
  switch (problem.kind) {
    case 'unknownKey':
    case 'badToken':
      return new AwsError(
        isQuery ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
        INVALID_TOKEN,
        status,
      );
    case 'expiredToken':
      return new AwsError(
        isQuery ? 'ExpiredToken' : 'ExpiredTokenException',
        'The security token included in the request is expired',
        status,
      );
    case 'incomplete':
    case 'incompleteQuery':
    case 'noEqualSign':
    case 'unknownAlgorithm':
    case 'badDate':
    case 'badCredential':
      return new AwsError(
        isQuery ? 'IncompleteSignature' : 'IncompleteSignatureException',
        incompleteness(problem),
        isQuery ? 400 : status,
      );
    default:
      return new AwsError(
        isQuery ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
        difference(problem, skewMinutesOf(protocol)),
        status,
      );
  }
}

function incompleteness(problem: SignatureProblem): string {
  switch (problem.kind) {
    case 'incomplete':
      return `${problem.problems} (Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(problem.authorization)}`;
    case 'noEqualSign':
      return `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashed(problem.part)}'.`;
    case 'incompleteQuery':
      return `${problem.problems} Re-examine the query-string parameters.`;
    case 'unknownAlgorithm':
      return `Unsupported AWS 'algorithm': '${problem.algorithm}'.`;
    case 'badDate':
      return `Date must be in ISO-8601 'basic format'. Got '${problem.date}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    case 'badCredential':
      return `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${problem.credential}'`;
    default:
      throw new Error(`a signature is not incomplete by ${problem.kind}`);
  }
}

/** What differs between a signature and what it should be. */
function difference(problem: SignatureProblem, minutes: number): string {
  switch (problem.kind) {
    case 'skewed':
      return skew(problem.signedAt, problem.now, minutes);
    case 'expiredUrl':
      return `Signature expired: ${writeSignedAt(problem.expiry)} is now earlier than ${writeSignedAt(problem.now)}`;
    case 'notYetValid':
      return `Signature not yet current: ${problem.signedAt} is still later than now.`;
    case 'badExpires':
      return problem.problem;
    case 'otherDay':
      return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${problem.day}' != '${problem.signedAt.slice(0, 8)}', from '${problem.signedAt}'.`;
    case 'otherScope':
      return problem.what === 'service'
        ? `Credential should be scoped to correct service: '${problem.wanted}'. `
        : 'Credential should be scoped to a valid region. ';
    case 'badTerminator':
      return `Credential should be scoped with a valid terminator: 'aws4_request', not '${problem.terminator}'. `;
    case 'unsignedHost':
      return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    default:
      return `${MISMATCH} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`;
  }
}

/** `Signature expired: 20261129T120000Z is now earlier than 20261129T120500Z (20261129T121000Z - 5 min.)` */
function skew(signedAt: string, now: number, minutes: number): string {
  const isOld = signedAt < writeSignedAt(now);
  const limit = writeSignedAt(now + (isOld ? -1 : 1) * minutes * 60_000);
  return isOld
    ? `Signature expired: ${signedAt} is now earlier than ${limit} (${writeSignedAt(now)} - ${minutes} min.)`
    : `Signature not yet current: ${signedAt} is still later than ${limit} (${writeSignedAt(now)} + ${minutes} min.)`;
}

/** EC2 tells nobody why. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
function ec2Refusal({ kind }: SignatureProblem): AwsError {
  if (kind === 'skewed' || kind === 'expiredToken' || kind === 'expiredUrl')
    return new AwsError('RequestExpired', 'Request has expired.');
  const isForm =
    kind === 'incomplete' || kind === 'noEqualSign' || kind === 'incompleteQuery' || kind === 'badCredential';
  return new AwsError(
    'AuthFailure',
    isForm
      ? 'Authorization header or parameters are not formatted correctly.'
      : 'AWS was not able to validate the provided access credentials',
    401,
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function s3Refusal(problem: SignatureProblem): AwsError {
  const malformed = (why: string, details = {}) =>
    new AwsError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; ${why}`,
      400,
      details,
    );
  const badQuery = (why: string) => new AwsError('AuthorizationQueryParametersError', why);
  switch (problem.kind) {
    case 'unknownKey':
      return new AwsError(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        403,
        {
          AWSAccessKeyId: problem.accessKeyId,
        },
      );
    case 'badToken':
      return new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400, {
        'Token-0': problem.token,
      });
    case 'expiredToken':
      return new AwsError('ExpiredToken', 'The provided token has expired.', 400, {
        'Token-0': problem.token,
      });
    case 'incomplete':
      return malformed(
        'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
      );
    case 'noEqualSign':
      return malformed('the authorization component is malformed.');
    case 'incompleteQuery':
      return badQuery(
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    case 'unknownAlgorithm':
      return badQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
    case 'badDate':
      return new AwsError(
        'AccessDenied',
        'AWS authentication requires a valid Date or x-amz-date header',
        403,
      );
    case 'badCredential':
      return malformed(
        'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
      );
    case 'badTerminator':
      return malformed(`incorrect terminal "${problem.terminator}". This endpoint uses "aws4_request".`);
    case 'otherDay':
      return malformed(
        `Invalid credential date "${problem.day}". This date is not the same as X-Amz-Date: "${problem.signedAt.slice(0, 8)}".`,
      );
    case 'otherScope':
      return malformed(
        problem.what === 'region'
          ? `the region '${problem.given}' is wrong; expecting '${problem.wanted}'`
          : `incorrect service "${problem.given}". This endpoint belongs to "${problem.wanted}".`,
        problem.what === 'region' ? { Region: problem.wanted } : {},
      );
    case 'skewed':
      return new AwsError(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        403,
        {
          RequestTime: problem.signedAt,
          ServerTime: isoSeconds(problem.now),
          MaxAllowedSkewMilliseconds: skewMinutesOf('restXml') * 60_000,
        },
      );
    case 'badExpires':
      return badQuery(problem.problem);
    case 'expiredUrl':
      return new AwsError('AccessDenied', 'Request has expired', 403, {
        'X-Amz-Expires': problem.expires,
        Expires: isoSeconds(problem.expiry),
        ServerTime: isoSeconds(problem.now),
      });
    case 'notYetValid':
      return new AwsError('AccessDenied', 'Request is not valid yet', 403);
    case 'unsignedHost':
      return notSigned(['host']);
    case 'unsignedHeaders':
      return notSigned(problem.names);
    case 'noPayloadHash':
      return new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
    case 'badPayloadHash':
      return new AwsError(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        400,
        { ArgumentName: 'x-amz-content-sha256', ArgumentValue: problem.hash },
      );
    case 'mismatch':
      return s3Mismatch(problem);
  }
}

function notSigned(names: readonly string[]): AwsError {
  return new AwsError(
    'AccessDenied',
    'There were headers present in the request which were not signed',
    403,
    {
      HeadersNotSigned: names.join(', '),
    },
  );
}

/** S3's answer to a signature that is not its own, with what it should have been made from. */
export function s3Mismatch(problem: {
  readonly accessKeyId: string;
  readonly provided: string;
  readonly stringToSign: string;
  readonly canonicalRequest?: string;
}): AwsError {
  const { canonicalRequest } = problem;
  return new AwsError('SignatureDoesNotMatch', `${MISMATCH} Check your key and signing method.`, 403, {
    AWSAccessKeyId: problem.accessKeyId,
    StringToSign: problem.stringToSign,
    SignatureProvided: problem.provided,
    StringToSignBytes: bytesOf(problem.stringToSign),
    ...(canonicalRequest !== undefined && {
      CanonicalRequest: canonicalRequest,
      CanonicalRequestBytes: bytesOf(canonicalRequest),
    }),
  });
}

/** `41 57 53 34 …` */
function bytesOf(text: string): string {
  return (Buffer.from(text, 'latin1').toString('hex').match(/../g) ?? []).join(' ');
}

function isoSeconds(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d{3}/, '');
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
