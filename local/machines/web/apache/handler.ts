import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { classifyNetworkError } from '../../commands/network-errors';
import type { Disk } from '../../disk';
import { accessTo } from '../../disk-access';
import type { FileNode } from '../../inode';
import { appendLog, combinedLine } from '../access-log';
import { suffixOf } from '../mime-types';
import {
  BadRequestPath,
  encodeLocation,
  encodePath,
  parseRequestPath,
  type RequestPath,
} from '../request-path';
import { type FetchFromMachine, fetchBehind, forwardedFor, sendProxied } from '../reverse-proxy';
import { sendBody, sendFile } from '../send-file';
import { failRequest } from '../server-group';
import { type ApacheConfig, chooseSite } from './config';
import { apacheErrorLine } from './error-log';
import { expiryOf } from './expires';
import { ApacheConfigError } from './lines';
import { apacheErrorPage, apacheIndexPage, apacheRedirectPage } from './pages';
import { type Rewritten, rewrite } from './rewrite';
import type { RewriteRequest } from './rewrite-match';
import type { RewriteRules } from './rewrite-rules';
import { isGranted, type Settings } from './settings';
import type { Site } from './site';

const ALLOW = 'GET,POST,OPTIONS,HEAD';
const SERVED_METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);
const MAX_INTERNAL_REDIRECTS = 10;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  site: Site;
  requested: RequestPath;
  host: string;
  port: number;
  /** How often rules have sent the request elsewhere. */
  redirects: number;
}

