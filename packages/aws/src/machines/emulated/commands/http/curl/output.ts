import { type ProgramCall, resolvePath } from '../../program';
import type { Options } from './options';
import { type Answer, normalizeUrl } from './request';

/** What one transfer prints, and its exit code. */
export interface Transfer {
  stdout: Buffer;
  stderr: string;
  exitCode: number;
}

/** Puts an answer where it belongs: a file or the standard output, with head and trailer as asked. */
export async function finish(
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
  if (options.createDirectories) call.guest.disk.makeDirectory(directory);
  if (!call.guest.disk.has(directory) || name === '')
    return {
      stdout: trailer,
      stderr:
        options.silent && !options.showError ? '' : `curl: (23) Failure writing output to destination\n`,
      exitCode: 23,
    };
  call.guest.disk.write(path, content);
  return { stdout: trailer, stderr: message, exitCode };
}

function formatHead(response: Response): string {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${response.status} ${response.statusText}\r\n${lines.join('')}\r\n`;
}

/** What `--write-out` prints of a transfer; without an answer, of one that failed. */
export function writeOut(options: Options, answer: Answer | undefined, size: number): Buffer {
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
