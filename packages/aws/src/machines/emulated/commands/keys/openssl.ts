import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  getDiffieHellman,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { decodeBytesToUtf8, type ExecResult, latin1FromBytes } from 'just-bash';
import { randomBytes } from '../../../random';
import { DiskError } from '../../disk/disk-error';
import { hashPassword } from '../../web/password-file';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';
import { parseOptions, type Words } from './options';
import { selfSign, unknownNames } from './self-signed';

type Command = (words: Words, call: ProgramCall) => Promise<ExecResult> | ExecResult;

const openssl: Program = async ([name = '', ...args], call) => {
  const run = COMMANDS[name] ?? (/^(?:sha(?:1|224|256|384|512)|md5)$/.test(name) ? digest : undefined);
  if (run === undefined) return call.lacks(`openssl ${name}`);
  const isDigest = run === digest;
  try {
    return await run(
      parseOptions(isDigest && name !== 'dgst' ? [`-${name}`, ...args] : args, WITH_VALUE),
      call,
    );
  } catch (error) {
    if (error instanceof DiskError)
      return fail(1, `Can't open "${error.path}" for reading, No such file or directory`);
    if (error instanceof Error && 'code' in error)
      return fail(1, `Could not read key or certificate\n${error.message}`);
    throw error;
  }
};

const WITH_VALUE = new Set(
  `-newkey -days -subj -keyout -out -key -in -addext -pkeyopt -algorithm -name -config -extensions -passout -passin -inform -outform
  -set_serial -salt -copy_extensions -inkey -export -pass`.split(/\s+/),
);

/** `openssl rand [-hex | -base64] count`. */
function rand({ flags, words, values }: Words, call: ProgramCall): ExecResult {
  const count = Number(words.at(-1));
  if (!Number.isInteger(count)) return fail(1, 'rand: Use -help for summary.');
  const encoding = flags.has('-hex') ? 'hex' : flags.has('-base64') ? 'base64' : 'latin1';
  const text = randomBytes(count).toString(encoding);
  if (encoding === 'latin1')
    return { stdout: text, stderr: '', exitCode: 0, stdoutKind: 'bytes', stdoutEncoding: 'binary' };
  return output(
    call,
    values.get('-out'),
    `${encoding === 'base64' ? text.replace(/(.{64})(?=.)/g, '$1\n') : text}\n`,
  );
}

/** `openssl passwd [-apr1 | -1] [-salt salt] [-stdin | password…]`: the newer kinds are not made here. */
function passwd({ flags, values, words }: Words, call: ProgramCall): ExecResult {
  const newer = ['-5', '-6'].find((flag) => flags.has(flag));
  if (newer !== undefined) return call.lacks(`openssl passwd ${newer}`);
  const given = flags.has('-stdin')
    ? decodeBytesToUtf8(call.context.stdin)
        .split('\n')
        .filter((line) => line !== '')
    : words;
  if (given.length === 0) return fail(1, 'passwd: the standard input is no terminal, use -stdin');
  const scheme = flags.has('-apr1') ? 'apr1' : '1';
  const lines = given.map((password) => {
    const salt = values.get('-salt') ?? randomBytes(6).toString('base64').replace(/\+/g, '.').slice(0, 8);
    return `${hashPassword(password, salt, scheme)}\n`;
  });
  return succeed(lines.join(''));
}

/** `openssl req -x509`: a certificate that is its own authority. Requests to others (`-new` alone) are not made here. */
async function request({ flags, values }: Words, call: ProgramCall): Promise<ExecResult> {
  if (!flags.has('-x509')) return call.lacks('openssl req without -x509');
  if (values.has('-config')) return call.lacks('openssl req -config');
  const subject = values.get('-subj');
  if (subject === undefined)
    return fail(
      1,
      'error:1E08010C:DECODER routines: no input for the subject\nproblems making Certificate Request',
    );
  const given = values.get('-key');
  if (given === undefined && !flags.has('-nodes') && !flags.has('-noenc'))
    return fail(1, 'Could not read passphrase: the standard input is no terminal, use -noenc');
  const key =
    given === undefined ? makeKey(values.get('-newkey') ?? 'rsa:2048', values) : readKey(call, given);
  const cert = await selfSign(key, subject, Number(values.get('-days') ?? 30), values.get('-addext'));
  const keyOut = values.get('-keyout') ?? 'privkey.pem';
  if (given === undefined) call.guest.disk.write(resolvePath(call, keyOut), pem(key), 0o600);
  const skipped = unknownNames(subject).map(
    (name) => `req: Skipping unknown subject name attribute "${name}"\n`,
  );
  return output(call, values.get('-out'), cert, `${skipped.join('')}${given === undefined ? '-----\n' : ''}`);
}

