import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disk } from '../disk';
import { accessTo, identityOf } from '../disk-access';
import type { FileNode } from '../inode';
import { appendLog, combinedLine } from './access-log';
import { escapeHtml } from './apache-pages';
import { DEFAULT_MIME_TYPES, suffixOf } from './mime-types';
import { lastOf, type NginxConfig, type NginxLocation, type NginxServer } from './nginx-config';
import type { NginxDirective } from './nginx-parse';
import { BadRequestPath, encodePath, parseRequestPath } from './request-path';
import { sendBody, sendFile } from './send-file';

const SERVER = 'nginx/1.28.0';
const MAX_REDIRECTS = 10;

const TITLES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  416: 'Requested Range Not Satisfiable',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
};

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  server: NginxServer;
  host: string;
  query: string;
  /** Set while the page of an error is made. */
  status: number;
  redirects: number;
}

/** Answers requests as nginx does with this configuration, from what the disk holds at that moment. */
export class NginxHandler {
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    private readonly config: () => NginxConfig,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const { accessLog } = this.config();
    const target = request.url ?? '/';
    const host = request.headers.host ?? '';
    response.setHeader('Server', SERVER);
    response.setHeader('Date', this.now().toUTCString());
    response.once('close', () => {
      if (accessLog) appendLog(this.disk, accessLog, combinedLine(request, response, target, this.now()));
    });
    request.resume();
    const server = chooseServer(this.config(), port, host);
    const exchange: Exchange = { request, response, server, host, query: '', status: 200, redirects: 0 };
    try {
      const { path, query } = parseRequestPath(target);
      this.answer({ ...exchange, query }, path);
    } catch (error) {
      if (!(error instanceof BadRequestPath)) throw error;
      this.fail(exchange, server.scopes.flat(), error.status);
    }
  }

  private answer(exchange: Exchange, path: string): void {
    const location = chooseLocation(exchange.server, path);
    const directives = [...exchange.server.scopes.flat(), ...(location?.directives ?? [])];
    const returned =
      lastOf(location?.directives ?? [], 'return') ?? lastOf(exchange.server.scopes[1] ?? [], 'return');
    if (returned && exchange.status === 200) this.sendReturn(exchange, directives, returned, path);
    else if (exchange.status === 200 && !['GET', 'HEAD'].includes(exchange.request.method ?? ''))
      this.fail(exchange, directives, 405);
    else this.sendPath(exchange, directives, location, path);
  }

  private sendPath(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    path: string,
  ): void {
    const tries =
      lastOf(location?.directives ?? [], 'try_files') ?? lastOf(exchange.server.scopes[1] ?? [], 'try_files');
    if (tries) {
      const fallback = tries.args.at(-1) ?? '';
      for (const candidate of tries.args.slice(0, -1)) {
        const tried = candidate.replace(
          /\$uri/g,
          path.replace(/\/$/, '') || (candidate.endsWith('/') ? '' : '/'),
        );
        const kind = this.disk.find(filePath(directives, location, tried))?.kind;
        if (kind === (candidate.endsWith('/') ? 'directory' : 'file')) {
          this.sendFound(exchange, directives, location, candidate.endsWith('/') ? path : tried);
          return;
        }
      }
      if (fallback.startsWith('=')) this.fail(exchange, directives, Number(fallback.slice(1)));
      else
        this.redirectInternally(exchange, directives, fallback.replace(/\$uri/g, path).replace(/\?.*$/, ''));
      return;
    }
    this.sendFound(exchange, directives, location, path);
  }

  private sendFound(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    path: string,
  ): void {
    const file = filePath(directives, location, path);
    const node = this.disk.find(file);
    const access = accessTo(this.disk, file, identityOf(this.disk, this.config().user));
    if (access === 'forbidden') this.fail(exchange, directives, 403);
    else if (node?.kind === 'file' && !path.endsWith('/')) this.sendNode(exchange, directives, file, node);
    else if (node?.kind !== 'directory') this.fail(exchange, directives, 404);
    else if (!path.endsWith('/'))
      this.sendRedirect(
        exchange,
        directives,
        301,
        `http://${exchange.host}${encodePath(path)}/${exchange.query}`,
      );
    else this.sendDirectory(exchange, directives, file, path);
  }

  private sendDirectory(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    directory: string,
    path: string,
  ): void {
    const names = lastOf(directives, 'index')?.args ?? ['index.html'];
    const index = names.find((name) => this.disk.find(`${directory}/${name}`)?.kind === 'file');
    if (index !== undefined) this.redirectInternally(exchange, directives, `${path}${index}`);
    else if (lastOf(directives, 'autoindex')?.args[0] === 'on') {
      const links = this.disk
        .list(directory)
        .map((name) => `<a href="${encodePath(name)}">${escapeHtml(name)}</a>`);
      const title = `Index of ${escapeHtml(path)}`;
      this.send(
        exchange,
        directives,
        200,
        'text/html',
        `<html><head><title>${title}</title></head><body><h1>${title}</h1><pre>${links.join('\n')}</pre></body></html>`,
      );
    } else this.fail(exchange, directives, 403);
  }

  private redirectInternally(exchange: Exchange, directives: readonly NginxDirective[], path: string): void {
    if (exchange.redirects >= MAX_REDIRECTS) this.fail({ ...exchange, status: 500 }, directives, 500);
    else this.answer({ ...exchange, redirects: exchange.redirects + 1 }, path);
  }

  private sendNode(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    path: string,
    node: FileNode,
  ): void {
    const { request, response, status } = exchange;
    applyHeaders(response, directives, status);
    const bytes = node.buffer.subarray(0, node.size);
    const seconds = Math.floor(node.mtime.getTime() / 1000);
    const type =
      DEFAULT_MIME_TYPES.get(suffixOf(path)) ?? lastOf(directives, 'default_type')?.args[0] ?? 'text/plain';
    const etag = `"${seconds.toString(16)}-${bytes.length.toString(16)}"`;
    sendFile(
      request,
      response,
      { bytes, mtime: node.mtime, etag, contentType: withCharset(type, directives) },
      status,
    );
  }

  private sendReturn(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    { args }: NginxDirective,
    path: string,
  ): void {
    const [first = '', ...rest] = args;
    const isCode = /^\d{3}$/.test(first);
    const status = isCode ? Number(first) : 302;
    const text = (isCode ? rest.join(' ') : first)
      .replace(/\$(request_uri|uri)/g, () => `${path}${exchange.query}`)
      .replace(/\$(host|http_host)/g, () => exchange.host.replace(/:\d+$/, ''))
      .replace(/\$scheme/g, 'http');
    if (status >= 300 && status < 400)
      this.sendRedirect(
        exchange,
        directives,
        status,
        text.startsWith('/') ? `http://${exchange.host}${text}` : text,
      );
    else if (text === '') {
      if (status >= 400) this.fail(exchange, directives, status);
      else this.send(exchange, directives, status, undefined, '');
    } else
      this.send(
        exchange,
        directives,
        status,
        lastOf(directives, 'default_type')?.args[0] ?? 'text/plain',
        text,
      );
  }

  private sendRedirect(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    status: number,
    to: string,
  ): void {
    exchange.response.setHeader('Location', to);
    this.send(exchange, directives, status, 'text/html', nginxPage(status));
  }

  private fail(exchange: Exchange, directives: readonly NginxDirective[], status: number): void {
    const page = directives.findLast(
      ({ name, args }) => name === 'error_page' && args.slice(0, -1).includes(String(status)),
    );
    const target = page?.args.at(-1);
    if (target !== undefined && exchange.status === 200) {
      const changed = page?.args.find((arg) => /^=\d+$/.test(arg));
      const shown = changed ? Number(changed.slice(1)) : status;
      if (target.startsWith('http')) this.sendRedirect(exchange, directives, 302, target);
      else this.answer({ ...exchange, status: shown, redirects: exchange.redirects + 1 }, target);
      return;
    }
    const shown = exchange.status === 200 || status === 500 ? status : exchange.status;
    this.send({ ...exchange, status: shown }, directives, shown, 'text/html', nginxPage(shown));
  }

  private send(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    status: number,
    type: string | undefined,
    body: string,
  ): void {
    applyHeaders(exchange.response, directives, status);
    if (type) exchange.response.setHeader('Content-Type', withCharset(type, directives));
    sendBody(exchange.request, exchange.response, status, body);
  }
}

