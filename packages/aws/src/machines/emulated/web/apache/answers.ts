import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Disk } from '../../disk/disk';
import { accessTo } from '../../disk/disk-access';
import type { FileNode } from '../../disk/inode';
import { encodeLocation } from '../request-path';
import { sendBody, sendFile } from '../send-file';
import type { ApacheConfig } from './config/config';
import { isGranted, type Settings } from './config/settings';
import { apacheErrorPage, apacheRedirectPage } from './error-pages';
import type { Exchange } from './exchange';
import { expiryOf } from './expires';
import { applyHeaders, contentType, isCompressed } from './headers';

/** What a request is answered with: a file, another place, or an error and its page. */
export class ApacheAnswers {
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
    private readonly config: () => ApacheConfig,
  ) {}

  /** A file, compressed if the client and the settings ask for it. */
  sendNode(
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

  /** @param target a path or URL; what cannot stand in a header is encoded */
  sendRedirect({ request, response }: Exchange, status: number, target: string, settings: Settings): void {
    const location = encodeLocation(target);
    applyHeaders(response, settings, status);
    response.setHeader('Location', location);
    response.setHeader('Content-Type', 'text/html; charset=iso-8859-1');
    sendBody(request, response, status, apacheRedirectPage(status, location));
  }

  /** An error's page: what ErrorDocument names (a local page, a text, another place), or Apache's own. */
  fail(exchange: Exchange, status: number, settings: Settings): void {
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
}
