import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AddressInUse } from '../network/ports';
import { type Daemon, DaemonFailed, type DaemonHost } from '../system/daemon';
import { escapeHtml } from './escape-html';
import { DEFAULT_MIME_TYPES, suffixOf } from './mime-types';
import { BadRequestPath, encodePath, parseRequestPath } from './request-path';
import { sendBody } from './send-file';

/** `python3 -m http.server [port] [--directory DIR] [--bind ADDRESS]`, over the files of the disk. */
export async function startPythonServer(
  host: DaemonHost,
  args: readonly string[],
  cwd: string,
): Promise<Daemon> {
  const { port, directory } = parseArguments(args, cwd);
  const server = createServer((request, response) => answer(host, directory, request, response));
  try {
    await host.ports.listen(port, server);
  } catch (error) {
    if (error instanceof AddressInUse)
      throw new DaemonFailed('OSError: [Errno 98] Address already in use', 1);
    throw error;
  }
  return { stop: () => host.ports.close(port) };
}

function parseArguments(args: readonly string[], cwd: string): { port: number; directory: string } {
  let port = 8000;
  let directory = cwd;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--directory' || arg === '-d') directory = args[++at] ?? cwd;
    else if (arg.startsWith('--directory=')) directory = arg.slice('--directory='.length);
    else if (arg === '--bind' || arg === '-b') at += 1;
    else if (/^\d+$/.test(arg)) port = Number(arg);
    else if (!arg.startsWith('--bind='))
      throw new DaemonFailed(`server.py: error: unrecognized arguments: ${arg}`, 2);
  }
  return { port, directory: directory.replace(/\/$/, '') };
}

function answer(host: DaemonHost, root: string, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.setHeader('Server', 'SimpleHTTP/0.6 Python/3.9.20');
  response.setHeader('Date', host.now().toUTCString());
  const fail = (status: number, message: string) => {
    response.setHeader('Content-Type', 'text/html;charset=utf-8');
    sendBody(
      request,
      response,
      status,
      `<h1>Error response</h1><p>Error code: ${status}</p><p>Message: ${message}.</p>`,
    );
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    fail(501, `Unsupported method (${escapeHtml(request.method ?? '')})`);
    return;
  }
  let path: string;
  try {
    path = parseRequestPath(request.url ?? '/').path;
  } catch (error) {
    if (!(error instanceof BadRequestPath)) throw error;
    fail(error.status, 'File not found');
    return;
  }
  const file = `${root}${path}`;
  const isDirectory = host.disk.find(file)?.kind === 'directory';
  if (isDirectory && !path.endsWith('/')) {
    response.setHeader('Location', `${encodePath(path)}/`);
    sendBody(request, response, 301, '');
    return;
  }
  const index = isDirectory ? `${file}index.html` : file;
  const node = host.disk.find(index);
  if (node?.kind === 'file' && (isDirectory || !path.endsWith('/'))) {
    response.setHeader('Last-Modified', node.mtime.toUTCString());
    response.setHeader('Content-Type', DEFAULT_MIME_TYPES.get(suffixOf(index)) ?? 'application/octet-stream');
    sendBody(request, response, 200, node.buffer.subarray(0, node.size));
  } else if (isDirectory) {
    const items = host.disk
      .list(file)
      .map((name) => `<li><a href="${encodePath(name)}">${escapeHtml(name)}</a></li>`);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    sendBody(
      request,
      response,
      200,
      `<h1>Directory listing for ${escapeHtml(path)}</h1><ul>${items.join('')}</ul>`,
    );
  } else fail(404, 'File not found');
}
