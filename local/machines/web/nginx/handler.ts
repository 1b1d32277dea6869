import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { classifyNetworkError } from '../../commands/network-errors';
import type { Disk } from '../../disk';
import { accessTo, identityOf } from '../../disk-access';
import type { FileNode } from '../../inode';
import { appendLog, combinedLine } from '../access-log';
import { escapeHtml } from '../escape-html';
import { DEFAULT_MIME_TYPES, suffixOf } from '../mime-types';
import { BadRequestPath, encodeLocation, encodePath, parseRequestPath } from '../request-path';
import { type FetchFromMachine, fetchBehind, sendProxied } from '../reverse-proxy';
import { sendBody, sendFile } from '../send-file';
import { failRequest } from '../server-group';
import { chooseLocation, chooseServer } from './choose';
import { inherit, lastOf, type NginxConfig, type NginxLocation, type NginxServer } from './config';
import { applyHeaders, compresses, parseTime, withCharset } from './headers';
import { nginxPage, serverName } from './pages';
import type { NginxDirective } from './parse';
import { expandVariables, type NginxRequest, runRewrites } from './rewrite';
import { variableOf } from './variables';

const MAX_REDIRECTS = 10;
const GZIP_MIN_LENGTH = 20;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  server: NginxServer;
  host: string;
  /** Path, query and variables, which rewrites change. */
  asked: NginxRequest;
  /** Set while the page of an error is made. */
  status: number;
  redirects: number;
}

