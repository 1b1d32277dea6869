import type { Principal } from '../../../core/principal';
import { validationError } from '../errors';

/**
 * Checks a name of IAM's.
 *
 * @param member the input's member, as AWS names it in its messages: `roleName`
 * @param max the greatest length
 * @throws AwsError `ValidationError`
 */
export function checkName(member: string, name: string | undefined, max: number): string {
  const text = name ?? '';
  const constraints: string[] = [];
  if (text.length < 1) constraints.push('Member must have length greater than or equal to 1');
  if (text.length > max) constraints.push(`Member must have length less than or equal to ${max}`);
  if (constraints.length > 0) {
    throw validationError(
      `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: ${constraints.join('; ')}`,
    );
  }
  if (!/^[\w+=,.@-]+$/.test(text)) {
    throw validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return text;
}

/** Checks a path; `/` when none is given. @throws AwsError `ValidationError` */
export function checkPath(path: string | undefined): string {
  const text = path ?? '/';
  if (!/^(\/|\/[\x21-\x7e]+\/)$/.test(text) || text.length > 512) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
  return text;
}

/** The name of the user who calls: what operations on oneself go by when they name nobody. */
export function userNameOf({ arn }: Principal): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
