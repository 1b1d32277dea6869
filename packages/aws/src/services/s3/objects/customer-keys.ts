import { AwsError } from '../../../core/aws-error';
import { invalidRequest } from '../errors';

/** What a request says of a key of the customer's (SSE-C). */
export interface GivenCustomerKey {
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: string;
}

/**
 * Refuses to encrypt with a key that the customer brings: nobody would be asked for it again.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
 *
 * @throws AwsError `NotImplemented`
 */
export function refuseCustomerKey(given: GivenCustomerKey): void {
  if (!isGiven(given)) return;
  throw new AwsError(
    'NotImplemented',
    'The embedded AWS does not encrypt with keys of customers (SSE-C): leave the key and its algorithm out.',
    501,
  );
}

/** No object has such a key, and who reads it with one is mistaken. @throws AwsError `InvalidRequest` */
export function checkNoCustomerKey(given: GivenCustomerKey): void {
  if (isGiven(given)) throw invalidRequest('The encryption parameters are not applicable to this object.');
}

function isGiven({ SSECustomerAlgorithm, SSECustomerKey }: GivenCustomerKey): boolean {
  return (SSECustomerAlgorithm ?? SSECustomerKey) !== undefined;
}
