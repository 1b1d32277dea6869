import { AwsError } from '../../core/aws-error';

export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

/** The error of a parameter that the model leaves out and the operation does not. */
export function missing(message: string): AwsError {
  return new AwsError('MissingParameter', message);
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** The error of a dashboard's body that is none. */
export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidParameterInput', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The next token is not valid.');
}

/** The error of an alarm or a dashboard that is not there. */
export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFound', message, 404);
}

/** The tag operations' error of an ARN that nothing has. */
export function unknownResource(arn: string | undefined): AwsError {
  return new AwsError('ResourceNotFoundException', `Unknown resource: ${arn}`, 404);
}
