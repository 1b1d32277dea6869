import { aboveQuota } from '../errors';

const ARN_BEFORE_NAME = /^(?:arn:aws[\w-]*:lambda:[^:]*:)?(?:(?:\d{12}:)?function:)?/;

/**
 * The name of a new function, out of a name, a partial ARN or an ARN.
 * @throws AwsError ValidationException for one that is too long: the API's model allows for an ARN
 */
export function readNewName(given: string): string {
  const name = given.replace(ARN_BEFORE_NAME, '');
  if (name.length <= 64) return name;
  throw aboveQuota(given, 'functionName', 'Member must have length less than or equal to 64');
}