/** Answers requests as nginx does with this configuration, from what the disk holds at that moment. */
export class NginxHandler {
  private turn = 0;

  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    private readonly config: () => NginxConfig,
    private readonly fetch: FetchFromMachine,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const { accessLog } = this.config();
    const target = request.url ?? '/';
    const host = request.headers.host ?? '';
    const server = chooseServer(this.config(), port, host);
    const log = lastOf(server.scopes[1] ?? [], 'access_log')?.args[0] ?? accessLog;
    response.setHeader('Server', serverName(server.scopes.flat()));
    response.setHeader('Date', this.now().toUTCString());
    response.once('close', () => {
      if (log && log !== 'off')
        appendLog(this.disk, log, combinedLine(request, response, target, this.now()));
    });
    const variable = (name: string) => variableOf(name, request, server, host, port);
    const asked: NginxRequest = { path: '/', query: '', own: new Map(), variable };
    const exchange: Exchange = { request, response, server, host, asked, status: 200, redirects: 0 };
    try {
      const { path, query } = parseRequestPath(target);
      asked.query = query;
      this.answer(exchange, path);
    } catch (error) {
      if (!(error instanceof BadRequestPath)) throw error;
      this.fail(exchange, server.scopes.flat(), error.status);
    } finally {
      // A request that is not sent on has a body that nobody reads.
      if (response.writableEnded) request.resume();
    }
  }

  private answer(exchange: Exchange, path: string): void {
    const { server, asked } = exchange;
    asked.path = path;
    // What a server says itself holds for what was asked, not for where that led.
    if (
      exchange.redirects === 0 &&
      this.rewrite(exchange, server.scopes[1] ?? [], server.scopes.flat()) === 'answered'
    )
      return;
    for (let round = 0; round < MAX_REDIRECTS; round += 1) {
      const location = chooseLocation(server, asked);
      const directives = inherit([...server.scopes, location?.directives ?? []]);
      if (exchange.redirects === 0 && round === 0 && lastOf(location?.directives ?? [], 'internal')) {
        this.fail(exchange, directives, 404);
        return;
      }
      const outcome = this.rewrite(exchange, location?.directives ?? [], directives);
      if (outcome === 'answered') return;
      if (outcome === 'moved') continue;
      this.answerIn(exchange, location, directives);
      return;
    }
    this.fail({ ...exchange, status: 500 }, server.scopes.flat(), 500);
  }

  /** @returns `moved` when another location must be looked for */
  private rewrite(
    exchange: Exchange,
    own: readonly NginxDirective[],
    directives: readonly NginxDirective[],
  ): 'answered' | 'moved' | 'stayed' {
    const result = runRewrites(own, exchange.asked, this.disk);
    if (result.kind === 'path') return result.isChanged && !result.isFinal ? 'moved' : 'stayed';
    if (result.kind === 'return') this.sendReturn(exchange, directives, result.directive);
    else this.sendRedirect(exchange, directives, result.status, absoluteUrl(result.location, exchange));
    return 'answered';
  }

  private answerIn(
    exchange: Exchange,
    location: NginxLocation | undefined,
    directives: readonly NginxDirective[],
  ): void {
    const { path } = exchange.asked;
    const own = location?.directives ?? [];
    const realm = lastOf(directives, 'auth_basic')?.args[0] ?? 'off';
    const denies = directives.some(({ name, args }) => name === 'deny' && args[0] === 'all');
    const behind = lastOf(own, 'proxy_pass');
    if (denies && lastOf(directives, 'allow') === undefined) this.fail(exchange, directives, 403);
    else if (realm !== 'off' && exchange.status === 200) {
      exchange.response.setHeader('WWW-Authenticate', `Basic realm="${realm}"`);
      this.fail(exchange, directives, 401);
    } else if (behind)
      this.sendBehind(exchange, directives, location, behind.args[0] ?? '').catch((error: unknown) =>
        failRequest(exchange.response, error),
      );
    else if (lastOf(own, 'fastcgi_pass')) this.fail(exchange, directives, 502);
    else if (exchange.status === 200 && !['GET', 'HEAD'].includes(exchange.request.method ?? ''))
      this.fail(exchange, directives, 405);
    else this.sendPath(exchange, directives, location, path);
  }

  /** `proxy_pass`: with a path of its own, that takes the place of the location's. */
  private async sendBehind(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    passed: string,
  ): Promise<void> {
    const { request, response, asked } = exchange;
    const target = expandVariables(passed, asked);
    const [, origin = '', name = '', uri] = /^(https?:\/\/([^/]+))(\/.*)?$/.exec(target) ?? [];
    const isPlain =
      !passed.includes('$') && (location?.modifier ?? '') !== '~' && location?.modifier !== '~*';
    const path =
      uri === undefined
        ? encodePath(asked.path)
        : isPlain
          ? `${uri}${encodePath(asked.path.slice(location?.pattern.length ?? 0))}`
          : uri;
    const servers = this.config().upstreams.get(name) ?? [name];
    const headers: Record<string, string> = { host: name };
    for (const { args } of directives.filter((directive) => directive.name === 'proxy_set_header')) {
      const value = expandVariables(args[1] ?? '', asked);
      const header = (args[0] ?? '').toLowerCase();
      if (value !== '' && !['connection', 'upgrade'].includes(header)) headers[header] = value;
    }
    this.turn += 1;
    let failure: unknown;
    for (let attempt = 0; attempt < servers.length; attempt += 1) {
      const server = servers[(this.turn + attempt) % servers.length] ?? name;
      try {
        const url = `${origin.replace(name, server)}${path}${uri?.includes('?') ? '' : asked.query}`;
        const answer = await fetchBehind(this.fetch, url, request, headers);
        if (response.destroyed) return;
        applyHeaders(response, directives, answer.status, asked);
        const shown = answer.headers
          .filter(([header]) => header !== 'server' && header !== 'date')
          .map(([header, value]): [string, string] => [
            header,
            header === 'location' && uri !== undefined && value.startsWith(target)
              ? `http://${exchange.host}${location?.pattern ?? '/'}${value.slice(target.length)}`
              : value,
          ]);
        sendProxied(request, response, { ...answer, headers: shown });
        return;
      } catch (error) {
        failure = error;
      }
    }
    if (response.destroyed || response.writableEnded) return;
    request.resume();
    const reason = classifyNetworkError(failure);
    this.logError(
      `connect() failed (111: Connection refused) while connecting to upstream, upstream: "${target}"`,
    );
    this.fail(exchange, directives, reason === 'timeout' ? 504 : 502);
  }

  private logError(message: string): void {
    const at = this.now().toISOString().slice(0, 19).replace('T', ' ').replace(/-/g, '/');
    appendLog(this.disk, this.config().errorLog, `${at} [error] 1234#1234: *1 ${message}\n`);
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
      for (const given of tries.args.slice(0, -1)) {
        const candidate = given.includes('$uri') ? given : expandVariables(given, exchange.asked);
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
      else if (fallback.startsWith('@')) this.answerNamed(exchange, directives, fallback);
      else {
        const [target = '', query] = expandVariables(fallback, exchange.asked).split('?');
        if (query !== undefined) exchange.asked.query = query === '' ? '' : `?${query}`;
        this.redirectInternally(exchange, directives, target);
      }
      return;
    }
    this.sendFound(exchange, directives, location, path);
  }

  private answerNamed(exchange: Exchange, directives: readonly NginxDirective[], name: string): void {
    const location = exchange.server.locations.find(({ pattern }) => pattern === name);
    const inner = { ...exchange, redirects: exchange.redirects + 1 };
    if (location === undefined || inner.redirects > MAX_REDIRECTS) {
      this.fail(exchange, directives, 500);
      return;
    }
    const own = inherit([...exchange.server.scopes, location.directives]);
    if (this.rewrite(inner, location.directives, own) !== 'answered') this.answerIn(inner, location, own);
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
        `http://${exchange.host}${encodePath(path)}/${exchange.asked.query}`,
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
    this.setExpiry(response, directives, status);
    applyHeaders(response, directives, status, exchange.asked);
    const bytes = node.buffer.subarray(0, node.size);
    const seconds = Math.floor(node.mtime.getTime() / 1000);
    const type =
      DEFAULT_MIME_TYPES.get(suffixOf(path)) ?? lastOf(directives, 'default_type')?.args[0] ?? 'text/plain';
    const etag = `"${seconds.toString(16)}-${bytes.length.toString(16)}"`;
    const contentType = withCharset(type, directives);
    const isSmall = bytes.length < Number(lastOf(directives, 'gzip_min_length')?.args[0] ?? GZIP_MIN_LENGTH);
    if (status !== 200 || isSmall || !compresses(request, directives, type)) {
      sendFile(request, response, { bytes, mtime: node.mtime, etag, contentType }, status);
      return;
    }
    if (lastOf(directives, 'gzip_vary')?.args[0] === 'on') response.setHeader('Vary', 'Accept-Encoding');
    response.setHeader('Content-Encoding', 'gzip');
    const compressed = gzipSync(bytes);
    sendFile(
      request,
      response,
      { bytes: compressed, mtime: node.mtime, etag: `W/${etag}`, contentType },
      status,
    );
  }

  private setExpiry(response: ServerResponse, directives: readonly NginxDirective[], status: number): void {
    const [first = 'off', second] = lastOf(directives, 'expires')?.args ?? [];
    if (first === 'off' || status >= 400) return;
    if (first === 'epoch' || first.startsWith('-')) {
      response.setHeader(
        'Expires',
        first === 'epoch' ? new Date(1000).toUTCString() : this.now().toUTCString(),
      );
      response.setHeader('Cache-Control', 'no-cache');
      return;
    }
    const seconds = first === 'max' ? 315_360_000 : parseTime(second ?? first);
    response.setHeader('Expires', new Date(this.now().getTime() + seconds * 1000).toUTCString());
    response.setHeader('Cache-Control', `max-age=${seconds}`);
  }

  private sendReturn(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    { args }: NginxDirective,
  ): void {
    const [first = '', ...rest] = args;
    const isCode = /^\d{3}$/.test(first);
    const status = isCode ? Number(first) : 302;
    const text = expandVariables(isCode ? rest.join(' ') : first, exchange.asked);
    if (status >= 300 && status < 400 && text !== '')
      this.sendRedirect(exchange, directives, status, absoluteUrl(text, exchange));
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
    exchange.response.setHeader('Location', encodeLocation(to));
    this.send(exchange, directives, status, 'text/html', nginxPage(status, directives));
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
      else if (target.startsWith('@')) this.answerNamed(exchange, directives, target);
      else this.answer({ ...exchange, status: shown, redirects: exchange.redirects + 1 }, target);
      return;
    }
    const shown = exchange.status === 200 || status === 500 ? status : exchange.status;
    this.send({ ...exchange, status: shown }, directives, shown, 'text/html', nginxPage(shown, directives));
  }

  private send(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    status: number,
    type: string | undefined,
    body: string,
  ): void {
    applyHeaders(exchange.response, directives, status, exchange.asked);
    if (type) exchange.response.setHeader('Content-Type', withCharset(type, directives));
    sendBody(exchange.request, exchange.response, status, body);
  }
}

function absoluteUrl(location: string, { host }: Exchange): string {
  return location.startsWith('/') ? `http://${host}${location}` : location;
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