function chooseServer(config: NginxConfig, port: number, host: string): NginxServer {
  const candidates = config.servers.filter(({ listens }) => listens.some((listen) => listen.port === port));
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const chosen =
    candidates.find(({ names }) => names.includes(name)) ??
    candidates.find(({ names }) =>
      names.some((pattern) => pattern.startsWith('*.') && name.endsWith(pattern.slice(1))),
    ) ??
    candidates.find(({ listens }) => listens.some((listen) => listen.port === port && listen.isDefault)) ??
    candidates[0];
  if (chosen === undefined) throw new Error(`no server listens on port ${port}`);
  return chosen;
}

/** nginx's order: exact, the longest prefix if it says `^~`, the first regular expression, the longest prefix. */
function chooseLocation({ locations }: NginxServer, path: string): NginxLocation | undefined {
  const exact = locations.find(({ modifier, pattern }) => modifier === '=' && pattern === path);
  if (exact) return exact;
  const prefix = locations
    .filter(({ modifier, pattern }) => (modifier === '' || modifier === '^~') && path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  if (prefix?.modifier === '^~') return prefix;
  const expression = locations.find(
    ({ modifier, pattern }) =>
      (modifier === '~' || modifier === '~*') && new RegExp(pattern, modifier === '~*' ? 'i' : '').test(path),
  );
  return expression ?? prefix;
}

function filePath(
  directives: readonly NginxDirective[],
  location: NginxLocation | undefined,
  path: string,
): string {
  const alias = location && lastOf(location.directives, 'alias')?.args[0];
  if (location && alias !== undefined) return `${alias}${path.slice(location.pattern.length)}`;
  const root = lastOf(directives, 'root')?.args[0] ?? '/etc/nginx/html';
  return `${root.startsWith('/') ? root : `/usr/share/nginx/${root}`}${path}`;
}

function withCharset(type: string, directives: readonly NginxDirective[]): string {
  const charset = lastOf(directives, 'charset')?.args[0];
  return charset && charset !== 'off' && type.startsWith('text/') ? `${type}; charset=${charset}` : type;
}

function applyHeaders(response: ServerResponse, directives: readonly NginxDirective[], status: number): void {
  const good = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];
  for (const { name, args } of directives)
    if (name === 'add_header' && (good.includes(status) || args[2] === 'always'))
      response.setHeader(args[0] ?? '', args[1] ?? '');
}

function nginxPage(status: number): string {
  const title = `${status} ${TITLES[status] ?? ''}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${SERVER}</center>\r\n</body>\r\n</html>\r\n`;
}
