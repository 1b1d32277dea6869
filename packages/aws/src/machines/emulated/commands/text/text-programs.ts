import { decodeBytesToUtf8 } from 'just-bash';
import { randomBytes, randomUUID } from '../../../random';
import { type Program, type Programs, succeed } from '../program';

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
  shuf,
  uuidgen: () => succeed(`${randomUUID()}\n`),
};