/** Groups of RFC 3526 by their bits: finding a prime of one's own takes minutes, and no client can tell. */
const GROUPS: Readonly<Record<string, string>> = {
  ...{ '1024': 'modp2', '1536': 'modp5', '2048': 'modp14', '3072': 'modp15', '4096': 'modp16' },
};

/** `openssl dhparam [-out file] bits`. */
function dhparam({ words, values }: Words, call: ProgramCall): ExecResult {
  const bits = words.at(-1) ?? '2048';
  const group = GROUPS[bits];
  if (group === undefined) return call.lacks(`openssl dhparam of ${bits} bits`);
  const prime = integer(getDiffieHellman(group).getPrime());
  const body = Buffer.concat([prime, integer(Buffer.from([2]))]);
  const parameters = Buffer.concat([Buffer.from([0x30]), length(body.length), body]);
  const lines = parameters.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  const text = `-----BEGIN DH PARAMETERS-----\n${lines}\n-----END DH PARAMETERS-----\n`;
  return output(call, values.get('-out'), text, `Generating DH parameters, ${bits} bit long safe prime\n`);
}

/** A positive number in DER. */
function integer(bytes: Uint8Array): Buffer {
  const content = (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : Buffer.from(bytes);
  return Buffer.concat([Buffer.from([0x02]), length(content.length), content]);
}

function length(count: number): Buffer {
  if (count < 128) return Buffer.from([count]);
  return count < 256 ? Buffer.from([0x81, count]) : Buffer.from([0x82, count >> 8, count & 255]);
}

/** `genrsa`, `genpkey` and `ecparam -genkey`: a private key. */
const generate =
  (choose: (words: Words) => string): Command =>
  (words, call) =>
    output(call, words.values.get('-out'), pem(makeKey(choose(words), words.values)), '', 0o600);

/** `rsa`, `ec` and `pkey`: a private key, or its public one. */
function convert({ flags, values }: Words, call: ProgramCall): ExecResult {
  const key = readKey(call, values.get('-in'));
  const text = flags.has('-pubout') ? createPublicKey(key).export({ type: 'spki', format: 'pem' }) : pem(key);
  return output(call, values.get('-out'), flags.has('-noout') ? '' : String(text));
}

function showCertificate({ flags, values }: Words, call: ProgramCall): ExecResult {
  if (flags.has('-req') || flags.has('-text'))
    return call.lacks(`openssl x509 ${flags.has('-req') ? '-req' : '-text'}`);
  const text = readInput(call, values.get('-in'));
  const cert = new X509Certificate(text);
  const date = (value: string) => value;
  const shown = [
    ...(flags.has('-subject') ? [`subject=${oneLine(cert.subject)}`] : []),
    ...(flags.has('-issuer') ? [`issuer=${oneLine(cert.issuer)}`] : []),
    ...(flags.has('-serial') ? [`serial=${cert.serialNumber}`] : []),
    ...(flags.has('-startdate') || flags.has('-dates') ? [`notBefore=${date(cert.validFrom)}`] : []),
    ...(flags.has('-enddate') || flags.has('-dates') ? [`notAfter=${date(cert.validTo)}`] : []),
    ...(flags.has('-fingerprint') ? [fingerprint(cert, flags)] : []),
  ].map((line) => `${line}\n`);
  return output(call, values.get('-out'), `${shown.join('')}${flags.has('-noout') ? '' : text}`);
}

function fingerprint(cert: X509Certificate, flags: ReadonlySet<string>): string {
  return flags.has('-sha256')
    ? `sha256 Fingerprint=${cert.fingerprint256}`
    : `SHA1 Fingerprint=${cert.fingerprint}`;
}

function digest({ flags, words }: Words, call: ProgramCall): ExecResult {
  if (flags.has('-sign') || flags.has('-verify') || flags.has('-hmac'))
    return call.lacks('openssl dgst with a key');
  const [algorithm = 'sha256'] = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'md5'].filter((one) =>
    flags.has(`-${one}`),
  );
  const shown = (name: string, bytes: Uint8Array) => {
    const sum = createHash(algorithm).update(bytes).digest('hex');
    return flags.has('-r')
      ? `${sum} *${name}\n`
      : `${algorithm === 'md5' ? 'MD5' : algorithm.replace('sha', 'SHA2-').replace('SHA2-1', 'SHA1')}(${name})= ${sum}\n`;
  };
  if (words.length === 0)
    return succeed(shown('stdin', Buffer.from(latin1FromBytes(call.context.stdin), 'latin1')));
  return succeed(words.map((file) => shown(file, call.guest.disk.read(resolvePath(call, file)))).join(''));
}

