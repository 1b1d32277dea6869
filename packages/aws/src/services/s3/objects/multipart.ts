import { AwsError } from '../../../core/aws-error';
import type { Bucket, MultipartUpload, Part } from '../bucket';
import { entityTooSmall, malformedXml, noSuchUpload } from '../errors';
import type { S3State } from '../state';

/** Of all parts but the last, in bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const SMALLEST_PART = 5 * 1024 * 1024;

/** @throws AwsError `NoSuchBucket`, `NoSuchUpload` */
export function findUpload(
  s3: S3State,
  { Bucket, Key, UploadId = '' }: { Bucket?: string; Key?: string; UploadId?: string },
): { bucket: Bucket; upload: MultipartUpload } {
  const bucket = s3.bucket(Bucket);
  const upload = bucket.uploads.get(UploadId);
  if (upload && upload.key === Key) return { bucket, upload };
  throw noSuchUpload(UploadId);
}

/** The parts that the client names, checked. @throws AwsError `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `MalformedXML` */
export function chooseParts(
  upload: MultipartUpload,
  named: readonly { PartNumber?: number; ETag?: string }[],
): Part[] {
  if (named.length === 0) throw malformedXml();
  const parts = named.map(({ PartNumber = 0, ETag = '' }) => {
    const part = upload.parts.get(PartNumber);
    if (part && part.etag.replaceAll('"', '') === ETag.replaceAll('"', '')) return part;
    throw new AwsError(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      400,
      { UploadId: upload.id, PartNumber, ETag },
    );
  });
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0)))
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      400,
      { UploadId: upload.id },
    );
  const small = parts.slice(0, -1).find((part) => part.body.length < SMALLEST_PART);
  if (small) throw entityTooSmall(small.body.length, SMALLEST_PART, { PartNumber: small.number });
  return parts;
}
