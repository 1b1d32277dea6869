import { AwsError } from '../../core/aws-error';

/** SNS's error of a parameter that it does not accept: `Invalid parameter: Subject`. */
export function invalidParameter(reason: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);
}

/** @throws AwsError InvalidParameter for a text that is no ARN at all */
export function checkArn(arn: string | undefined, member: string): void {
  const elements = (arn ?? '').split(':').length;
  if (elements < 6)
    throw invalidParameter(`${member} Reason: An ARN must have at least 6 elements, not ${elements}`);
}
