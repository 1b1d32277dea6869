import { AwsError } from '../../../core/aws-error';
import type { ObjectVersion } from '../bucket';
import { invalidArgument } from '../errors';
import type { S3State } from '../state';
import { checksumMembers } from './checksums';
import { checkConditions } from './conditions';
import { checkNoCustomerKey, type GivenCustomerKey } from './customer-keys';
import { isHeaderText } from './header-text';
import { viewHeaders } from './headers';
import { type ByteRange, readRange } from './range';
import { shownVersionId } from './versions';

/** What GetObject and HeadObject are asked. */
export interface LookInput extends GivenCustomerKey {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Range?: string;
  readonly PartNumber?: number;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly IfModifiedSince?: Date;
  readonly IfUnmodifiedSince?: Date;
  readonly ChecksumMode?: string;
  readonly ResponseCacheControl?: string;
  readonly ResponseContentDisposition?: string;
  readonly ResponseContentEncoding?: string;
  readonly ResponseContentLanguage?: string;
  readonly ResponseContentType?: string;
  readonly ResponseExpires?: Date;
}

/** Classes whose objects have to be restored before anybody reads them. */
const ARCHIVED: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

/**
 * Whether an object can be read, or copied, as it is.
 *
 * @throws AwsError `InvalidObjectState` for one that is archived
 */
export function checkReadable({ headers: { storageClass } }: ObjectVersion): void {
  if (ARCHIVED.includes(storageClass))
    throw new AwsError(
      'InvalidObjectState',
      "The operation is not valid for the object's storage class",
      403,
      {
        StorageClass: storageClass,
      },
    );
}

/** Looks at an object, whole or in part. @param method `GET` or `HEAD` */
export function lookAt(s3: S3State, input: LookInput, method: string) {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId, method);
  checkConditions(version, input);
  checkNoCustomerKey(input);
  const range = rangeOfPart(version, input.PartNumber) ?? readRange(input.Range, version.body.length);
  const checksum = input.ChecksumMode === 'ENABLED' && !range ? version.checksum : undefined;
  return {
    version,
    range,
    answer: {
      ...viewHeaders(version),
      ...replacedHeaders(input),
      VersionId: shownVersionId(bucket, version),
      ContentLength: range ? range.end - range.start : version.body.length,
      ContentRange: range && `bytes ${range.start}-${range.end - 1}/${version.body.length}`,
      PartsCount: input.PartNumber ? (version.partSizes?.length ?? undefined) : undefined,
      ...checksumMembers(checksum),
      ChecksumType: checksum?.type,
    },
  };
}

/**
 * The `response-…` fields of presigned URLs, which replace headers of the answer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 *
 * @throws AwsError `InvalidArgument` for what no header can be
 */
function replacedHeaders(input: LookInput) {
  const replaced = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires?.toUTCString() as never,
  };
  for (const [name, value] of Object.entries(replaced))
    if (value !== undefined && !isHeaderText(value))
      throw invalidArgument(
        'Header value cannot be represented using ISO-8859-1.',
        `response-${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`,
        value,
      );
  return Object.fromEntries(Object.entries(replaced).filter(([, value]) => value)) as typeof replaced;
}

function rangeOfPart({ partSizes, body }: ObjectVersion, number: number | undefined): ByteRange | undefined {
  if (number === undefined) return undefined;
  const sizes = partSizes ?? [body.length];
  const size = sizes[number - 1];
  if (size === undefined)
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
  const start = sizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0);
  return { start, end: start + size };
}
