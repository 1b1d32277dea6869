import { classifyNetworkError } from '../../network/network-errors';
import {
  type FetchFromMachine,
  fetchBehind,
  forwardedFor,
  type ProxiedAnswer,
  sendProxied,
} from '../reverse-proxy';
import { failRequest } from '../server-group';
import type { ApacheAnswers } from './answers';
import type { Settings } from './config/settings';
import type { Exchange } from './exchange';
import { applyHeaders } from './headers';
import type { ApacheLogs } from './logs';

/** Hands requests on to servers behind this one, and their answers back (mod_proxy_http). */
export class ApacheBehind {
  constructor(
    private readonly fetch: FetchFromMachine,
    private readonly answers: ApacheAnswers,
    private readonly logs: ApacheLogs,
  ) {}

  /** Begins it; the answer comes when it comes. */
  send(exchange: Exchange, url: string, settings: Settings): void {
    this.sendBehind(exchange, url, settings).catch((error: unknown) => failRequest(exchange.response, error));
  }

  private async sendBehind(exchange: Exchange, url: string, settings: Settings): Promise<void> {
    const { request, response, site, host } = exchange;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      this.logs.logError(
        site,
        `AH01144: No protocol handler was valid for the URL ${exchange.requested.path} (scheme '${url.split(':')[0]}')`,
      );
      request.resume();
      this.answers.fail(exchange, 500, settings);
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
      handBack(exchange, answer, settings);
    } catch (error) {
      if (response.destroyed || response.writableEnded) return;
      const reason = error instanceof Error ? error.message : String(error);
      const isRefused = classifyNetworkError(error) !== 'other';
      this.logs.logError(
        site,
        isRefused
          ? `(111)Connection refused: AH00957: http: attempt to connect to ${target.host} (${target.hostname}) failed`
          : `AH01102: error reading status line from remote server ${target.host}: ${reason}`,
      );
      request.resume();
      this.answers.fail(exchange, isRefused ? 503 : 502, settings);
    }
  }
}

function handBack(
  { request, response, site, host }: Exchange,
  answer: ProxiedAnswer,
  settings: Settings,
): void {
  const origin = `http://${host}`;
  const headers = answer.headers.map(([name, value]): [string, string] => [
    name,
    name === 'location' ? site.proxies.reverseLocation(value, origin) : value,
  ]);
  for (const [name, value] of headers)
    if (!response.hasHeader(name) || /^(server|date)$/.test(name)) response.setHeader(name, value);
  applyHeaders(response, settings, answer.status);
  sendProxied(request, response, { ...answer, headers: [] });
}
