import { createHash } from 'node:crypto';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import type { ChecksumAlgorithm } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Checksum } from '../bucket';
import { invalidRequest } from '../errors';

/** The checksum members that requests and answers share. */
export interface ChecksumMembers {
  ChecksumCRC32?: string;
  ChecksumCRC32C?: string;
  ChecksumCRC64NVME?: string;
  ChecksumSHA1?: string;
  ChecksumSHA256?: string;
}

const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
type Algorithm = (typeof algorithms)[number];

/** The digest of some bytes, base64. */
export async function digest(algorithm: Algorithm, body: Buffer): Promise<string> {
  switch (algorithm) {
    case 'SHA1':
      return createHash('sha1').update(body).digest('base64');
    case 'SHA256':
      return createHash('sha256').update(body).digest('base64');
    default: {
      const crc =
        algorithm === 'CRC32' ? new Crc32() : algorithm === 'CRC32C' ? new Crc32c() : new Crc64Nvme();
      crc.update(body);
      return Buffer.from(await crc.digest()).toString('base64');
    }
  }
}

/**
 * Checks what the client says of its bytes, and tells which checksum S3 keeps: the one given, else one of the algorithm
 * asked for, else CRC64NVME. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 *
 * @throws AwsError `BadDigest`, `InvalidDigest`
 */
export async function verifyBody(
  body: Buffer,
  given: ChecksumMembers & { ContentMD5?: string; ChecksumAlgorithm?: ChecksumAlgorithm },
): Promise<Checksum> {
  if (given.ContentMD5 !== undefined) verifyMd5(body, given.ContentMD5);
  for (const algorithm of algorithms) {
    const expected = given[`Checksum${algorithm}`];
    if (expected === undefined) continue;
    const value = await digest(algorithm, body);
    if (value !== expected) {
      throw new AwsError(
        'BadDigest',
        `The ${algorithm} you specified did not match the calculated checksum.`,
      );
    }
    return { algorithm, value, type: 'FULL_OBJECT' };
  }
  const algorithm = algorithms.find((one) => one === given.ChecksumAlgorithm) ?? 'CRC64NVME';
  return { algorithm, value: await digest(algorithm, body), type: 'FULL_OBJECT' };
}

function verifyMd5(body: Buffer, expected: string): void {
  if (Buffer.from(expected, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (createHash('md5').update(body).digest('base64') !== expected)
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

/** A checksum as answers carry it. */
export function checksumMembers(checksum: Checksum | undefined): ChecksumMembers {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};
}

const TYPES: readonly string[] = ['COMPOSITE', 'FULL_OBJECT'];

/**
 * Which types of checksum a multipart upload may have with an algorithm.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 *
 * @throws AwsError `InvalidRequest`
 */
export function checkChecksumType(type: string | undefined, algorithm: string | undefined): void {
  if (type === undefined) return;
  if (!TYPES.includes(type)) throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  if (algorithm === undefined)
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  const isPossible = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : !/^SHA/.test(algorithm);
  if (!isPossible)
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
}

/**
 * The checksum of a whole multipart upload: of its bytes for CRC64NVME and where asked for, else of the parts'
 * checksums, with their number.
 */
export async function combineChecksums(
  body: Buffer,
  parts: readonly (Checksum | undefined)[],
  algorithm: ChecksumAlgorithm | undefined,
  type: 'FULL_OBJECT' | 'COMPOSITE' | undefined,
): Promise<Checksum | undefined> {
  const known = algorithms.find((one) => one === (algorithm ?? 'CRC64NVME'));
  if (!known) return undefined;
  if (known === 'CRC64NVME' || type === 'FULL_OBJECT')
    return { algorithm: known, value: await digest(known, body), type: 'FULL_OBJECT' };
  const digests = parts.map((part) => Buffer.from(part?.value ?? '', 'base64'));
  return {
    algorithm: known,
    value: `${await digest(known, Buffer.concat(digests))}-${parts.length}`,
    type: 'COMPOSITE',
  };
}

export function md5Tag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The ETag of a multipart upload: the MD5 of its parts' MD5s, with their number. */
export function multipartTag(etags: readonly string[]): string {
  const digests = etags.map((etag) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${etags.length}"`;
}
