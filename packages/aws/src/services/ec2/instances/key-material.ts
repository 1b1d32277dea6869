import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { randomBytes } from '../../../core/ids';
import { invalidKeyFormat, invalidKeyPairFormat } from '../errors';

const RSA_BITS = 2048;

/** RSA keys that may be imported. */
const RSA_LENGTHS: readonly number[] = [1024, 2048, 4096];

/** DER before the 32 bytes of an Ed25519 public key (RFC 8410). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/** DER before the 32 bytes of an Ed25519 private key (RFC 8410). */
const ED25519_PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

interface Generated {
  readonly material: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** The fingerprint of a key that EC2 made is the SHA-1 of the private key. */
export function generateRsa(): Generated {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  return {
    material: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString().trimEnd(),
    publicKey: `ssh-rsa ${openSshRsa(publicKey).toString('base64')}`,
    fingerprint: colons(createHash('sha1').update(der).digest('hex')),
  };
}

/** Its fingerprint is the SHA-256 of the public key. */
export function generateEd25519(): Generated {
  const seed = randomBytes(32);
  const der = Buffer.concat([ED25519_PRIVATE_PREFIX, seed]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const open = publicKey.export({ type: 'spki', format: 'der' }).subarray(ED25519_PREFIX.length);
  const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(open)]);
  return {
    material: openSshPrivateKey(seed, open, blob),
    publicKey: `ssh-ed25519 ${blob.toString('base64')}`,
    fingerprint: sha256Fingerprint(blob),
  };
}

/** A public key as RFC 4716 writes it: headers may go on after a backslash, and the rest is the key. */
const SSH2 = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n(?<body>.*?)\r?\n---- END SSH2 PUBLIC KEY ----\s*$/s;
const SSH2_HEADER = /^[\x21-\x39\x3b-\x7e]+: (?:.*\\\r?\n)*.*(?:\r?\n|$)/gm;

/** The same key as OpenSSH writes it; what is in another format as it is. */
function toOpenSsh(text: string): string {
  const body = SSH2.exec(text.trim())?.groups?.body?.replace(SSH2_HEADER, '').replace(/\s+/g, '');
  if (body === undefined) return text;
  const [type] = readSshStrings(Buffer.from(body, 'base64'));
  return `${type} ${body}`;
}

/**
 * Reads a public key of OpenSSH or of RFC 4716, as it is or in base64.
 * @throws AwsError InvalidKey.Format, InvalidKeyPair.Format for an RSA key of a length that EC2 does not take
 */
export function readPublicKey(text: string): {
  type: 'rsa' | 'ed25519';
  publicKey: string;
  fingerprint: string;
} {
  const isPlain = text.startsWith('ssh-') || text.startsWith('---- ');
  const decoded = toOpenSsh(isPlain ? text : Buffer.from(text, 'base64').toString());
  const [type, body] = decoded.trim().split(/\s+/);
  const blob = Buffer.from(body ?? '', 'base64');
  const [name, ...parts] = readSshStrings(blob);
  if (type === 'ssh-ed25519' && name?.toString() === type && parts[0]?.length === 32) {
    return { type: 'ed25519', publicKey: `${type} ${body}`, fingerprint: sha256Fingerprint(blob) };
  }
  if (type === 'ssh-rsa' && name?.toString() === type && parts[0]?.length && parts[1]) {
    const [exponent, modulus] = parts as [Buffer, Buffer];
    const bits = (modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8;
    if (!RSA_LENGTHS.includes(bits)) {
      throw invalidKeyPairFormat('Key is not in valid OpenSSH public key format');
    }
    const key = createPublicKey({
      key: { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') },
      format: 'jwk',
    });
    const der = key.export({ type: 'spki', format: 'der' });
    const fingerprint = colons(createHash('md5').update(der).digest('hex'));
    return { type: 'rsa', publicKey: `${type} ${body}`, fingerprint };
  }
  throw invalidKeyFormat('Key is not in valid OpenSSH public key format');
}

function openSshRsa(key: KeyObject): Buffer {
  const { n, e } = key.export({ format: 'jwk' });
  const integer = (text: string | undefined) => {
    const bytes = Buffer.from(text ?? '', 'base64url');
    return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  };
  return Buffer.concat([sshString('ssh-rsa'), sshString(integer(e)), sshString(integer(n))]);
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function openSshPrivateKey(seed: Buffer, open: Buffer, blob: Buffer): string {
  const check = Buffer.alloc(8, 0x5a);
  const secret = Buffer.concat([check, blob, sshString(Buffer.concat([seed, open])), sshString('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    Buffer.from([0, 0, 0, 1]),
    sshString(blob),
    sshString(Buffer.concat([secret, padding])),
  ]).toString('base64');
  const lines = body.match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----'].join('\n');
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function readSshStrings(blob: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) return [];
    strings.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return strings;
}

function sha256Fingerprint(blob: Buffer): string {
  return createHash('sha256').update(blob).digest('base64');
}

function colons(hex: string): string {
  return hex.replace(/(..)(?=.)/g, '$1:');
}
