import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disk } from '../disk';
import { accessTo } from '../disk-access';
import type { FileNode } from '../inode';
import { monthName } from '../months';
import { appendLog, combinedLine } from './access-log';
import { type ApacheConfig, chooseSite, type Settings, type Site } from './apache-config';
import { apacheErrorPage, apacheIndexPage, apacheRedirectPage } from './apache-pages';
import { suffixOf } from './mime-types';
import { BadRequestPath, encodePath, parseRequestPath, type RequestPath } from './request-path';
import { sendBody, sendFile } from './send-file';

const SERVER = 'Apache/2.4.62 (Amazon Linux)';
const ALLOW = 'GET,POST,OPTIONS,HEAD';
const SERVED_METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  site: Site;
  requested: RequestPath;
  host: string;
}

/** Answers requests as httpd does with this configuration, from what the disk holds at that moment. */
export class ApacheHandler {
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    /** Read at every request: a graceful restart replaces it. */
    private readonly config: () => ApacheConfig,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const host = request.headers.host ?? '';
    const site = chooseSite(this.config(), port, host);
    const target = request.url ?? '/';
    response.setHeader('Server', SERVER);
    response.setHeader('Date', this.now().toUTCString());
    response.once('close', () => this.logAccess(site, request, response, target));
    request.resume();
    try {
      const requested = parseRequestPath(target);
      this.answer({ request, response, site, requested, host });
    } catch (error) {
      if (!(error instanceof BadRequestPath)) throw error;
      const requested = { path: '/', query: '' };
      this.fail({ request, response, site, requested, host }, error.status, site.settingsFor('', target));
    }
  }

  private answer(exchange: Exchange): void {
    const { site, request, requested } = exchange;
    if (this.redirect(exchange)) return;
    const file = site.filePath(requested.path);
    const settings = site.settingsFor(file, requested.path);
    const method = request.method ?? 'GET';
    if (!settings.granted) {
      this.logError(site, `AH01630: client denied by server configuration: ${file}`);
      this.fail(exchange, 403, settings);
    } else if (method === 'OPTIONS') this.sendOptions(exchange, settings);
    else if (!SERVED_METHODS.has(method)) this.refuseMethod(exchange, settings);
    else this.sendPath(exchange, file, settings);
  }

  private sendPath(exchange: Exchange, file: string, settings: Settings): void {
    const { site, requested } = exchange;
    const node = this.disk.find(file);
    const access = accessTo(this.disk, file, this.config().identity);
    if (access === 'forbidden') {
      this.logError(
        site,
        `(13)Permission denied: AH00035: access to ${requested.path} denied because search permissions are missing on a component of the path`,
      );
      this.fail(exchange, 403, settings);
    } else if (node?.kind === 'directory') this.sendDirectory(exchange, file, settings);
    else if (node?.kind === 'file' && !requested.path.endsWith('/'))
      this.sendNode(exchange, file, node, settings, 200);
    else if (settings.fallback !== undefined) this.sendFallback(exchange, settings);
    else this.fail(exchange, 404, settings);
  }

  private sendDirectory(exchange: Exchange, directory: string, settings: Settings): void {
    const { requested, site, host } = exchange;
    if (!requested.path.endsWith('/')) {
      if (settings.directorySlash) {
        const origin = `http://${host || 'localhost'}`;
        this.sendRedirect(
          exchange,
          301,
          `${origin}${encodePath(requested.path)}/${requested.query}`,
          settings,
        );
        return;
      }
    }
    for (const index of settings.directoryIndex) {
      const path = index.startsWith('/') ? site.filePath(index) : `${directory.replace(/\/$/, '')}/${index}`;
      const node = this.disk.find(path);
      if (node?.kind !== 'file') continue;
      const url = index.startsWith('/') ? index : `${requested.path}${index}`;
      const indexSettings = site.settingsFor(path, url);
      const isReadable = accessTo(this.disk, path, this.config().identity) === 'readable';
      if (isReadable && indexSettings.granted) this.sendNode(exchange, path, node, indexSettings, 200);
      else this.fail(exchange, 403, settings);
      return;
    }
    if (settings.fallback !== undefined) this.sendFallback(exchange, settings);
    else if (settings.indexes) this.sendListing(exchange, directory, settings);
    else {
      this.logError(
        site,
        `AH01276: Cannot serve directory ${directory}: No matching DirectoryIndex (${settings.directoryIndex.join(',')}) found, and server-generated directory index forbidden by Options directive`,
      );
      this.fail(exchange, 403, settings);
    }
  }

  private sendListing(
    { request, response, requested }: Exchange,
    directory: string,
    settings: Settings,
  ): void {
    const names = this.disk
      .list(directory)
      .filter((name) => !name.startsWith('.'))
      .map((name) => (this.disk.find(`${directory}/${name}`)?.kind === 'directory' ? `${name}/` : name));
    response.setHeader('Content-Type', 'text/html;charset=UTF-8');
    applyHeaders(response, settings, 200);
    sendBody(request, response, 200, apacheIndexPage(requested.path, names));
  }

  private sendFallback(exchange: Exchange, settings: Settings): void {
    const path = exchange.site.filePath(settings.fallback ?? '');
    const node = this.disk.find(path);
    if (node?.kind === 'file') this.sendNode(exchange, path, node, settings, 200);
    else this.fail(exchange, 404, settings);
  }

  private sendNode(
    { request, response }: Exchange,
    path: string,
    node: FileNode,
    settings: Settings,
    status: number,
  ): void {
    applyHeaders(response, settings, status);
    const bytes = node.buffer.subarray(0, node.size);
    const microseconds = BigInt(node.mtime.getTime()) * 1000n;
    sendFile(
      request,
      response,
      {
        bytes,
        mtime: node.mtime,
        etag: `"${bytes.length.toString(16)}-${microseconds.toString(16)}"`,
        contentType: contentType(path, settings),
      },
      status,
    );
  }

  private sendOptions({ request, response }: Exchange, settings: Settings): void {
    response.setHeader('Allow', ALLOW);
    applyHeaders(response, settings, 200);
    sendBody(request, response, 200, '');
  }

  private refuseMethod(exchange: Exchange, settings: Settings): void {
    exchange.response.setHeader('Allow', ALLOW);
    this.fail(exchange, 405, settings);
  }

  private redirect(exchange: Exchange): boolean {
    const { site, requested, host } = exchange;
    for (const { match, status, target } of site.redirects) {
      const found = match.exec(requested.path);
      if (found === null) continue;
      const settings = site.settingsFor('', requested.path);
      if (status < 300 || status > 399) {
        this.fail(exchange, status, settings);
        return true;
      }
      const filled = target.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
      const path = `${filled}${found.groups?.rest ?? ''}${requested.query}`;
      this.sendRedirect(exchange, status, path.startsWith('/') ? `http://${host}${path}` : path, settings);
      return true;
    }
    return false;
  }

  private sendRedirect(
    { request, response }: Exchange,
    status: number,
    location: string,
    settings: Settings,
  ): void {
    applyHeaders(response, settings, status);
    response.setHeader('Location', location);
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    sendBody(request, response, status, apacheRedirectPage(status, location));
  }

  /** An error's page: what ErrorDocument names (a local page, a text, another place), or Apache's own. */
  private fail(exchange: Exchange, status: number, settings: Settings): void {
    const { request, response, site } = exchange;
    const document = settings.errorDocuments.get(status);
    if (document?.startsWith('http')) {
      this.sendRedirect(exchange, 302, document, settings);
      return;
    }
    if (document?.startsWith('/')) {
      const file = site.filePath(document);
      const node = this.disk.find(file);
      const pageSettings = site.settingsFor(file, document);
      if (
        node?.kind === 'file' &&
        pageSettings.granted &&
        accessTo(this.disk, file, this.config().identity) === 'readable'
      ) {
        this.sendNode(exchange, file, node, pageSettings, status);
        return;
      }
    }
    applyHeaders(response, settings, status);
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    const isText = document !== undefined && !document.startsWith('/');
    sendBody(request, response, status, isText ? document : apacheErrorPage(status, request.method ?? ''));
  }

  private logAccess(site: Site, request: IncomingMessage, response: ServerResponse, target: string): void {
    if (site.accessLog === undefined) return;
    const { path, common } = site.accessLog;
    appendLog(this.disk, path, combinedLine(request, response, target, this.now(), common));
  }

  private logError(site: Site, message: string): void {
    appendLog(this.disk, site.errorLog, apacheErrorLine(this.now(), 'core:error', message));
  }
}

