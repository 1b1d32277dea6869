import { classifyNetworkError } from '../../network/network-errors';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  resolvePath,
  succeedWithBytes,
} from '../program';
import { startPatience } from './patience';

const MAX_REDIRECTS = 20;
const PATIENCE_SECONDS = 900;

/** What a command line of wget asks for. */
interface WgetRequest {
  readonly urls: string[];
  readonly headers: Headers;
  output: string | undefined;
  directory: string;
  quiet: boolean;
}

const wget: Program = async (args, call) => {
  const { guest } = call;
  const request = readArguments(args);
  const { urls, output, directory, quiet } = request;
  if (urls.length === 0) return fail(1, 'wget: missing URL\nUsage: wget [OPTION]... [URL]...');
  const bodies: Buffer[] = [];
  let log = '';
  for (const given of urls) {
    const first = /^https?:\/\//i.test(given) ? given : `http://${given}`;
    if (!URL.canParse(first)) return fail(1, `${given}: Invalid host name.`);
    const url = new URL(first);
    const name =
      output ?? `${directory ? `${directory}/` : ''}${url.pathname.split('/').at(-1) || 'index.html'}`;
    log += `--${timeStamp(guest.now())}--  ${url.href}\n`;
    const answer = await download(call, url, request.headers);
    if ('problem' in answer) return fail(4, quiet ? '' : `${log}${answer.problem}`);
    const { status, statusText } = answer.response;
    const body = Buffer.from(await answer.response.arrayBuffer());
    if (status >= 400) {
      const error = `${timeStamp(guest.now())} ERROR ${status}: ${statusText}.`;
      return fail(
        8,
        quiet ? '' : `${log}HTTP request sent, awaiting response... ${status} ${statusText}\n${error}`,
      );
    }
    log += `HTTP request sent, awaiting response... ${status} OK\nLength: ${body.length}\nSaving to: ‘${name}’\n\n‘${name}’ saved [${body.length}/${body.length}]\n`;
    if (name === '-') {
      bodies.push(body);
      continue;
    }
    const path = resolvePath(call, name);
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (directory) guest.disk.makeDirectory(parent);
    if (!guest.disk.has(parent)) return fail(3, `${name}: No such file or directory`);
    guest.disk.write(path, body);
  }
  return { ...succeedWithBytes(Buffer.concat(bodies)), stderr: quiet ? '' : log };
};

export const WGET_PROGRAMS: Programs = { wget };

function readArguments(args: readonly string[]): WgetRequest {
  const request: WgetRequest = {
    urls: [],
    headers: new Headers({ 'user-agent': 'Wget/1.21.3', accept: '*/*' }),
    output: undefined,
    directory: '',
    quiet: false,
  };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (/^-[qnvc]*O$/.test(arg) || arg === '--output-document') {
      request.output = args[++at];
      request.quiet ||= arg.includes('q');
    } else if (/^-[qnv]*O./.test(arg)) {
      request.output = arg.slice(arg.indexOf('O') + 1);
      request.quiet ||= arg.slice(0, arg.indexOf('O')).includes('q');
    } else if (arg.startsWith('--output-document=')) request.output = arg.slice('--output-document='.length);
    else if (arg === '-P' || arg === '--directory-prefix') request.directory = args[++at] ?? '';
    else if (arg.startsWith('--header')) {
      const text = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : (args[++at] ?? '');
      const colon = text.indexOf(':');
      request.headers.set(text.slice(0, colon).trim(), text.slice(colon + 1).trim());
    } else if (['-t', '-T', '--tries', '--timeout', '-U', '--user-agent'].includes(arg)) at += 1;
    else if (arg === '-q' || arg === '-nv' || arg === '--quiet' || arg === '--no-verbose')
      request.quiet = true;
    else if (!arg.startsWith('-')) request.urls.push(arg);
  }
  return request;
}

/** Follows redirects. @returns what wget says where no answer came */
async function download(
  { guest, context }: ProgramCall,
  first: URL,
  headers: Headers,
): Promise<{ response: Response } | { problem: string }> {
  let url = first;
  const waiting = startPatience(guest, url.href, PATIENCE_SECONDS);
  try {
    const signal = AbortSignal.any([waiting.signal, ...(context.signal ? [context.signal] : [])]);
    let response = await guest.network.fetch(url.href, { headers, redirect: 'manual', signal });
    for (let redirects = 0; redirects < MAX_REDIRECTS && isRedirect(response); redirects += 1) {
      await response.arrayBuffer();
      url = new URL(response.headers.get('location') ?? '', url);
      response = await guest.network.fetch(url.href, { headers, redirect: 'manual', signal });
    }
    return { response };
  } catch (error) {
    if (guest.power.aborted) throw error;
    return { problem: describe(error, url) };
  } finally {
    waiting.end();
  }
}

/** As in `2026-11-03 09:00:00`. */
function timeStamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

function isRedirect(response: Response): boolean {
  return response.status >= 300 && response.status < 400 && response.headers.has('location');
}

function describe(error: unknown, { hostname, port }: URL): string {
  switch (classifyNetworkError(error)) {
    case 'resolve':
      return `Resolving ${hostname}... failed: Name or service not known.\nwget: unable to resolve host address ‘${hostname}’`;
    case 'refused':
      return `Connecting to ${hostname}:${port || 80}... failed: Connection refused.`;
    case 'timeout':
    case 'aborted':
      return `Connecting to ${hostname}:${port || 80}... failed: Connection timed out.`;
    default:
      return `Read error (${error instanceof Error ? error.message : String(error)}).`;
  }
}
