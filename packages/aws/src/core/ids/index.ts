import { randomBytes } from './random';

export { randomBytes, randomFraction, randomInt, uuid } from './random';

/** A resource id as EC2 makes them: the prefix and 17 hexadecimal digits, `i-0a1b…`. */
export function resourceId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

/** So many lower-case letters and digits, as in API ids and load balancer names. */
export function randomName(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** So many hexadecimal digits. */
export function randomHex(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length);
}
