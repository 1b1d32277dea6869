import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../aws/s3';

/**
 * What ends in a slash names no object, nor does what S3 takes for no name of a bucket; IAM would refuse the question.
 * See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const OBJECT = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<key>.*[^/])$/;

/** Bytes that S3 takes of a key. */
const LONGEST_KEY = 1024;

/** The object that a value names: `s3://bucket/key`. */
export function parseObject(value: string): { bucket: string; key: string } | undefined {
  const { bucket, key } = OBJECT.exec(value)?.groups ?? {};
  return bucket && key && Buffer.byteLength(key) <= LONGEST_KEY ? { bucket, key } : undefined;
}

/** What parameters name that is not in their values. */
export interface Contents {
  /** By the name of the parameter: which version of its object there is, or what is in it. */
  known: Record<string, string>;
  /** Why it is not known of others, in words: what they name may have changed. */
  unknown: string[];
}

/** Looks which version of its object each parameter names now: the same name may stand for another content each night. */
export async function findContents(parameters: Record<string, string>): Promise<Contents> {
  const contents: Contents = { known: {}, unknown: [] };
  const looks = Object.entries(parameters).map(async ([name, value]) => {
    const object = parseObject(value);
    if (!object) return;
    const found = await lookAt(object);
    if ('is' in found) contents.known[name] = found.is;
    else contents.unknown.push(`what parameter ${name} names (${value}): ${found.why}`);
  });
  await Promise.all(looks);
  return contents;
}

/** HEAD has no body, so that S3's errors have no code: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
const WORDS: Record<number, string> = {
  301: 'its bucket is in another region',
  400: 'S3 does not take the question',
  403: 'Kiln may not look at it',
  404: 'it is not there',
};

async function lookAt({
  bucket,
  key,
}: {
  bucket: string;
  key: string;
}): Promise<{ is: string } | { why: string }> {
  try {
    const { VersionId, ETag } = await s3().send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const is = VersionId && VersionId !== 'null' ? `version ${VersionId}` : ETag;
    return is ? { is } : { why: 'S3 tells neither its version nor its ETag' };
  } catch (error) {
    const { $metadata: { httpStatusCode = 0 } = {} } = error as { $metadata?: { httpStatusCode?: number } };
    const why = WORDS[httpStatusCode];
    if (!why) throw error;
    return { why };
  }
}
