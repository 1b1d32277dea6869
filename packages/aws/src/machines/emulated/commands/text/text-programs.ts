import { decodeBytesToUtf8 } from 'just-bash';
import { randomBytes, randomUUID } from '../../../random';
import { fail, type Program, type Programs, succeed } from '../program';

/** `envsubst [names]`: `$NAME` and `${NAME}` of standard input, from the environment. */
const envsubst: Program = ([names], { context }) => {
  if (names === '--version') return succeed('envsubst (GNU gettext-runtime) 0.21\n');
  const allowed = names === undefined ? undefined : new Set(names.match(/\w+/g) ?? []);
  const env = context.exportedEnv ?? {};
  return succeed(
    decodeBytesToUtf8(context.stdin).replace(
      /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
      (whole, braced?: string, plain?: string) => {
        const name = braced ?? plain ?? '';
        return allowed && !allowed.has(name) ? whole : (env[name] ?? '');
      },
    ),
  );
};

/** `openssl version` and `openssl rand`; certificates and ciphers are not possible here. */
const openssl: Program = (args) => {
  const [command, ...rest] = args;
  if (command === 'version') return succeed('OpenSSL 3.2.2 4 Jun 2024 (Library: OpenSSL 3.2.2 4 Jun 2024)\n');
  const count = Number(rest.at(-1));
  if (command !== 'rand' || !Number.isInteger(count))
    return fail(
      1,
      `openssl: ${args.join(' ')} is not possible on an embedded machine (version and rand are)`,
    );
  const encoding = rest.includes('-hex') ? 'hex' : rest.includes('-base64') ? 'base64' : 'latin1';
  const text = randomBytes(count).toString(encoding);
  return encoding === 'latin1'
    ? { stdout: text, stderr: '', exitCode: 0, stdoutKind: 'bytes', stdoutEncoding: 'binary' }
    : succeed(`${encoding === 'base64' ? text.replace(/(.{64})(?=.)/g, '$1\n') : text}\n`);
};

const shuf: Program = (args, { context }) => {
  const at = args.findIndex((arg) => arg === '-n' || /^-n\d+$/.test(arg));
  const count = at < 0 ? undefined : Number(args[at]?.slice(2) || args[at + 1]);
  const range = /^(\d+)-(\d+)$/.exec(args[args.indexOf('-i') + 1] ?? '');
  const given = args.includes('-e')
    ? args.filter((arg, index) => !arg.startsWith('-') && !(args[at] === '-n' && index === at + 1))
    : undefined;
  const lines =
    given ??
    (range
      ? Array.from({ length: Number(range[2]) - Number(range[1]) + 1 }, (_, index) =>
          String(Number(range[1]) + index),
        )
      : decodeBytesToUtf8(context.stdin).replace(/\n$/, '').split('\n'));
  const order = lines.map((line) => ({ line, key: randomBytes(6).readUIntBE(0, 6) }));
  const shuffled = order.sort((a, b) => a.key - b.key).slice(0, count);
  return succeed(shuffled.map(({ line }) => `${line}\n`).join(''));
};

export const TEXT_PROGRAMS: Programs = {
  envsubst,
  openssl,
  shuf,
  uuidgen: () => succeed(`${randomUUID()}\n`),
};
