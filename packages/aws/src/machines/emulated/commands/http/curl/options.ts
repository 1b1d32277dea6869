import { latin1FromBytes } from 'just-bash';
import { type ProgramCall, resolvePath } from '../../program';

/** How long curl waits for a connection when nothing is said, in seconds. */
export const CONNECT_SECONDS = 130;

/** What a command line of curl asks for. */
export interface Options {
  method: string | undefined;
  headers: [string, string][];
  data: string[];
  output: string | undefined;
  remoteName: boolean;
  follow: boolean;
  failOnError: boolean;
  failWithBody: boolean;
  silent: boolean;
  showError: boolean;
  include: boolean;
  head: boolean;
  writeOut: string | undefined;
  maxSeconds: number | undefined;
  connectSeconds: number;
  retries: number;
  retryDelay: number;
  retryRefused: boolean;
  upload: string | undefined;
  query: boolean;
  createDirectories: boolean;
  /** Whether any certificate is taken. */
  insecure: boolean;
  urls: string[];
}

/** Writes an option's value into the options. */
type Setter = (options: Options, value: string, call: ProgramCall) => void;

/** The options that take a value, by their long names. */
export const WITH_VALUE: Readonly<Record<string, Setter>> = {
  '--request': (options, value) => (options.method = value),
  '--header': (options, value) => {
    const colon = value.indexOf(':');
    if (colon > 0) options.headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
  },
  '--data': (options, value, call) => options.data.push(readData(value, call).replace(/[\r\n]/g, '')),
  '--data-ascii': (options, value, call) => options.data.push(readData(value, call).replace(/[\r\n]/g, '')),
  '--data-raw': (options, value) => options.data.push(Buffer.from(value).toString('latin1')),
  '--data-binary': (options, value, call) => options.data.push(readData(value, call)),
  '--data-urlencode': (options, value) => {
    const equals = value.indexOf('=');
    options.data.push(
      equals < 0
        ? encodeURIComponent(value)
        : `${value.slice(0, equals + 1)}${encodeURIComponent(value.slice(equals + 1))}`,
    );
  },
  '--output': (options, value) => (options.output = value),
  '--write-out': (options, value) => (options.writeOut = value),
  '--max-time': (options, value) => (options.maxSeconds = Number(value)),
  '--connect-timeout': (options, value) => (options.connectSeconds = Number(value)),
  '--retry': (options, value) => (options.retries = Number(value)),
  '--retry-delay': (options, value) => (options.retryDelay = Number(value)),
  '--retry-max-time': () => undefined,
  '--upload-file': (options, value) => (options.upload = value),
  '--user-agent': (options, value) => options.headers.push(['user-agent', value]),
  '--user': (options, value) =>
    options.headers.push(['authorization', `Basic ${Buffer.from(value).toString('base64')}`]),
  '--referer': (options, value) => options.headers.push(['referer', value]),
  '--noproxy': () => undefined,
  '--cacert': () => undefined,
  '--max-redirs': () => undefined,
  '--url': (options, value) => options.urls.push(value),
};

/** The options that take none, by their long names. */
export const FLAGS: Readonly<Record<string, (options: Options) => void>> = {
  '--remote-name': (options) => (options.remoteName = true),
  '--location': (options) => (options.follow = true),
  '--fail': (options) => (options.failOnError = true),
  '--fail-with-body': (options) => (options.failWithBody = true),
  '--silent': (options) => (options.silent = true),
  '--show-error': (options) => (options.showError = true),
  '--include': (options) => (options.include = true),
  '--head': (options) => (options.head = true),
  '--retry-connrefused': (options) => (options.retryRefused = true),
  '--retry-all-errors': (options) => (options.retryRefused = true),
  '--create-dirs': (options) => (options.createDirectories = true),
  '--get': (options) => (options.query = true),
  '--insecure': (options) => (options.insecure = true),
  '--verbose': () => undefined,
  '--compressed': () => undefined,
  '--globoff': () => undefined,
  '--progress-bar': () => undefined,
  '--no-progress-meter': () => undefined,
  '--no-buffer': () => undefined,
  '--ipv4': () => undefined,
  '--http1.1': () => undefined,
};

function readData(value: string, call: ProgramCall): string {
  if (value === '@-') return latin1FromBytes(call.context.stdin);
  if (value.startsWith('@'))
    return Buffer.from(call.guest.disk.read(resolvePath(call, value.slice(1)))).toString('latin1');
  return Buffer.from(value).toString('latin1');
}