/** A line of Apache's error log. */
export function apacheErrorLine(at: Date, level: string, message: string): string {
  const day = at.toUTCString().slice(0, 3);
  const month = monthName(at);
  const date = String(at.getUTCDate()).padStart(2, '0');
  const time = at.toISOString().slice(11, 23);
  return `[${day} ${month} ${date} ${time}000 ${at.getUTCFullYear()}] [${level}] [pid 1234:tid 1234] ${message}\n`;
}

function contentType(path: string, settings: Settings): string | undefined {
  const type = settings.forceType ?? settings.types.get(suffixOf(path));
  if (type === undefined) return undefined;
  const takesCharset = type === 'text/html' || type === 'text/plain';
  return takesCharset && settings.charset ? `${type}; charset=${settings.charset}` : type;
}

function applyHeaders(response: ServerResponse, settings: Settings, status: number): void {
  for (const { always, action, name, value } of settings.headers) {
    if (!always && status >= 400) continue;
    const before = response.getHeader(name);
    if (action === 'unset') response.removeHeader(name);
    else if (action === 'set' || before === undefined) response.setHeader(name, value);
    else if (action === 'append' || action === 'merge')
      response.setHeader(name, `${String(before)}, ${value}`);
    else if (action === 'add') response.appendHeader(name, value);
  }
}
