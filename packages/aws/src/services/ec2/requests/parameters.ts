import { invalidParameterCombination, invalidUserIdMalformed } from '../errors';

/**
 * Describe calls that take ids give no pages of them.
 *
 * @param parameter what EC2's message calls the list of ids
 * @throws AwsError InvalidParameterCombination for ids together with `MaxResults`
 */
export function refuseIdsWithPages(
  parameter: string,
  ids: readonly string[] | undefined,
  maxResults: number | undefined,
): void {
  if (ids && ids.length > 0 && maxResults !== undefined) {
    throw invalidParameterCombination(
      `The parameter ${parameter} cannot be used with the parameter maxResults`,
    );
  }
}

/** @throws AwsError InvalidUserID.Malformed for what is neither an account nor one of the words that mean some */
export function checkUser(user: string, words: readonly string[]): void {
  if (/^\d{12}$/.test(user) || words.includes(user)) return;
  throw invalidUserIdMalformed(`Invalid user id: "${user}"`);
}
