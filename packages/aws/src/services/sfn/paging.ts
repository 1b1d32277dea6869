import { AwsError } from '../../core/aws-error';

/**
 * How many items a page has: 100 unless the caller says a number.
 * @throws AwsError ValidationException
 */
export function pageSize(most: number | undefined): number {
  if (most !== undefined && most > 1000)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${most}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`,
    );
  return most || 100;
}

/** The error of a page token that no answer ever held. */
export function badToken(token: string): AwsError {
  return new AwsError('InvalidToken', `Invalid Token: '${token}'`);
}
