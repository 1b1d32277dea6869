import type { ObjectVersion } from '../bucket';
import { invalidArgument, invalidRequest } from '../errors';
import type { S3State } from '../state';

/** Where an object is copied from. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** The object that is copied. @throws AwsError `InvalidRequest` for a delete marker that is named, and those of `S3State.object` */
export function findOriginal(s3: S3State, { bucket, key, versionId }: CopySource): ObjectVersion {
  const from = s3.bucket(bucket);
  const named = from.objects.get(key)?.find((one) => one.versionId === versionId);
  if (named?.isDeleteMarker)
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  return s3.object(from, key, versionId);
}

/** What `x-amz-copy-source` names: `/bucket/key?versionId=…`, percent-encoded. */
export function readCopySource(text: string | undefined): CopySource {
  const given = text ?? '';
  const at = given.indexOf('?versionId=');
  const path = decode(at < 0 ? given : given.slice(0, at)).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash <= 0 || slash === path.length - 1) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      given,
    );
  }
  return {
    bucket: path.slice(0, slash),
    key: path.slice(slash + 1),
    versionId: at < 0 ? undefined : decode(given.slice(at + '?versionId='.length)),
  };
}

/** What is not percent-encoded rightly names no object. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return '';
  }
}
