import { AwsError } from '../../core/aws-error';

// Every error that KMS answers; what it says is its place's. https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html

const error =
  (code: string) =>
  (message: string): AwsError =>
    new AwsError(code, message);

export const accessDenied = error('AccessDeniedException');
export const alreadyExists = error('AlreadyExistsException');
export const disabled = error('DisabledException');
export const invalidArn = error('InvalidArnException');
export const invalidAlias = error('InvalidAliasNameException');
export const invalidCiphertext = error('InvalidCiphertextException');
export const invalidState = error('KMSInvalidStateException');
export const malformedPolicy = error('MalformedPolicyDocumentException');
export const notFound = error('NotFoundException');
export const unsupported = error('UnsupportedOperationException');
export const invalidMarker = error('InvalidMarkerException');
export const validation = error('ValidationException');
