import { AwsError } from '../../wire/aws-error';

/** What CloudFormation answers to nearly everything that is wrong with a request or a template. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
