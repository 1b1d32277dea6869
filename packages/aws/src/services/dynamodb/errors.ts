import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../core/aws-error';

/** DynamoDB's answer for a table that is not there. */
export function tableNotFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

/** DynamoDB's answer for a table that is there already. */
export function tableInUse(name: string | undefined): AwsError {
  return new AwsError('ResourceInUseException', `Table already exists: ${name}`);
}

/** DynamoDB's answer for what is not there, beside tables. */
export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

/** DynamoDB's answer for more than it does at a time. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

/** DynamoDB's answer for an input that is not possible. */
export function validationException(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** DynamoDB's answer for required members that are not there. @param paths e.g. `tags.1.member.value` */
export function missingMembers(paths: readonly string[]): AwsError {
  const count = paths.length === 1 ? '1 validation error' : `${paths.length} validation errors`;
  const sentences = paths.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  return validationException(`${count} detected: ${sentences.join('; ')}`);
}

/** DynamoDB's answer for a transaction of which nothing was done. @param reasons of each item, in order */
export function transactionCanceled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** A failure of DynamoDB's own (HTTP 500): told to the caller as AWS does, and on the error output with its cause. */
export function internalServerError(cause: unknown, operation: string): AwsError {
  console.error(`DynamoDB failed in ${operation}:`, cause);
  return new AwsError(
    'InternalServerError',
    'The request processing has failed because of an unknown error, exception or failure.',
    500,
  );
}
