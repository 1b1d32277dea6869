import type { AwsError } from '../../core/aws-error';
import { invalidParameter } from './errors';

/** Topics and subscriptions on a page, as all of SNS's lists. */
export const PAGE_SIZE = 100;

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return invalidParameter('NextToken');
}
