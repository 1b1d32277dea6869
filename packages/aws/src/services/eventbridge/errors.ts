import { AwsError } from '../../core/aws-error';

/** The error of a parameter that EventBridge does not accept. */
export function notValid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return notValid('The specified nextToken is invalid.');
}

/** The error of an event pattern that is none, in EventBridge's words. */
export function invalidPattern(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

export function alreadyExists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', message);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export function limitExceeded(): AwsError {
  return new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
}