/** Answers requests as httpd does with this configuration, from what the disk holds at that moment. */
export class ApacheHandler {
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    /** Read at every request: a graceful restart replaces it. */
    private readonly config: () => ApacheConfig,
    private readonly fetch: FetchFromMachine,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const config = this.config();
    const host = request.headers.host ?? '';
    const site = chooseSite(config, port, host);
    const target = request.url ?? '/';
    response.setHeader('Server', config.server);
    response.setHeader('Date', this.now().toUTCString());
    if (!config.keepsAlive) response.setHeader('Connection', 'close');
    response.once('close', () => this.logAccess(site, request, response, target));
    const exchange: Exchange = {
      ...{ request, response, site, host, port },
      requested: { path: '/', query: '' },
      redirects: 0,
    };
    try {
      exchange.requested = parseRequestPath(target);
      this.answer(exchange);
    } catch (error) {
      if (error instanceof BadRequestPath) this.fail(exchange, error.status, site.settingsFor('', '/'));
      else if (error instanceof ApacheConfigError) this.failConfiguration(exchange, error);
      else throw error;
    } finally {
      // A request that is not sent on has a body that nobody reads.
      if (response.writableEnded) request.resume();
    }
  }

  private answer(exchange: Exchange): void {
    const { site, request } = exchange;
    const { rewrite: rules } = site;
    if (rules?.isOn && this.applyRules(exchange, rules)) return;
    const { requested } = exchange;
    const behind = site.proxies.find(requested.path);
    if (behind !== undefined) {
      this.sendBehind(exchange, `${behind}${requested.query}`, site.settingsFor('', requested.path)).catch(
        (error: unknown) => failRequest(exchange.response, error),
      );
      return;
    }
    if (this.redirect(exchange)) return;
    const file = this.fileOf(exchange, requested.path);
    const settings = site.settingsFor(file, requested.path);
    const method = request.method ?? 'GET';
    if (!isGranted(settings)) {
      this.logError(site, `AH01630: client denied by server configuration: ${file}`);
      this.fail(exchange, 403, settings);
    } else if (settings.login !== undefined) this.askForLogin(exchange, settings, settings.login);
    else if (settings.rewrite?.rules.isOn && this.applyDirectoryRules(exchange, file, settings.rewrite))
      return;
    else if (method === 'OPTIONS') this.sendOptions(exchange, settings);
    else if (!SERVED_METHODS.has(method)) this.refuseMethod(exchange, settings);
    else this.sendPath(exchange, file, settings);
  }

  /** A path of the URL as a file; rules of a server may also name a file itself. */
  private fileOf({ site, redirects }: Exchange, path: string): string {
    const [, first = ''] = path.split('/');
    const isFile = redirects > 0 && first !== '' && this.disk.find(`/${first}`)?.kind === 'directory';
    return isFile && site.filePath(path) === `${site.documentRoot}${path}` ? path : site.filePath(path);
  }

  /** Rules of the server or virtual host. @returns whether they answered */
  private applyRules(exchange: Exchange, rules: RewriteRules): boolean {
    if (exchange.redirects > 0) return false;
    const result = rewrite(
      rules,
      this.toRewrite(exchange, (path) => path),
    );
    if (result.kind === 'path') {
      exchange.requested = { path: result.path, query: result.query };
      exchange.redirects += 1;
      return false;
    }
    return this.finishRules(exchange, result);
  }

  /** Rules of a directory or its `.htaccess`. @returns whether they answered */
  private applyDirectoryRules(
    exchange: Exchange,
    file: string,
    { rules, directory }: { rules: RewriteRules; directory: string },
  ): boolean {
    const { site, requested } = exchange;
    if (!file.startsWith(`${directory}/`)) return false;
    const url = requested.path.slice(0, requested.path.length - (file.length - directory.length - 1));
    const result = rewrite(
      rules,
      this.toRewrite(exchange, (path) => this.fileOf(exchange, path)),
      { url, documentRoot: site.documentRoot },
    );
    if (result.kind !== 'path') return this.finishRules(exchange, result);
    if (exchange.redirects >= MAX_INTERNAL_REDIRECTS) {
      this.logError(
        site,
        `AH00124: Request exceeded the limit of ${MAX_INTERNAL_REDIRECTS} internal redirects due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.`,
      );
      this.fail(exchange, 500, site.settingsFor(file, requested.path));
      return true;
    }
    this.answer({
      ...exchange,
      requested: { path: result.path, query: result.query },
      redirects: exchange.redirects + 1,
    });
    return true;
  }

  private finishRules(exchange: Exchange, result: Rewritten): boolean {
    const settings = () => exchange.site.settingsFor('', exchange.requested.path);
    switch (result.kind) {
      case 'redirect': {
        const { location } = result;
        const isPath = location.startsWith('/');
        this.sendRedirect(
          exchange,
          result.status,
          isPath ? `http://${exchange.host || 'localhost'}${location}` : location,
          settings(),
        );
        return true;
      }
      case 'fail':
        this.fail(exchange, result.status, settings());
        return true;
      case 'proxy':
        this.sendBehind(exchange, result.url, settings()).catch((error: unknown) =>
          failRequest(exchange.response, error),
        );
        return true;
      default:
        return false;
    }
  }

  private toRewrite(
    { request, requested, site, host, port }: Exchange,
    requestFilename: (path: string) => string,
  ): RewriteRequest {
    const { headers } = request;
    const address = request.socket.remoteAddress ?? '';
    const values: Readonly<Record<string, string>> = {
      HTTPS: 'off',
      REQUEST_SCHEME: 'http',
      REQUEST_METHOD: request.method ?? 'GET',
      SERVER_NAME: site.names[0] ?? host.replace(/:\d+$/, ''),
      SERVER_PORT: String(port),
      SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
      DOCUMENT_ROOT: site.documentRoot,
      REMOTE_ADDR: address,
      REMOTE_HOST: address,
      THE_REQUEST: `${request.method} ${request.url} HTTP/${request.httpVersion}`,
      TIME_YEAR: String(this.now().getUTCFullYear()),
    };
    const variable = (name: string): string => {
      const header = /^HTTP:(.+)$/.exec(name)?.[1] ?? /^HTTP_(.+)$/.exec(name)?.[1]?.replace(/_/g, '-');
      if (header !== undefined) return String(headers[header.toLowerCase()] ?? '');
      return values[name] ?? '';
    };
    return {
      disk: this.disk,
      ...requested,
      variable,
      requestFilename,
      fileOf: (path) => site.filePath(path),
    };
  }

  /** Hands a request on to a server behind this one. */
  private async sendBehind(exchange: Exchange, url: string, settings: Settings): Promise<void> {
    const { request, response, site, host } = exchange;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      this.logError(
        site,
        `AH01144: No protocol handler was valid for the URL ${exchange.requested.path} (scheme '${url.split(':')[0]}')`,
      );
      request.resume();
      this.fail(exchange, 500, settings);
      return;
    }
    const target = new URL(url);
    try {
      const answer = await fetchBehind(this.fetch, encodeURI(decodeURI(url)), request, {
        host: site.proxies.preservesHost ? host : target.host,
        'x-forwarded-for': forwardedFor(request),
        'x-forwarded-host': host,
        'x-forwarded-server': site.names[0] ?? host.replace(/:\d+$/, ''),
      });
      if (response.destroyed) return;
      const origin = `http://${host}`;
      const headers = answer.headers.map(([name, value]): [string, string] => [
        name,
        name === 'location' ? site.proxies.reverseLocation(value, origin) : value,
      ]);
      for (const [name, value] of headers)
        if (!response.hasHeader(name) || /^(server|date)$/.test(name)) response.setHeader(name, value);
      applyHeaders(response, settings, answer.status);
      sendProxied(request, response, { ...answer, headers: [] });
    } catch (error) {
      if (response.destroyed || response.writableEnded) return;
      const reason = error instanceof Error ? error.message : String(error);
      const isRefused = classifyNetworkError(error) !== 'other';
      this.logError(
        site,
        isRefused
          ? `(111)Connection refused: AH00957: http: attempt to connect to ${target.host} (${target.hostname}) failed`
          : `AH01102: error reading status line from remote server ${target.host}: ${reason}`,
      );
      request.resume();
      this.fail(exchange, isRefused ? 503 : 502, settings);
    }
  }

  /** Passwords are kept by nobody here, so no login succeeds. */
  private askForLogin(exchange: Exchange, settings: Settings, realm: string): void {
    exchange.response.setHeader('WWW-Authenticate', `Basic realm="${realm}"`);
    this.fail(exchange, 401, settings);
  }

  private failConfiguration(exchange: Exchange, error: ApacheConfigError): void {
    this.logError(exchange.site, error.message);
    const { response, request } = exchange;
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    sendBody(request, response, 500, apacheErrorPage(500, request.method ?? ''));
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
      if (isReadable && isGranted(indexSettings)) this.sendNode(exchange, path, node, indexSettings, 200);
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
    const type = contentType(path, settings);
    this.setExpiry(response, settings, type, node.mtime);
    applyHeaders(response, settings, status);
    const whole = node.buffer.subarray(0, node.size);
    const compressed = status === 200 && isCompressed(request, settings, type);
    if (compressed) {
      response.setHeader('Vary', 'Accept-Encoding');
      response.setHeader('Content-Encoding', 'gzip');
    }
    const microseconds = BigInt(node.mtime.getTime()) * 1000n;
    const tag = `${whole.length.toString(16)}-${microseconds.toString(16)}${compressed ? '-gzip' : ''}`;
    sendFile(
      request,
      response,
      {
        bytes: compressed ? gzipSync(whole) : whole,
        mtime: node.mtime,
        etag: settings.hasEtag ? `"${tag}"` : undefined,
        contentType: type,
      },
      status,
    );
  }

  private setExpiry(
    response: ServerResponse,
    { expires, expiresActive }: Settings,
    type: string | undefined,
    modified: Date,
  ): void {
    if (!expiresActive) return;
    const rule = expires.get(type?.split(';')[0] ?? '') ?? expires.get('');
    const expiry = rule === undefined ? undefined : expiryOf(rule, this.now(), modified);
    if (expiry === undefined) return;
    const seconds = Math.max(0, Math.round((expiry.getTime() - this.now().getTime()) / 1000));
    response.setHeader('Cache-Control', `max-age=${seconds}`);
    response.setHeader('Expires', expiry.toUTCString());
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
    target: string,
    settings: Settings,
  ): void {
    const location = encodeLocation(target);
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
        isGranted(pageSettings) &&
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

function contentType(path: string, settings: Settings): string | undefined {
  const type = settings.forceType ?? settings.types.get(suffixOf(path));
  if (type === undefined) return undefined;
  const takesCharset = type === 'text/html' || type === 'text/plain';
  return takesCharset && settings.charset ? `${type}; charset=${settings.charset}` : type;
}

function isCompressed(
  { headers }: IncomingMessage,
  { deflates }: Settings,
  type: string | undefined,
): boolean {
  if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) || headers.range !== undefined) return false;
  return deflates.has('*') || deflates.has(type?.split(';')[0] ?? '');
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
