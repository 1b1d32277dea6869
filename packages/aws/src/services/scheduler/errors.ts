import { AwsError } from '../../core/aws-error';

/** The error of a parameter that Scheduler does not accept. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return invalid('The specified nextToken is invalid.');
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}

export function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, 409);
}
