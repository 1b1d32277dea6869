import { classifyNetworkError } from '../../network/network-errors';
import { fail, type Program, type Programs, resolvePath, succeedWithBytes } from '../program';
import { startPatience } from './patience';

const MAX_REDIRECTS = 20;
const PATIENCE_SECONDS = 900;

const wget: Program = async (args, call) => {
  const { system, context } = call;
  let output: string | undefined;
  let directory = '';
  let quiet = false;
  const headers = new Headers({ 'user-agent': 'Wget/1.21.3', accept: '*/*' });
  const urls: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (/^-[qnvc]*O$/.test(arg) || arg === '--output-document') {
      output = args[++at];
      quiet ||= arg.includes('q');
    } else if (/^-[qnv]*O./.test(arg)) {
      output = arg.slice(arg.indexOf('O') + 1);
      quiet ||= arg.slice(0, arg.indexOf('O')).includes('q');
    } else if (arg.startsWith('--output-document=')) output = arg.slice('--output-document='.length);
    else if (arg === '-P' || arg === '--directory-prefix') directory = args[++at] ?? '';
    else if (arg.startsWith('--header')) {
      const text = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : (args[++at] ?? '');
      headers.set(text.slice(0, text.indexOf(':')).trim(), text.slice(text.indexOf(':') + 1).trim());
    } else if (['-t', '-T', '--tries', '--timeout', '-U', '--user-agent'].includes(arg)) at += 1;
    else if (arg === '-q' || arg === '-nv' || arg === '--quiet' || arg === '--no-verbose') quiet = true;
    else if (!arg.startsWith('-')) urls.push(arg);
  }
  if (urls.length === 0) return fail(1, 'wget: missing URL\nUsage: wget [OPTION]... [URL]...');
  const bodies: Buffer[] = [];
  let log = '';
  for (const given of urls) {
    const first = /^https?:\/\//i.test(given) ? given : `http://${given}`;
    if (!URL.canParse(first)) return fail(1, `${given}: Invalid host name.`);
    let url = new URL(first);
    const name =
      output ?? `${directory ? `${directory}/` : ''}${url.pathname.split('/').at(-1) || 'index.html'}`;
    log += `--${system.now().toISOString().slice(0, 19).replace('T', ' ')}--  ${url.href}\n`;
    const waiting = startPatience(system, url.href, PATIENCE_SECONDS);
    let response: Response;
    try {
      const signal = AbortSignal.any([waiting.signal, ...(context.signal ? [context.signal] : [])]);
      response = await system.network.fetch(url.href, { headers, redirect: 'manual', signal });
      for (let redirects = 0; redirects < MAX_REDIRECTS && isRedirect(response); redirects += 1) {
        await response.arrayBuffer();
        url = new URL(response.headers.get('location') ?? '', url);
        response = await system.network.fetch(url.href, { headers, redirect: 'manual', signal });
      }
    } catch (error) {
      if (system.power.aborted) throw error;
      return fail(4, quiet ? '' : `${log}${describe(error, url)}`);
    } finally {
      waiting.end();
    }
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status >= 400)
      return fail(
        8,
        quiet
          ? ''
          : `${log}HTTP request sent, awaiting response... ${response.status} ${response.statusText}\n${system.now().toISOString().slice(0, 19).replace('T', ' ')} ERROR ${response.status}: ${response.statusText}.`,
      );
    log += `HTTP request sent, awaiting response... ${response.status} OK\nLength: ${body.length}\nSaving to: ‘${name}’\n\n‘${name}’ saved [${body.length}/${body.length}]\n`;
    if (name === '-') {
      bodies.push(body);
      continue;
    }
    const path = resolvePath(call, name);
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (directory) system.disk.makeDirectory(parent);
    if (!system.disk.has(parent)) return fail(3, `${name}: No such file or directory`);
    system.disk.write(path, body);
  }
  return { ...succeedWithBytes(Buffer.concat(bodies)), stderr: quiet ? '' : log };
};

export const WGET_PROGRAMS: Programs = { wget };

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
