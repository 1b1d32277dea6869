import type { Disk } from '../../disk/disk';
import { accessTo } from '../../disk/disk-access';
import { encodePath } from '../request-path';
import { sendBody } from '../send-file';
import type { ApacheAnswers } from './answers';
import type { ApacheConfig } from './config/config';
import { isGranted, type Settings } from './config/settings';
import { apacheListing } from './directory-listing';
import type { Exchange } from './exchange';
import { applyHeaders } from './headers';
import type { ApacheLogs } from './logs';

/** Answers with what the disk holds: files, index pages, listings. */
export class ApacheFiles {
  constructor(
    private readonly disk: Disk,
    private readonly config: () => ApacheConfig,
    private readonly answers: ApacheAnswers,
    private readonly logs: ApacheLogs,
  ) {}

  /** @param file what the path of the request means */
  sendPath(exchange: Exchange, file: string, settings: Settings): void {
    const { site, requested } = exchange;
    const node = this.disk.find(file);
    const access = accessTo(this.disk, file, this.config().identity);
    if (access === 'forbidden') {
      this.logs.logError(
        site,
        `(13)Permission denied: AH00035: access to ${requested.path} denied because search permissions are missing on a component of the path`,
      );
      this.answers.fail(exchange, 403, settings);
    } else if (node?.kind === 'directory') this.sendDirectory(exchange, file, settings);
    else if (node?.kind === 'file' && !requested.path.endsWith('/'))
      this.answers.sendNode(exchange, file, node, settings, 200);
    else if (settings.fallback !== undefined) this.sendFallback(exchange, settings);
    else this.answers.fail(exchange, 404, settings);
  }

  private sendDirectory(exchange: Exchange, directory: string, settings: Settings): void {
    const { requested, site, host } = exchange;
    if (!requested.path.endsWith('/')) {
      if (settings.directorySlash) {
        const origin = `http://${host || 'localhost'}`;
        this.answers.sendRedirect(
          exchange,
          301,
          `${origin}${encodePath(requested.path)}/${requested.query}`,
          settings,
        );
        return;
      }
    }
    if (this.sendIndex(exchange, directory, settings)) return;
    if (settings.fallback !== undefined) this.sendFallback(exchange, settings);
    else if (settings.indexes) this.sendListing(exchange, directory, settings);
    else {
      this.logs.logError(
        site,
        `AH01276: Cannot serve directory ${directory}: No matching DirectoryIndex (${settings.directoryIndex.join(',')}) found, and server-generated directory index forbidden by Options directive`,
      );
      this.answers.fail(exchange, 403, settings);
    }
  }

  /** @returns whether the directory has an index page */
  private sendIndex(exchange: Exchange, directory: string, settings: Settings): boolean {
    const { requested, site } = exchange;
    for (const index of settings.directoryIndex) {
      const path = index.startsWith('/') ? site.filePath(index) : `${directory.replace(/\/$/, '')}/${index}`;
      const node = this.disk.find(path);
      if (node?.kind !== 'file') continue;
      const url = index.startsWith('/') ? index : `${requested.path}${index}`;
      const indexSettings = site.settingsFor(path, url);
      const isReadable = accessTo(this.disk, path, this.config().identity) === 'readable';
      if (isReadable && isGranted(indexSettings))
        this.answers.sendNode(exchange, path, node, indexSettings, 200);
      else this.answers.fail(exchange, 403, settings);
      return true;
    }
    return false;
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
    sendBody(request, response, 200, apacheListing(requested.path, names));
  }

  private sendFallback(exchange: Exchange, settings: Settings): void {
    const path = exchange.site.filePath(settings.fallback ?? '');
    const node = this.disk.find(path);
    if (node?.kind === 'file') this.answers.sendNode(exchange, path, node, settings, 200);
    else this.answers.fail(exchange, 404, settings);
  }
}
