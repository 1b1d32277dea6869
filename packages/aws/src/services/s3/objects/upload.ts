import type { Readable } from 'node:stream';
import { AwsError } from '../../../core/aws-error';
import { invalidArgument } from '../errors';

/** In bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/** The key of an object that is to be made. @throws AwsError `KeyTooLongError`, `InvalidArgument` */
export function checkKey(key = ''): string {
  if (key === '') throw invalidArgument('Object key must not be empty', 'key', '');
  const Size = Buffer.byteLength(key);
  if (Size > LONGEST_KEY)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { Size, MaxSizeAllowed: LONGEST_KEY });
  return key;
}

/** The bytes of a body as callers in this process may give it. */
export async function readBody(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (body instanceof Blob) return Buffer.from(await body.arrayBuffer());
  const chunks: Buffer[] = [];
  for await (const chunk of body as Readable) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
