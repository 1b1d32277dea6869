import { latin1FromBytes } from 'just-bash';
import type { System } from '../system';
import { classifyNetworkError } from './network-errors';
import { startPatience } from './patience';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  resolvePath,
  succeedWithBytes,
} from './program';

const CONNECT_SECONDS = 130;
const MAX_REDIRECTS = 50;

interface Options {
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
  urls: string[];
}

class CurlError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

const curl: Program = async (args, call) => {
  const options = parseArguments(args, call);
  if (typeof options === 'string') return fail(2, options);
  if (options.urls.length === 0)
    return fail(2, "curl: try 'curl --help' or 'curl --manual' for more information");
  let stdout = Buffer.alloc(0);
  let stderr = '';
  let exitCode = 0;
  for (const url of options.urls) {
    const result = await transfer(url, options, call);
    stdout = Buffer.concat([stdout, result.stdout]);
    stderr += result.stderr;
    exitCode = result.exitCode;
  }
  return { ...succeedWithBytes(stdout), stderr, exitCode };
};

export const CURL_PROGRAMS: Programs = { curl };

interface Transfer {
  stdout: Buffer;
  stderr: string;
  exitCode: number;
}

async function transfer(url: string, options: Options, call: ProgramCall): Promise<Transfer> {
  const { system } = call;
  for (let attempt = 0; ; attempt += 1) {
    const canRetry = attempt < options.retries;
    try {
      const answer = await request(system, normalizeUrl(url), options, call);
      const isTransient = [408, 429, 500, 502, 503, 504].includes(answer.response.status);
      if (!(isTransient && canRetry)) return await finish(answer, url, options, call);
    } catch (error) {
      if (!(error instanceof CurlError)) throw error;
      const isTransient =
        error.exitCode === 28 || error.exitCode === 6 || (error.exitCode === 7 && options.retryRefused);
      if (!(isTransient && canRetry)) {
        const shown =
          options.silent && !options.showError ? '' : `curl: (${error.exitCode}) ${error.message}\n`;
        return { stdout: writeOut(options, undefined, 0), stderr: shown, exitCode: error.exitCode };
      }
    }
    await system.sleep(options.retryDelay || Math.min(600, 2 ** attempt), call.context.signal);
  }
}

interface Answer {
  response: Response;
  url: URL;
  redirects: number;
}

async function request(system: System, first: URL, options: Options, call: ProgramCall): Promise<Answer> {
  const patience = options.maxSeconds ?? options.connectSeconds;
  const outer = call.context.signal ? [call.context.signal] : [];
  const waiting = startPatience(system, first.href, patience);
  try {
    let url = first;
    let method =
      options.method ??
      (options.head
        ? 'HEAD'
        : options.upload
          ? 'PUT'
          : options.data.length > 0 && !options.query
            ? 'POST'
            : 'GET');
    let body = method === 'GET' || method === 'HEAD' ? undefined : readBody(options, call);
    for (let redirects = 0; ; redirects += 1) {
      const headers = new Headers([['user-agent', 'curl/8.11.1'], ['accept', '*/*'], ...options.headers]);
      if (body && options.data.length > 0 && !headers.has('content-type'))
        headers.set('content-type', 'application/x-www-form-urlencoded');
      const response = await system.network.fetch(url.href, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any([waiting.signal, ...outer]),
        ...(body && { body }),
      });
      const location = response.headers.get('location');
      if (!options.follow || location === null || response.status < 300 || response.status > 399)
        return { response, url, redirects };
      if (redirects >= MAX_REDIRECTS)
        throw new CurlError(47, `Maximum (${MAX_REDIRECTS}) redirects followed`);
      await response.arrayBuffer();
      url = new URL(location, url);
      if (response.status <= 303 && method !== 'HEAD') {
        method = 'GET';
        body = undefined;
      }
    }
  } catch (error) {
    if (error instanceof CurlError) throw error;
    throw toCurlError(error, first, patience, system);
  } finally {
    waiting.end();
  }
}

