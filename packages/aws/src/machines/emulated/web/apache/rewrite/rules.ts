import type { Disk } from '../../../disk/disk';
import type { ApacheAnswers } from '../answers';
import type { ApacheBehind } from '../behind';
import type { Exchange } from '../exchange';
import type { ApacheLogs } from '../logs';
import { type Rewritten, rewrite } from './rewrite';
import type { RewriteRequest } from './rewrite-match';
import type { RewriteRules } from './rewrite-rules';

const MAX_INTERNAL_REDIRECTS = 10;

/** Lets rewrite rules send requests elsewhere. */
export class ApacheRules {
  /** @param answer answers a request at the path that rules gave it */
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    private readonly answers: ApacheAnswers,
    private readonly behind: ApacheBehind,
    private readonly logs: ApacheLogs,
    private readonly answer: (exchange: Exchange) => void,
  ) {}

  /** A path of the URL as a file; rules of a server may also name a file itself. */
  fileOf({ site, redirects }: Exchange, path: string): string {
    const [, first = ''] = path.split('/');
    const isFile = redirects > 0 && first !== '' && this.disk.find(`/${first}`)?.kind === 'directory';
    return isFile && site.filePath(path) === `${site.documentRoot}${path}` ? path : site.filePath(path);
  }

  /** Rules of the server or virtual host. @returns whether they answered */
  applyRules(exchange: Exchange, rules: RewriteRules): boolean {
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
  applyDirectoryRules(
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
      this.logs.logError(
        site,
        `AH00124: Request exceeded the limit of ${MAX_INTERNAL_REDIRECTS} internal redirects due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.`,
      );
      this.answers.fail(exchange, 500, site.settingsFor(file, requested.path));
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
        this.answers.sendRedirect(
          exchange,
          result.status,
          isPath ? `http://${exchange.host || 'localhost'}${location}` : location,
          settings(),
        );
        return true;
      }
      case 'fail':
        this.answers.fail(exchange, result.status, settings());
        return true;
      case 'proxy':
        this.behind.send(exchange, result.url, settings());
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
}
