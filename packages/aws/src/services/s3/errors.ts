import { AwsError } from '../../core/aws-error';

export function noSuchBucket(name: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
}

export function noSuchKey(key: string, headers: Readonly<Record<string, string>> = {}): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }, headers);
}

export function noSuchVersion(key: string, versionId: string): AwsError {
  return new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
    Key: key,
    VersionId: versionId,
  });
}

export function noSuchUpload(uploadId: string): AwsError {
  return new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: uploadId },
  );
}

/** A setting that the bucket does not have. @param code e.g. `NoSuchTagSet` */
export function notConfigured(code: string, message: string, bucketName: string | undefined): AwsError {
  return new AwsError(code, message, 404, { BucketName: bucketName ?? '' });
}

export function noSuchWebsite(bucketName: string | undefined): AwsError {
  return notConfigured(
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration',
    bucketName,
  );
}

export function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', message);
}

export function invalidTag(message: string, key: string): AwsError {
  return new AwsError('InvalidTag', message, 400, { TagKey: key });
}

export function malformedXml(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** The versioning of a bucket with Object Lock stays on (HTTP 409). */
export function versioningIsFixed(): AwsError {
  return new AwsError(
    'InvalidBucketState',
    'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    409,
  );
}

/** @param resourceType `BUCKET`, `OBJECT`, `DeleteMarker` */
export function methodNotAllowed(
  method: string,
  resourceType: string,
  headers: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    { Method: method, ResourceType: resourceType },
    headers,
  );
}

/** @param condition the header that did not hold, e.g. `If-Match` */
export function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    { Condition: condition },
  );
}

/** @param details that S3 tells of why, e.g. since when a URL has expired */
export function accessDenied(
  message = 'Access Denied',
  details: Readonly<Record<string, unknown>> = {},
): AwsError {
  return new AwsError('AccessDenied', message, 403, details);
}

/** What is uploaded is smaller than a part or a form may be, in bytes. */
export function entityTooSmall(
  proposed: number,
  least: number,
  details: Readonly<Record<string, unknown>> = {},
): AwsError {
  return new AwsError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    400,
    { ProposedSize: proposed, MinSizeAllowed: least, ...details },
  );
}

/** The bucket is in another region than the request was signed for. */
export function permanentRedirect(bucket: string, region: string): AwsError {
  return new AwsError(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    301,
    { Endpoint: `${bucket}.s3.${region}.amazonaws.com`, Bucket: bucket },
    { 'x-amz-bucket-region': region },
  );
}
