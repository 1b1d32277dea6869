import type { IncomingMessage, ServerResponse } from 'node:http';

export interface FileBody {
  bytes: Uint8Array;
  mtime: Date;
  /** Undefined when the server makes none. */
  etag: string | undefined;
  contentType: string | undefined;
}

interface Range {
  start: number;
  end: number;
}

/**
 * Answers with a file, or with 304, 206, 412 or 416 as the request's conditions and Range ask (RFC 9110).
 * @param status of a whole answer: 200, or that of the error whose page this is (which takes no conditions)
 */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: FileBody,
  status = 200,
): void {
  const { bytes } = file;
  if (status !== 200) {
    if (file.contentType) response.setHeader('Content-Type', file.contentType);
    sendBody(request, response, status, bytes);
    return;
  }
  response.setHeader('Last-Modified', file.mtime.toUTCString());
  if (file.etag !== undefined) response.setHeader('ETag', file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  if (preconditionFails(request, file)) {
    response.removeHeader('Accept-Ranges');
    sendBody(request, response, 412, new Uint8Array());
    return;
  }
  if (isUnchanged(request, file)) {
    response.removeHeader('Accept-Ranges');
    response.removeHeader('Last-Modified');
    response.writeHead(304).end();
    return;
  }
  if (file.contentType) response.setHeader('Content-Type', file.contentType);
  const range = readRange(request, file);
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${bytes.length}`);
    sendBody(request, response, 416, new Uint8Array());
    return;
  }
  if (range === undefined) {
    sendBody(request, response, 200, bytes);
    return;
  }
  response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${bytes.length}`);
  sendBody(request, response, 206, bytes.subarray(range.start, range.end + 1));
}

/** Sends a whole body; for HEAD only its headers. */
export function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Uint8Array | string,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.setHeader('Content-Length', bytes.length);
  response.writeHead(status);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function preconditionFails(request: IncomingMessage, { etag, mtime }: FileBody): boolean {
  const match = request.headers['if-match'];
  if (match !== undefined) return match.trim() !== '*' && !tagsOf(match).includes(etag ?? '');
  const since = Date.parse(request.headers['if-unmodified-since'] ?? '');
  return !Number.isNaN(since) && wholeSeconds(mtime) > since;
}

function isUnchanged(request: IncomingMessage, { etag, mtime }: FileBody): boolean {
  const none = request.headers['if-none-match'];
  if (none !== undefined)
    return (
      none.trim() === '*' ||
      tagsOf(none)
        .map(withoutWeakness)
        .includes(etag ?? '')
    );
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && wholeSeconds(mtime) <= since;
}

/** One range only; a request for several gets the whole file, which RFC 9110 allows. */
function readRange(request: IncomingMessage, file: FileBody): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range?.trim() ?? '');
  if (match === null || request.method !== 'GET') return undefined;
  const condition = request.headers['if-range'];
  if (
    typeof condition === 'string' &&
    condition !== file.etag &&
    Date.parse(condition) !== wholeSeconds(file.mtime)
  )
    return undefined;
  const size = file.bytes.length;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim());
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, '');
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