/** `base64` and `enc -base64`, with `-d`; no cipher. */
function encode({ flags, values }: Words, call: ProgramCall): ExecResult {
  const ciphers = [...flags].filter((flag) => !['-base64', '-a', '-d', '-e', '-A', '-in'].includes(flag));
  if (ciphers.length > 0) return call.lacks(`openssl enc ${ciphers.join(' ')}`);
  const file = values.get('-in');
  const bytes =
    file === undefined
      ? Buffer.from(latin1FromBytes(call.context.stdin), 'latin1')
      : Buffer.from(call.guest.disk.read(resolvePath(call, file)));
  if (flags.has('-d'))
    return output(call, values.get('-out'), Buffer.from(bytes.toString('latin1'), 'base64').toString('utf8'));
  const text = bytes.toString('base64');
  return output(
    call,
    values.get('-out'),
    flags.has('-A') ? text : `${text.replace(/(.{64})(?=.)/g, '$1\n')}\n`,
  );
}

const COMMANDS: Readonly<Record<string, Command>> = {
  passwd,
  dhparam,
  version: () => succeed('OpenSSL 3.2.2 4 Jun 2024 (Library: OpenSSL 3.2.2 4 Jun 2024)\n'),
  rand,
  req: request,
  genrsa: generate(({ words }) => `rsa:${words[0] ?? 2048}`),
  genpkey: generate(({ values }) => values.get('-algorithm') ?? 'RSA'),
  ecparam: generate(({ values }) => `ec:${values.get('-name') ?? 'prime256v1'}`),
  rsa: convert,
  ec: convert,
  pkey: convert,
  x509: showCertificate,
  dgst: digest,
  base64: encode,
  enc: encode,
};

/** `openssl`: keys, certificates of one's own, sums and random bytes; no ciphers, no connections. */
export const OPENSSL_PROGRAMS: Programs = { openssl };

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  'P-256': 'P-256',
  secp384r1: 'P-384',
  'P-384': 'P-384',
  secp521r1: 'P-521',
};

function makeKey(kind: string, values: ReadonlyMap<string, string>): KeyObject {
  const [algorithm = '', detail] = kind.toLowerCase().split(':');
  const option = values.get('-pkeyopt')?.split(':').at(-1);
  if (algorithm === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (algorithm === 'ec')
    return generateKeyPairSync('ec', { namedCurve: CURVES[kind.split(':')[1] ?? option ?? ''] ?? 'P-256' })
      .privateKey;
  return generateKeyPairSync('rsa', { modulusLength: Number(detail ?? option ?? 2048) }).privateKey;
}

function readKey(call: ProgramCall, file: string | undefined): KeyObject {
  return createPrivateKey(readInput(call, file));
}

function readInput(call: ProgramCall, file: string | undefined): string {
  return file === undefined
    ? decodeBytesToUtf8(call.context.stdin)
    : call.guest.disk.readText(resolvePath(call, file));
}

function pem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

function oneLine(name: string): string {
  return name
    .split('\n')
    .map((part) => part.replace('=', ' = '))
    .join(', ');
}

/** Text to a file, or to standard output. */
function output(
  call: ProgramCall,
  file: string | undefined,
  text: string,
  errors = '',
  mode?: number,
): ExecResult {
  if (file === undefined) return succeed(text, errors);
  const path = resolvePath(call, file);
  if (!call.guest.disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(1, `${errors}Can't open "${file}" for writing, No such file or directory`);
  call.guest.disk.write(path, text, mode);
  return succeed('', errors);
}
