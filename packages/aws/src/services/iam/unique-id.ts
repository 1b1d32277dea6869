import { randomBytes } from '../../core/ids';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * A unique id as IAM makes them: prefix and 17 letters and digits, `AROA…` for roles.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function uniqueId(prefix: string, length = 17): string {
  return prefix + Array.from(randomBytes(length), (byte) => ALPHABET[byte % 32]).join('');
}
