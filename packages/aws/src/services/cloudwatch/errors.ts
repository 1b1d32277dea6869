import { AwsError } from '../../core/aws-error';

export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

export function missing(message: string): AwsError {
  return new AwsError('MissingParameter', message);
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
