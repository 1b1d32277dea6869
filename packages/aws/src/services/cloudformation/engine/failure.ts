import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { ServiceFailure } from '../resources/clients';

/** The work on a resource was ended because another resource failed. */
export class Cancelled extends Error {}

/** What stands in the event of a resource that failed, as CloudFormation's resource handlers say it. */
export function explainFailure(error: unknown): string {
  if (error instanceof ServiceFailure) {
    return `Resource handler returned message: "${error.message} (Service: ${error.service}, Status Code: ${error.error.status}, Request ID: ${error.requestId})" (RequestToken: ${uuid()}, HandlerErrorCode: ${handlerErrorCode(error.code)})`;
  }
  if (error instanceof AwsError) return error.message;
  if (error instanceof Error) {
    return `Resource handler returned message: "${error.message}" (RequestToken: ${uuid()}, HandlerErrorCode: InternalFailure)`;
  }
  return String(error);
}

function handlerErrorCode(code: string): string {
  if (/AlreadyExist|Duplicate|BucketAlready|ResourceConflict|EntityAlreadyExists/.test(code))
    return 'AlreadyExists';
  if (isNotFound(code)) return 'NotFound';
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/Throttl|RequestLimitExceeded/.test(code)) return 'Throttling';
  if (/LimitExceeded/.test(code)) return 'ServiceLimitExceeded';
  if (/Invalid|Validation|Malformed|Missing|Unknown/.test(code)) return 'InvalidRequest';
  return 'GeneralServiceException';
}

/** Whether an error's code says that the thing is not there. */
export function isNotFound(code: string): boolean {
  return /NotFound|NoSuch|DoesNotExist|^404$/.test(code);
}

/** Whether an error's code says that something else still needs the thing, which may pass. */
export function isInUse(code: string): boolean {
  return /DependencyViolation|ResourceInUse|DeleteConflict|ScalingActivityInProgress|IncorrectState|OperationNotPermitted/.test(
    code,
  );
}
