import { randomBytes } from 'node:crypto';
import { validationError } from '../errors';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them: prefix and 17 letters and digits, `AROA…` for roles. Prefixes: IAM User Guide, IAM identifiers. */
export function uniqueId(prefix: string, length = 17): string {
  return prefix + Array.from(randomBytes(length), (byte) => ALPHABET[byte % 32]).join('');
}

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
