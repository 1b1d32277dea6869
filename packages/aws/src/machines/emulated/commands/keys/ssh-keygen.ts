import { createECDH, createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { ExecResult } from 'just-bash';
import { randomBytes } from '../../../random';
import type { Disk } from '../../disk/disk';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';
import { parseOptions } from './options';

const WITH_VALUE = new Set(
  '-t -b -f -N -C -R -F -P -m -a -I -s -n -V -O -Z -E -l'.split(' ').filter((flag) => flag !== '-l'),
);

const HOST_KEYS = ['rsa', 'ecdsa', 'ed25519'];

/** `ssh-keygen`: makes keys of users and hosts, and shows them. */
const sshKeygen: Program = (args, call) => {
  const { flags, values } = parseOptions(args, WITH_VALUE);
  const comment = values.get('-C') ?? `root@${call.guest.hostname}`;
  const file = values.get('-f');
  if (flags.has('-A')) return makeHostKeys(call, comment);
  if (flags.has('-y') && file !== undefined) return showFile(call, `${file}.pub`);
  if (flags.has('-l') && file !== undefined) return showFingerprint(call, file);
  if (values.has('-R')) return removeHost(call, values.get('-R') ?? '', file ?? '/root/.ssh/known_hosts');
  const lacking = ['-p', '-i', '-e', '-H', '-k', '-q'].filter((flag) => flag !== '-q' && flags.has(flag));
  if (lacking.length > 0 || values.has('-s') || values.has('-F'))
    return call.lacks(`ssh-keygen ${args.join(' ')}`);
  return makeUserKey(call, values, flags.has('-q'), comment);
};

/** Makes the pairs of keys of users and hosts, as OpenSSH does. */
export const SSH_KEYGEN_PROGRAMS: Programs = { 'ssh-keygen': sshKeygen };

function makeUserKey(
  call: ProgramCall,
  values: ReadonlyMap<string, string>,
  isQuiet: boolean,
  comment: string,
): ExecResult {
  const { disk } = call.guest;
  const type = values.get('-t') ?? 'rsa';
  if (![...HOST_KEYS, 'dsa'].includes(type)) return fail(255, `unknown key type ${type}`);
  if (values.get('-N')) return call.lacks('ssh-keygen with a passphrase');
  const path = resolvePath(call, values.get('-f') ?? `/root/.ssh/id_${type}`);
  if (disk.has(path)) return fail(1, `${path} already exists.`, 'Overwrite (y/n)? ');
  if (values.get('-f') === undefined) disk.makeDirectory('/root/.ssh', 0o700);
  if (!disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(1, `Saving key "${path}" failed: No such file or directory`);
  const pair = makePair(type, Number(values.get('-b') ?? (type === 'ecdsa' ? 256 : 3072)), comment);
  disk.write(path, pair.secret, 0o600);
  disk.write(`${path}.pub`, pair.open, 0o644);
  return succeed(
    isQuiet
      ? ''
      : `Generating public/private ${type} key pair.\nYour identification has been saved in ${path}\nYour public key has been saved in ${path}.pub\nThe key fingerprint is:\n${pair.fingerprint} ${comment}\n`,
  );
}

function makeHostKeys(call: ProgramCall, comment: string): ExecResult {
  const made = writeHostKeys(call.guest.disk, HOST_KEYS, comment).map(({ type }) => type.toUpperCase());
  return succeed(made.length > 0 ? `ssh-keygen: generating new host keys: ${made.join(' ')} \n` : '');
}

/** A key of a server that was made. */
export interface HostKey {
  readonly type: string;
  readonly bits: number;
  readonly fingerprint: string;
}

/**
 * Makes the keys of a server that it does not have.
 * @param types as files name them: `ed25519`
 */
export function writeHostKeys(disk: Disk, types: readonly string[], comment: string): HostKey[] {
  const missing = types.filter((type) => !disk.has(`/etc/ssh/ssh_host_${type}_key`));
  disk.makeDirectory('/etc/ssh');
  return missing.map((type) => {
    const bits = type === 'rsa' ? 3072 : 256;
    const { secret, open, fingerprint } = makePair(type, bits, comment);
    disk.write(`/etc/ssh/ssh_host_${type}_key`, secret, 0o600);
    disk.write(`/etc/ssh/ssh_host_${type}_key.pub`, open, 0o644);
    return { type, bits, fingerprint };
  });
}

function showFile(call: ProgramCall, file: string): ExecResult {
  const path = resolvePath(call, file);
  if (!call.guest.disk.has(path)) return fail(255, `${file}: No such file or directory`);
  return succeed(call.guest.disk.readText(path));
}

function showFingerprint(call: ProgramCall, file: string): ExecResult {
  const path = resolvePath(call, file.endsWith('.pub') ? file : `${file}.pub`);
  if (!call.guest.disk.has(path)) return fail(255, `ssh-keygen: ${file}: No such file or directory`);
  const [type = '', blob = '', ...comment] = call.guest.disk.readText(path).trim().split(' ');
  const bits = type.includes('rsa') ? 3072 : 256;
  const shown = type.replace(/^ssh-|-sha2.*$/g, '').toUpperCase();
  return succeed(`${bits} ${fingerprintOf(Buffer.from(blob, 'base64'))} ${comment.join(' ')} (${shown})\n`);
}

function removeHost(call: ProgramCall, host: string, file: string): ExecResult {
  const path = resolvePath(call, file);
  if (!call.guest.disk.has(path)) return fail(255, `Cannot stat ${file}: No such file or directory`);
  const kept = call.guest.disk
    .readText(path)
    .split('\n')
    .filter((line) => !line.split(' ')[0]?.split(',').includes(host));
  call.guest.disk.write(path, kept.join('\n'));
  return succeed(`${file} updated.\n`);
}

interface Pair {
  secret: string;
  open: string;
  fingerprint: string;
}

/** A pair in OpenSSH's own formats (PROTOCOL.key of OpenSSH, RFC 4253, 5656 and 8709). */
function makePair(type: string, bits: number, comment: string): Pair {
  const { name, open, secret } =
    type === 'rsa' || type === 'dsa' ? rsaPair(bits) : type === 'ecdsa' ? ecdsaPair() : ed25519Pair();
  const blob = Buffer.concat([text(name), ...open]);
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, text(name), ...secret, text(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, at) => at + 1));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    ...[text('none'), text('none'), text(''), uint32(1), field(blob), field(Buffer.concat([inner, padding]))],
  ]);
  const encoded = body.toString('base64').replace(/(.{70})(?=.)/g, '$1\n');
  return {
    secret: `-----BEGIN OPENSSH PRIVATE KEY-----\n${encoded}\n-----END OPENSSH PRIVATE KEY-----\n`,
    open: `${name} ${blob.toString('base64')} ${comment}\n`,
    fingerprint: fingerprintOf(blob),
  };
}

