import type { Disk } from '../../disk/disk';
import { classifyNetworkError } from '../../network/network-errors';
import { appendLog } from '../access-log';
import { encodePath } from '../request-path';
import { type FetchFromMachine, fetchBehind, type ProxiedAnswer, sendProxied } from '../reverse-proxy';
import { failRequest } from '../server-group';
import { lastOf, type NginxConfig, type NginxLocation } from './config';
import type { Exchange, NginxRouter } from './exchange';
import { applyHeaders } from './headers';
import type { NginxDirective } from './parse';
import { expandVariables, type NginxRequest } from './rewrite';

/** Where `proxy_pass` sends a request. */
interface Target {
  /** As the configuration names it, with variables filled in. */
  url: string;
  origin: string;
  /** Host and port, or the name of an `upstream`. */
  name: string;
  /** The path of `proxy_pass` itself, if it has one. */
  uri: string | undefined;
  /** What is asked for there. */
  path: string;
}

/** Hands requests on to servers behind this one, and their answers back (ngx_http_proxy_module). */
export class NginxBehind {
  private turn = 0;

  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    private readonly config: () => NginxConfig,
    private readonly fetch: FetchFromMachine,
    private readonly router: NginxRouter,
  ) {}

  /** Begins it; the answer comes when it comes. @param passed what `proxy_pass` says */
  send(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    passed: string,
  ): void {
    this.sendBehind(exchange, directives, location, passed).catch((error: unknown) =>
      failRequest(exchange.response, error),
    );
  }

  private async sendBehind(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    passed: string,
  ): Promise<void> {
    const { request, response, asked } = exchange;
    const target = readTarget(passed, location, asked);
    const { name } = target;
    const servers = this.config().upstreams.get(name) ?? [name];
    const headers = { host: name, ...readHeaders(directives, asked) };
    this.turn += 1;
    let failure: unknown;
    for (let attempt = 0; attempt < servers.length; attempt += 1) {
      const server = servers[(this.turn + attempt) % servers.length] ?? name;
      try {
        const url = `${target.origin.replace(name, server)}${target.path}${target.uri?.includes('?') ? '' : asked.query}`;
        const answer = await fetchBehind(this.fetch, url, request, headers);
        if (response.destroyed) return;
        if (intercepts(directives, answer.status)) {
          this.router.fail(exchange, directives, answer.status);
          return;
        }
        const hidden = directives
          .filter((directive) => directive.name === 'proxy_hide_header')
          .map(({ args }) => (args[0] ?? '').toLowerCase());
        applyHeaders(response, directives, answer.status, asked);
        sendProxied(request, response, {
          ...answer,
          headers: shownHeaders(answer, exchange, location, target).filter(
            ([header]) => !hidden.includes(header),
          ),
        });
        return;
      } catch (error) {
        failure = error;
      }
    }
    if (response.destroyed || response.writableEnded) return;
    request.resume();
    this.logError(
      `connect() failed (111: Connection refused) while connecting to upstream, upstream: "${target.url}"`,
    );
    this.router.fail(exchange, directives, classifyNetworkError(failure) === 'timeout' ? 504 : 502);
  }

  private logError(message: string): void {
    const at = this.now().toISOString().slice(0, 19).replace('T', ' ').replace(/-/g, '/');
    appendLog(this.disk, this.config().errorLog, `${at} [error] 1234#1234: *1 ${message}\n`);
  }
}

/** `proxy_intercept_errors`: an error that `error_page` names is this server's own. */
function intercepts(directives: readonly NginxDirective[], status: number): boolean {
  return (
    lastOf(directives, 'proxy_intercept_errors')?.args[0] === 'on' &&
    directives.some(({ name, args }) => name === 'error_page' && args.includes(String(status)))
  );
}

/** A path in `proxy_pass` takes the place of the location's. */
function readTarget(passed: string, location: NginxLocation | undefined, asked: NginxRequest): Target {
  const url = expandVariables(passed, asked);
  const [, origin = '', name = '', uri] = /^(https?:\/\/([^/]+))(\/.*)?$/.exec(url) ?? [];
  const isPlain = !passed.includes('$') && (location?.modifier ?? '') !== '~' && location?.modifier !== '~*';
  if (uri === undefined) return { url, origin, name, uri, path: encodePath(asked.path) };
  const path = isPlain ? `${uri}${encodePath(asked.path.slice(location?.pattern.length ?? 0))}` : uri;
  return { url, origin, name, uri, path };
}

/** `proxy_set_header`, but for the headers that are of one connection. */
function readHeaders(directives: readonly NginxDirective[], asked: NginxRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { args } of directives.filter((directive) => directive.name === 'proxy_set_header')) {
    const value = expandVariables(args[1] ?? '', asked);
    const header = (args[0] ?? '').toLowerCase();
    if (value !== '' && !['connection', 'upgrade'].includes(header)) headers[header] = value;
  }
  return headers;
}

/** The headers of the server behind; a Location there as one here. */
function shownHeaders(
  answer: ProxiedAnswer,
  { host }: Exchange,
  location: NginxLocation | undefined,
  { url, uri }: Target,
): [string, string][] {
  return answer.headers
    .filter(([header]) => header !== 'server' && header !== 'date')
    .map(([header, value]): [string, string] => [
      header,
      header === 'location' && uri !== undefined && value.startsWith(url)
        ? `http://${host}${location?.pattern ?? '/'}${value.slice(url.length)}`
        : value,
    ]);
}
