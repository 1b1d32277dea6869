import type { Disk } from '../../disk/disk';
import { accessTo, identityOf } from '../../disk/disk-access';
import { escapeHtml } from '../escape-html';
import { encodePath } from '../request-path';
import type { NginxAnswers } from './answers';
import { lastOf, type NginxConfig, type NginxLocation } from './config';
import type { Exchange, NginxRouter } from './exchange';
import type { NginxDirective } from './parse';
import { expandVariables } from './rewrite';

/** Answers with what the disk holds: files, index pages, listings. */
export class NginxFiles {
  constructor(
    private readonly disk: Disk,
    private readonly config: () => NginxConfig,
    private readonly answers: NginxAnswers,
    private readonly router: NginxRouter,
  ) {}

  /** @param directives all that hold in the location */
  sendPath(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    path: string,
  ): void {
    const tries =
      lastOf(location?.directives ?? [], 'try_files') ?? lastOf(exchange.server.scopes[1] ?? [], 'try_files');
    if (tries) this.tryFiles(exchange, directives, location, path, tries);
    else this.sendFound(exchange, directives, location, path);
  }

  /** `try_files`: the first that is there, or what the last one says. */
  private tryFiles(
    exchange: Exchange,
    directives: readonly NginxDirective[],
    location: NginxLocation | undefined,
    path: string,
    tries: NginxDirective,
  ): void {
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
    if (fallback.startsWith('=')) this.router.fail(exchange, directives, Number(fallback.slice(1)));
    else if (fallback.startsWith('@')) this.router.answerNamed(exchange, directives, fallback);
    else {
      const [target = '', query] = expandVariables(fallback, exchange.asked).split('?');
      if (query !== undefined) exchange.asked.query = query === '' ? '' : `?${query}`;
      this.router.redirectInternally(exchange, directives, target);
    }
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
    if (access === 'forbidden') this.router.fail(exchange, directives, 403);
    else if (node?.kind === 'file' && !path.endsWith('/'))
      this.answers.sendNode(exchange, directives, file, node);
    else if (node?.kind !== 'directory') this.router.fail(exchange, directives, 404);
    else if (!path.endsWith('/'))
      this.answers.sendRedirect(
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
    if (index !== undefined) this.router.redirectInternally(exchange, directives, `${path}${index}`);
    else if (lastOf(directives, 'autoindex')?.args[0] === 'on') {
      const links = this.disk
        .list(directory)
        .map((name) => `<a href="${encodePath(name)}">${escapeHtml(name)}</a>`);
      const title = `Index of ${escapeHtml(path)}`;
      this.answers.send(
        exchange,
        directives,
        200,
        'text/html',
        `<html><head><title>${title}</title></head><body><h1>${title}</h1><pre>${links.join('\n')}</pre></body></html>`,
      );
    } else this.router.fail(exchange, directives, 403);
  }
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
