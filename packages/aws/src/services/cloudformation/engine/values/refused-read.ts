import type { AwsError } from '../../../../core/aws-error';
import { validationError } from '../../errors';
import type { ServiceFailure } from '../../resources/clients';

/**
 * What CloudFormation says where it may not look up what a template refers to.
 * @param service as the older SDK for Java names it, which looks these things up
 */
export function refusedRead({ error, code, requestId }: ServiceFailure, service: string): AwsError {
  return validationError(
    `${error.message} (Service: ${service}; Status Code: ${error.status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}