/** What a key is made of, after its name: as everybody may see it, and all of it. */
interface Parts {
  name: string;
  open: Buffer[];
  secret: Buffer[];
}

function rsaPair(bits: number): Parts {
  const jwk = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ format: 'jwk' });
  const part = (name: keyof JsonWebKey) => number(Buffer.from(String(jwk[name]), 'base64url'));
  return {
    name: 'ssh-rsa',
    open: [part('e'), part('n')],
    secret: [part('n'), part('e'), part('d'), part('qi'), part('p'), part('q')],
  };
}

/** From what is random in machines, so that runs with one seed have the same keys. */
function ecdsaPair(): Parts {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(drawScalar());
  const open = [text('nistp256'), field(curve.getPublicKey())];
  return { name: 'ecdsa-sha2-nistp256', open, secret: [...open, number(curve.getPrivateKey())] };
}

/** The order of the curve begins with 32 ones: what begins with a smaller word is below it. */
function drawScalar(): Buffer {
  const bytes = randomBytes(32);
  return bytes.readUInt32BE(0) === 0xffffffff ? drawScalar() : bytes;
}

/** A private key of Ed25519 in PKCS #8 is this and its seed: RFC 8410, section 7. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519Pair(): Parts {
  const seed = Buffer.from(randomBytes(32));
  const key = Buffer.concat([ED25519_PREFIX, seed]);
  const jwk = createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const open = Buffer.from(jwk.x ?? '', 'base64url');
  return {
    name: 'ssh-ed25519',
    open: [field(open)],
    secret: [field(open), field(Buffer.concat([seed, open]))],
  };
}

function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return field(Buffer.from(value, 'utf8'));
}

/** Positive: a first byte that looks like a sign has a zero before it. */
function number(bytes: Buffer): Buffer {
  return field((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}
