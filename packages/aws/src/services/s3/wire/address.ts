import { AwsError } from '../../../core/aws-error';
import type { WireRequest } from '../../../core/service';

/** Which bucket and key a request is about. */
export interface Address {
  readonly bucket?: string;
  /** Decoded. */
  readonly key?: string;
}

const serviceHost = /^s3([.-](dualstack\.)?[a-z0-9-]+)?\.(amazonaws\.com|localhost)$/;
const virtualHost =
  /^(.+)\.s3([.-](dualstack\.)?[a-z0-9-]+)?\.(amazonaws\.com|localhost(\.localstack\.cloud)?)$/;

/**
 * Reads bucket and key from host and path, in the virtual-hosted style (`bucket.s3.us-east-1.amazonaws.com/key`,
 * `bucket.localhost/key`) and in the path style (`127.0.0.1/bucket/key`).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 *
 * @throws AwsError `InvalidURI`
 */
export function readAddress(request: Pick<WireRequest, 'host' | 'path'>): Address {
  const bucket = bucketOfHost(request.host);
  const path = request.path.replace(/^\//, '');
  if (bucket) return { bucket, key: path === '' ? undefined : decode(path) };
  const slash = path.indexOf('/');
  if (path === '') return {};
  if (slash < 0) return { bucket: decode(path) };
  const key = path.slice(slash + 1);
  return { bucket: decode(path.slice(0, slash)), key: key === '' ? undefined : decode(key) };
}

function bucketOfHost(host: string): string | undefined {
  if (serviceHost.test(host)) return undefined;
  const virtual = virtualHost.exec(host);
  if (virtual) return virtual[1];
  return /^(.+)\.localhost$/.exec(host)?.[1];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: text });
  }
}
