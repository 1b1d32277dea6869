import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disk } from '../disk/disk';
import { monthName } from '../system/months';

const ROTATE_AT = 8 * 1024 * 1024;

/** Appends to a log of the disk. A log that grew large is moved to `<log>.1`, so that a long run stays in memory. */
export function appendLog(disk: Disk, path: string, text: string): void {
  const node = disk.find(path);
  if (node?.kind === 'file' && node.size > ROTATE_AT) {
    disk.write(`${path}.1`, disk.read(path));
    disk.write(path, new Uint8Array());
  }
  const directory = path.slice(0, path.lastIndexOf('/'));
  // A web server does not make a log directory that was removed under it, and goes on without.
  if (disk.has(directory)) disk.append(path, text);
}

/** A request in the `combined` format that Apache and nginx share. */
export function combinedLine(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  at: Date,
  common = false,
): string {
  const client = request.socket.remoteAddress ?? '-';
  const size = response.getHeader('content-length') ?? 0;
  const bytes = request.method === 'HEAD' || response.statusCode === 304 || size === 0 ? '-' : size;
  const head = `${client} - - [${formatLogTime(at)}] "${request.method} ${escapeQuotes(target)} HTTP/${request.httpVersion}" ${response.statusCode} ${bytes}`;
  if (common) return `${head}\n`;
  const quoted = (value: string | undefined) => `"${escapeQuotes(value ?? '-')}"`;
  return `${head} ${quoted(request.headers.referer)} ${quoted(request.headers['user-agent'])}\n`;
}

/** As in `23/Nov/2026:13:00:00 +0000`. */
export function formatLogTime(date: Date): string {
  const month = monthName(date);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${month}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

function escapeQuotes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a client must not forge lines of the log
  return text.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f]/g, '?');
}
