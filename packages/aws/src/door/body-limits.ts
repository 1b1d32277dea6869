import { AwsError } from '../core/aws-error';
import type { WireRequest } from '../core/service';
import { services } from '../services';
import { identify } from '../wire/identify';

const MEGABYTE = 1024 * 1024;

/** No request of any API is refused for its size below this, whatever the service. */
export const ANY_BYTES = 10 * MEGABYTE;

/** Bytes of a request's body, by the folder's name of the service, where AWS says how many, or where they are more than elsewhere. */
const MOST_BYTES: Readonly<Record<string, number>> = {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: BatchWriteItem
  dynamodb: 16 * MEGABYTE,
  // What its own refusals say of CreateFunction and UpdateFunctionCode: 50 MB in base64.
  lambda: 69_905_067,
  // On AWS 5 GB. Objects are held in memory here, and twice while they come.
  s3: 1024 * MEGABYTE,
};
/** All others: more than AWS takes of any of their operations. */
const MOST_BYTES_ELSEWHERE = 16 * MEGABYTE;

/** How large the body of a request may be. */
export interface BodyLimit {
  /** Undefined for whom the request is not for a service. */
  readonly service?: string;
  readonly bytes: number;
}

/** How large the body of a request may be. @param head the request without its body */
export function bodyLimitOf(head: WireRequest, isHttpApi: boolean): BodyLimit {
  if (isHttpApi) return { bytes: ANY_BYTES };
  if (head.path.startsWith('/_local')) return { bytes: MOST_BYTES_ELSEWHERE };
  const service = serviceOf(head);
  return { service, bytes: (service && MOST_BYTES[service]) || MOST_BYTES_ELSEWHERE };
}

function serviceOf(head: WireRequest): string | undefined {
  try {
    return identify(head, services).service;
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** How a service refuses a body that is too large. @param length as the client has told it */
export function tooLarge(
  { service, bytes }: BodyLimit,
  head: WireRequest,
  length: number | undefined,
): AwsError {
  switch (service) {
    case 's3':
      return new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
        MaxSizeAllowed: String(bytes),
        ...(length !== undefined && { ProposedSize: String(length) }),
      });
    case 'lambda':
      return new AwsError(
        'RequestEntityTooLargeException',
        `Request must be smaller than ${bytes} bytes for the ${operationOfLambda(head)} operation`,
        413,
      );
    default:
      return new AwsError('RequestEntityTooLarge', `A request has at most ${bytes} bytes.`, 413);
  }
}

/** Of those that take much. */
function operationOfLambda({ path }: WireRequest): string {
  if (path.endsWith('/code')) return 'UpdateFunctionCode';
  return path.endsWith('/invocations') ? 'InvokeFunction' : 'CreateFunction';
}
