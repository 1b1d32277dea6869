import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from '../../../random';
import type { Disk } from '../../disk/disk';
import { appendLog, combinedLine } from '../access-log';
import { findLogin } from '../password-file';
import { BadRequestPath, parseRequestPath } from '../request-path';
import type { FetchFromMachine } from '../reverse-proxy';
import { NginxAnswers } from './answers';
import { NginxBehind } from './behind';
import { chooseLocation, chooseServer } from './choose';
import { inherit, lastOf, type NginxConfig, type NginxLocation } from './config';
import { nginxErrorPage, serverName } from './error-pages';
import type { Exchange, NginxRouter } from './exchange';
import { NginxFiles } from './files';
import type { NginxDirective } from './parse';
import { expandVariables, type NginxRequest, runRewrites } from './rewrite';
import { mapValue, variableOf } from './variables';

const MAX_REDIRECTS = 10;

/** The status with which nginx answers nothing and closes the connection. */
const CLOSE = 444;

/** Answers requests as nginx does with this configuration, from what the disk holds at that moment. */
export class NginxHandler implements NginxRouter {
  private readonly answers: NginxAnswers;
  private readonly files: NginxFiles;
  private readonly behind: NginxBehind;

  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    /** Read at every request: a reload replaces it. */
    private readonly config: () => NginxConfig,
    fetch: FetchFromMachine,
  ) {
    this.answers = new NginxAnswers(now);
    this.files = new NginxFiles(disk, config, this.answers, this);
    this.behind = new NginxBehind(disk, now, config, fetch, this);
  }

  /** Answers one request, now or when a server behind has answered. */
  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const { accessLog } = this.config();
    const target = request.url ?? '/';
    const host = request.headers.host ?? '';
    const own: NginxRequest['own'] = new Map();
    const server = chooseServer(this.config(), port, host, own);
    const log = lastOf(server.scopes[1] ?? [], 'access_log')?.args[0] ?? accessLog;
    response.setHeader('Server', serverName(server.scopes.flat()));
    response.setHeader('Date', this.now().toUTCString());
    response.once('close', () => {
      if (log && log !== 'off')
        appendLog(this.disk, log, combinedLine(request, response, target, this.now()));
    });
    let id: string | undefined;
    const requestId = () => {
      id ??= randomBytes(16).toString('hex');
      return id;
    };
    const scene = { hostname: this.hostname(), now: this.now(), status: response.statusCode, requestId };
    const variable = (name: string): string | undefined => {
      const map = this.config().maps.get(name);
      if (map === undefined) return variableOf(name, request, server, host, port, scene);
      return expandVariables(mapValue(map, expandVariables(map.source, asked)), asked);
    };
    const asked: NginxRequest = { path: '/', query: '', own, variable };
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

  private hostname(): string {
    return this.disk.has('/etc/hostname') ? this.disk.readText('/etc/hostname').trim() : 'localhost';
  }

  /** Looks for the answer again, at another path; too many times is an error. */
  redirectInternally(exchange: Exchange, directives: readonly NginxDirective[], path: string): void {
    if (exchange.redirects >= MAX_REDIRECTS) this.fail({ ...exchange, status: 500 }, directives, 500);
    else this.answer({ ...exchange, redirects: exchange.redirects + 1 }, path);
  }

  /** Lets a location answer that is meant by its name. */
  answerNamed(exchange: Exchange, directives: readonly NginxDirective[], name: string): void {
    const location = exchange.server.locations.find(({ pattern }) => pattern === name);
    const inner = { ...exchange, redirects: exchange.redirects + 1 };
    if (location === undefined || inner.redirects > MAX_REDIRECTS) {
      this.fail(exchange, directives, 500);
      return;
    }
    const own = inherit([...exchange.server.scopes, location.directives]);
    if (this.rewrite(inner, location.directives, own) !== 'answered') this.answerIn(inner, location, own);
  }

  /** The page of an error: what `error_page` names, or nginx's own. */
  fail(exchange: Exchange, directives: readonly NginxDirective[], status: number): void {
    const page = directives.findLast(
      ({ name, args }) => name === 'error_page' && args.slice(0, -1).includes(String(status)),
    );
    const target = page?.args.at(-1);
    if (target !== undefined && exchange.status === 200) {
      const changed = page?.args.find((arg) => /^=\d+$/.test(arg));
      const shown = changed ? Number(changed.slice(1)) : status;
      if (target.startsWith('http')) this.answers.sendRedirect(exchange, directives, 302, target);
      else if (target.startsWith('@')) this.answerNamed(exchange, directives, target);
      else this.answer({ ...exchange, status: shown, redirects: exchange.redirects + 1 }, target);
      return;
    }
    const shown = exchange.status === 200 || status === 500 ? status : exchange.status;
    this.answers.send(
      { ...exchange, status: shown },
      directives,
      shown,
      'text/html',
      nginxErrorPage(shown, directives),
    );
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
    else
      this.answers.sendRedirect(exchange, directives, result.status, absoluteUrl(result.location, exchange));
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
    else if (realm !== 'off' && exchange.status === 200 && !this.isLetIn(exchange, directives, realm)) return;
    else if (behind) this.behind.send(exchange, directives, location, behind.args[0] ?? '');
    else if (lastOf(own, 'fastcgi_pass')) this.fail(exchange, directives, 502);
    else if (exchange.status === 200 && !['GET', 'HEAD'].includes(exchange.request.method ?? ''))
      this.fail(exchange, directives, 405);
    else this.files.sendPath(exchange, directives, location, path);
  }

  /** `auth_basic`: where nobody is let in, says so. */
  private isLetIn(exchange: Exchange, directives: readonly NginxDirective[], realm: string): boolean {
    const named = lastOf(directives, 'auth_basic_user_file')?.args[0];
    const path = named === undefined || named.startsWith('/') ? named : `/etc/nginx/${named}`;
    if (path === undefined || this.disk.find(path)?.kind !== 'file') {
      this.fail(exchange, directives, 403);
      return false;
    }
    if (findLogin(this.disk.readText(path), exchange.request.headers.authorization) !== undefined)
      return true;
    exchange.response.setHeader('WWW-Authenticate', `Basic realm="${realm}"`);
    this.fail(exchange, directives, 401);
    return false;
  }

  private sendReturn(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    { args }: NginxDirective,
  ): void {
    const [first = '', ...rest] = args;
    const isCode = /^\d{3}$/.test(first);
    const status = isCode ? Number(first) : 302;
    if (status === CLOSE) {
      exchange.response.destroy();
      return;
    }
    const text = expandVariables(isCode ? rest.join(' ') : first, exchange.asked);
    if (status >= 300 && status < 400 && text !== '')
      this.answers.sendRedirect(exchange, directives, status, absoluteUrl(text, exchange));
    else if (text === '') {
      if (status >= 400) this.fail(exchange, directives, status);
      else this.answers.send(exchange, directives, status, undefined, '');
    } else
      this.answers.send(
        exchange,
        directives,
        status,
        lastOf(directives, 'default_type')?.args[0] ?? 'text/plain',
        text,
      );
  }
}

function absoluteUrl(location: string, { host, request }: Exchange): string {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return location.startsWith('/') ? `${scheme}://${host}${location}` : location;
}
