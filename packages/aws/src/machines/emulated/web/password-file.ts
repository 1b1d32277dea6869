import { createHash, timingSafeEqual } from 'node:crypto';

const LETTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 1000;
/** Which bytes of the digest make four letters, in their order. */
const GROUPS: readonly (readonly [number, number, number])[] = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
];

/**
 * A password as Apache's `htpasswd` (`apr1`) and the older crypt of Unix (`1`) write it.
 *
 * @param salt up to eight letters
 * @see https://httpd.apache.org/docs/2.4/misc/password_encryptions.html
 */
export function hashPassword(password: string, salt: string, scheme: 'apr1' | '1' = 'apr1'): string {
  const word = Buffer.from(password);
  const grain = Buffer.from(salt.slice(0, 8));
  const magic = Buffer.from(`$${scheme}$`);
  const first = md5(word, grain, word);
  const parts: Buffer[] = [word, magic, grain];
  for (let left = word.length; left > 0; left -= 16) parts.push(first.subarray(0, Math.min(16, left)));
  for (let bits = word.length; bits > 0; bits >>= 1)
    parts.push((bits & 1) === 1 ? Buffer.alloc(1) : word.subarray(0, 1));
  let digest = md5(...parts);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOdd = (round & 1) === 1;
    digest = md5(
      isOdd ? word : digest,
      round % 3 > 0 ? grain : Buffer.alloc(0),
      round % 7 > 0 ? word : Buffer.alloc(0),
      isOdd ? digest : word,
    );
  }
  const byte = (at: number) => digest[at] ?? 0;
  const shown = GROUPS.map(([a, b, c]) => encode((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)).join('');
  return `$${scheme}$${grain}$${shown}${encode(byte(11), 2)}`;
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

function encode(value: number, letters: number): string {
  return Array.from({ length: letters }, (_, at) => LETTERS[(value >> (6 * at)) & 63] ?? '').join('');
}

/** `{SHA}…` of `htpasswd -s`. */
export function hashSha(password: string): string {
  return `{SHA}${createHash('sha1').update(password).digest('base64')}`;
}

/**
 * Who logs in with this request, by a file of `user:password` lines.
 *
 * @param authorization the header of the request
 * @returns undefined for nobody: another password, or none
 */
export function findLogin(file: string, authorization: string | undefined): string | undefined {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (user === undefined || password === undefined) return undefined;
  const line = file.split(/\r?\n/).find((one) => one.startsWith(`${user}:`));
  const kept = line?.slice(user.length + 1).split(':')[0];
  return kept !== undefined && isPassword(password, kept) ? user : undefined;
}

function isPassword(password: string, kept: string): boolean {
  const [, scheme, salt = ''] = /^\$(apr1|1)\$([^$]*)\$/.exec(kept) ?? [];
  if (scheme !== undefined) return isSame(hashPassword(password, salt, scheme as 'apr1' | '1'), kept);
  if (kept.startsWith('{SHA}')) return isSame(hashSha(password), kept);
  return kept.startsWith('{PLAIN}') && isSame(`{PLAIN}${password}`, kept);
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