function toCurlError(
  error: unknown,
  { hostname, port, protocol }: URL,
  seconds: number,
  system: System,
): Error {
  if (system.power.aborted) return error instanceof Error ? error : new Error(String(error));
  const shownPort = port || (protocol === 'https:' ? '443' : '80');
  switch (classifyNetworkError(error)) {
    case 'resolve':
      return new CurlError(6, `Could not resolve host: ${hostname}`);
    case 'refused':
      return new CurlError(
        7,
        `Failed to connect to ${hostname} port ${shownPort} after 0 ms: Could not connect to server`,
      );
    case 'timeout':
    case 'aborted':
      return new CurlError(
        28,
        `Failed to connect to ${hostname} port ${shownPort} after ${Math.round(seconds * 1000)} ms: Timeout was reached`,
      );
    default:
      return new CurlError(56, `Recv failure: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function finish(
  { response, url, redirects }: Answer,
  asked: string,
  options: Options,
  call: ProgramCall,
): Promise<Transfer> {
  const body = Buffer.from(await response.arrayBuffer());
  const failed = response.status >= 400 && (options.failOnError || options.failWithBody);
  const message =
    failed && (!options.silent || options.showError)
      ? `curl: (22) The requested URL returned error: ${response.status}\n`
      : '';
  const shownBody = failed && !options.failWithBody ? Buffer.alloc(0) : options.head ? Buffer.alloc(0) : body;
  const head = options.include || options.head ? Buffer.from(formatHead(response)) : Buffer.alloc(0);
  const content = Buffer.concat([head, shownBody]);
  const trailer = writeOut(options, { response, url, redirects }, body.length);
  const exitCode = failed ? 22 : 0;
  const name =
    options.output ??
    (options.remoteName ? (new URL(normalizeUrl(asked)).pathname.split('/').at(-1) ?? '') : undefined);
  if (name === undefined || name === '-')
    return { stdout: Buffer.concat([content, trailer]), stderr: message, exitCode };
  if (failed && !options.failWithBody) return { stdout: trailer, stderr: message, exitCode };
  const path = resolvePath(call, name);
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  if (options.createDirectories) call.system.disk.makeDirectory(directory);
  if (!call.system.disk.has(directory) || name === '')
    return {
      stdout: trailer,
      stderr:
        options.silent && !options.showError ? '' : `curl: (23) Failure writing output to destination\n`,
      exitCode: 23,
    };
  call.system.disk.write(path, content);
  return { stdout: trailer, stderr: message, exitCode };
}

function formatHead(response: Response): string {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${response.status} ${response.statusText}\r\n${lines.join('')}\r\n`;
}

function writeOut(options: Options, answer: Answer | undefined, size: number): Buffer {
  const values: Record<string, string> = {
    http_code: answer ? String(answer.response.status).padStart(3, '0') : '000',
    response_code: answer ? String(answer.response.status).padStart(3, '0') : '000',
    size_download: String(size),
    content_type: answer?.response.headers.get('content-type') ?? '',
    url_effective: answer?.url.href ?? '',
    num_redirects: String(answer?.redirects ?? 0),
    redirect_url: answer?.response.headers.get('location') ?? '',
    time_total: '0.001000',
  };
  const text = (options.writeOut ?? '')
    .replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
  return Buffer.from(text);
}

function normalizeUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw new CurlError(3, 'URL rejected: Malformed input to a URL function');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlError(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`);
  return url;
}

function readBody(options: Options, call: ProgramCall): Uint8Array<ArrayBuffer> | undefined {
  if (options.upload !== undefined)
    return Uint8Array.from(call.system.disk.read(resolvePath(call, options.upload)));
  if (options.data.length === 0) return undefined;
  return Uint8Array.from(Buffer.from(options.data.join('&'), 'latin1'));
}

type Setter = (options: Options, value: string, call: ProgramCall) => void;

const WITH_VALUE: Readonly<Record<string, Setter>> = {
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

const FLAGS: Readonly<Record<string, (options: Options) => void>> = {
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
  '--insecure': () => undefined,
  '--verbose': () => undefined,
  '--compressed': () => undefined,
  '--globoff': () => undefined,
  '--progress-bar': () => undefined,
  '--no-progress-meter': () => undefined,
  '--no-buffer': () => undefined,
  '--ipv4': () => undefined,
  '--http1.1': () => undefined,
};

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

function parseArguments(args: readonly string[], call: ProgramCall): Options | string {
  const options: Options = {
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
    ...{ retryRefused: false, upload: undefined, query: false, createDirectories: false, urls: [] },
  };
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

function readData(value: string, call: ProgramCall): string {
  if (value === '@-') return latin1FromBytes(call.context.stdin);
  if (value.startsWith('@'))
    return Buffer.from(call.system.disk.read(resolvePath(call, value.slice(1)))).toString('latin1');
  return Buffer.from(value).toString('latin1');
}
