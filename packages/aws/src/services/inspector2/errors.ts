import { AwsError } from '../../core/aws-error';

/** The error of what Inspector does not take. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The error of a filter that this Inspector does not know. */
export function lackingFilter(name: string): AwsError {
  return invalid(`The embedded AWS has no filter ${name} of Amazon Inspector.`);
}
