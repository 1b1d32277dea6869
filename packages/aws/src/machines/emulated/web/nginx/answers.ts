import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FileNode } from '../../disk/inode';
import { DEFAULT_MIME_TYPES, suffixOf } from '../mime-types';
import { encodeLocation } from '../request-path';
import { sendBody, sendFile } from '../send-file';
import { lastOf } from './config';
import { nginxErrorPage } from './error-pages';
import type { Exchange } from './exchange';
import { applyHeaders, compresses, parseTime, withCharset } from './headers';
import type { NginxDirective } from './parse';

const GZIP_MIN_LENGTH = 20;

/** What a request is answered with: a file, another place, or a text. */
export class NginxAnswers {
  constructor(private readonly now: () => Date) {}

  /** A file, compressed if the client and the configuration ask for it. */
  sendNode(exchange: Exchange, directives: readonly NginxDirective[], path: string, node: FileNode): void {
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

  /** @param to a path or URL; what cannot stand in a header is encoded */
  sendRedirect(exchange: Exchange, directives: readonly NginxDirective[], status: number, to: string): void {
    exchange.response.setHeader('Location', encodeLocation(to));
    this.send(exchange, directives, status, 'text/html', nginxErrorPage(status, directives));
  }

  /** @param type undefined for an answer that has none */
  send(
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
}
