import type { ProgramCall } from '../../program';
import { CONNECT_SECONDS, FLAGS, type Options, WITH_VALUE } from './options';

/** The long names of one-letter options. */
const SHORT: Readonly<Record<string, string>> = {
  ...{
    X: '--request',
    H: '--header',
    d: '--data',
    o: '--output',
    w: '--write-out',
    m: '--max-time',
    T: '--upload-file',
  },
  ...{
    A: '--user-agent',
    u: '--user',
    e: '--referer',
    O: '--remote-name',
    L: '--location',
    f: '--fail',
    s: '--silent',
  },
  ...{
    S: '--show-error',
    i: '--include',
    I: '--head',
    k: '--insecure',
    v: '--verbose',
    G: '--get',
    g: '--globoff',
  },
  ...{ N: '--no-buffer', '4': '--ipv4', '#': '--progress-bar' },
};

/** Reads a command line. @returns a text for what curl does not understand, as curl says it */
export function parseArguments(args: readonly string[], call: ProgramCall): Options | string {
  const options = newOptions();
  const queue = expandShort(args);
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const setter = WITH_VALUE[arg];
    const flag = FLAGS[arg];
    if (setter) {
      const value = queue.shift();
      if (value === undefined)
        return `curl: option ${arg}: requires parameter\ncurl: try 'curl --help' for more information`;
      setter(options, value, call);
    } else if (flag) flag(options);
    else if (arg.startsWith('-') && arg !== '-')
      return `curl: option ${arg}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information`;
    else options.urls.push(arg);
  }
  if (options.query && options.data.length > 0)
    options.urls = options.urls.map(
      (url) => `${url}${url.includes('?') ? '&' : '?'}${options.data.join('&')}`,
    );
  return options;
}

function newOptions(): Options {
  return {
    ...{ method: undefined, headers: [], data: [], output: undefined, remoteName: false, follow: false },
    ...{
      failOnError: false,
      failWithBody: false,
      silent: false,
      showError: false,
      include: false,
      head: false,
    },
    ...{
      writeOut: undefined,
      maxSeconds: undefined,
      connectSeconds: CONNECT_SECONDS,
      retries: 0,
      retryDelay: 0,
    },
    ...{
      retryRefused: false,
      upload: undefined,
      query: false,
      createDirectories: false,
      insecure: false,
      urls: [],
    },
  };
}

/** `-fsSLo file` as its long options; `-XPUT` as an option and its value. */
function expandShort(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (!/^-[^-]/.test(arg) || isValue(args, index)) return [arg];
    const expanded: string[] = [];
    for (let at = 1; at < arg.length; at += 1) {
      const long = SHORT[arg[at] ?? ''];
      if (long === undefined) return [arg];
      expanded.push(long);
      if (WITH_VALUE[long]) {
        if (at + 1 < arg.length) expanded.push(arg.slice(at + 1));
        break;
      }
    }
    return expanded;
  });
}

/** Whether an argument is the value of the option before it. */
function isValue(args: readonly string[], index: number): boolean {
  const before = args[index - 1] ?? '';
  if (WITH_VALUE[before]) return true;
  if (!/^-[^-]/.test(before)) return false;
  const last = SHORT[before.at(-1) ?? ''] ?? '';
  const earlier = [...before.slice(1, -1)].some((letter) => WITH_VALUE[SHORT[letter] ?? '']);
  return WITH_VALUE[last] !== undefined && !earlier;
}
