import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disk } from '../../disk/disk';
import { findLogin } from '../password-file';
import { BadRequestPath, parseRequestPath } from '../request-path';
import type { FetchFromMachine } from '../reverse-proxy';
import { sendBody } from '../send-file';
import { ApacheAnswers } from './answers';
import { ApacheBehind } from './behind';
import { type ApacheConfig, chooseSite } from './config/config';
import { ApacheConfigError } from './config/lines';
import type { Redirect } from './config/mappings';
import { isGranted, type Settings } from './config/settings';
import { apacheErrorPage } from './error-pages';
import type { Exchange } from './exchange';
import { ApacheFiles } from './files';
import { applyHeaders } from './headers';
import { ApacheLogs } from './logs';
import { ApacheRules } from './rewrite/rules';

const ALLOW = 'GET,POST,OPTIONS,HEAD';
const SERVED_METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Answers requests as httpd does with this configuration, from what the disk holds at that moment. */
export class ApacheHandler {
  private readonly logs: ApacheLogs;
  private readonly answers: ApacheAnswers;
  private readonly files: ApacheFiles;
  private readonly behind: ApacheBehind;
  private readonly rules: ApacheRules;

  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    /** Read at every request: a graceful restart replaces it. */
    private readonly config: () => ApacheConfig,
    fetch: FetchFromMachine,
  ) {
    this.logs = new ApacheLogs(disk, now);
    this.answers = new ApacheAnswers(disk, now, config);
    this.files = new ApacheFiles(disk, config, this.answers, this.logs);
    this.behind = new ApacheBehind(fetch, this.answers, this.logs);
    this.rules = new ApacheRules(disk, now, this.answers, this.behind, this.logs, (exchange) =>
      this.answer(exchange),
    );
  }

  /** Answers one request, now or when a server behind has answered. */
  handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    const config = this.config();
    const host = request.headers.host ?? '';
    const site = chooseSite(config, port, host);
    const target = request.url ?? '/';
    response.setHeader('Server', config.server);
    response.setHeader('Date', this.now().toUTCString());
    if (!config.keepsAlive) response.setHeader('Connection', 'close');
    response.once('close', () => this.logs.logAccess(site, request, response, target));
    const exchange: Exchange = {
      ...{ request, response, site, host, port },
      requested: { path: '/', query: '' },
      redirects: 0,
    };
    try {
      exchange.requested = parseRequestPath(target);
      this.answer(exchange);
    } catch (error) {
      if (error instanceof BadRequestPath)
        this.answers.fail(exchange, error.status, site.settingsFor('', '/'));
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
    if (rules?.isOn && this.rules.applyRules(exchange, rules)) return;
    const { requested } = exchange;
    const behind = site.proxies.find(requested.path);
    if (behind !== undefined) {
      const own = site.settingsFor('', requested.path);
      if (own.login !== undefined && !this.isLoggedIn(exchange, own)) {
        this.askForLogin(exchange, own, own.login);
        return;
      }
      this.behind.send(exchange, `${behind}${requested.query}`, site.settingsFor('', requested.path));
      return;
    }
    if (this.redirect(exchange, site.redirects)) return;
    const file = this.rules.fileOf(exchange, requested.path);
    const settings = site.settingsFor(file, requested.path);
    const method = request.method ?? 'GET';
    if (!isGranted(settings)) {
      this.logs.logError(site, `AH01630: client denied by server configuration: ${file}`);
      this.answers.fail(exchange, 403, settings);
    } else if (settings.login !== undefined && !this.isLoggedIn(exchange, settings))
      this.askForLogin(exchange, settings, settings.login);
    else if (this.redirect(exchange, settings.redirects)) return;
    else if (settings.rewrite?.rules.isOn && this.rules.applyDirectoryRules(exchange, file, settings.rewrite))
      return;
    else if (method === 'OPTIONS') this.sendOptions(exchange, settings);
    else if (!SERVED_METHODS.has(method)) this.refuseMethod(exchange, settings);
    else this.files.sendPath(exchange, file, settings);
  }

  private redirect(exchange: Exchange, redirects: readonly Redirect[]): boolean {
    const { site, requested, host } = exchange;
    for (const { match, status, target } of redirects) {
      const found = match.exec(requested.path);
      if (found === null) continue;
      const settings = site.settingsFor('', requested.path);
      if (status < 300 || status > 399) {
        this.answers.fail(exchange, status, settings);
        return true;
      }
      const filled = target.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
      const path = `${filled}${found.groups?.rest ?? ''}${requested.query}`;
      this.answers.sendRedirect(
        exchange,
        status,
        path.startsWith('/') ? `http://${host}${path}` : path,
        settings,
      );
      return true;
    }
    return false;
  }

  private isLoggedIn({ request }: Exchange, { userFile, groupFile, members }: Settings): boolean {
    const read = (path: string | undefined) =>
      path !== undefined && this.disk.find(path)?.kind === 'file' ? this.disk.readText(path) : '';
    const user = findLogin(read(userFile), request.headers.authorization);
    if (user === undefined) return false;
    const groups = read(groupFile)
      .split('\n')
      .flatMap((line) => {
        const [name = '', list = ''] = line.split(':');
        return list.trim().split(/\s+/).includes(user) ? [`@${name.trim()}`] : [];
      });
    return members.length === 0 || members.some((member) => member === user || groups.includes(member));
  }

  private askForLogin(exchange: Exchange, settings: Settings, realm: string): void {
    exchange.response.setHeader('WWW-Authenticate', `Basic realm="${realm}"`);
    this.answers.fail(exchange, 401, settings);
  }

  private failConfiguration(exchange: Exchange, error: ApacheConfigError): void {
    this.logs.logError(exchange.site, error.message);
    const { response, request } = exchange;
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    sendBody(request, response, 500, apacheErrorPage(500, request.method ?? ''));
  }

  private sendOptions({ request, response }: Exchange, settings: Settings): void {
    response.setHeader('Allow', ALLOW);
    applyHeaders(response, settings, 200);
    sendBody(request, response, 200, '');
  }

  private refuseMethod(exchange: Exchange, settings: Settings): void {
    exchange.response.setHeader('Allow', ALLOW);
    this.answers.fail(exchange, 405, settings);
  }
}
