import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disk } from '../../disk/disk';
import { monthName } from '../../system/months';
import { appendLog, combinedLine } from '../access-log';
import type { Site } from './config/site';

/** The logs of all sites. */
export class ApacheLogs {
  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
  ) {}

  /** @param target as the client asked for it, before any rule */
  logAccess(site: Site, request: IncomingMessage, response: ServerResponse, target: string): void {
    if (site.accessLog === undefined) return;
    const { path, common } = site.accessLog;
    appendLog(this.disk, path, combinedLine(request, response, target, this.now(), common));
  }

  /** Writes what went wrong with a request. */
  logError(site: Site, message: string): void {
    appendLog(this.disk, site.errorLog, apacheErrorLine(this.now(), 'core:error', message));
  }
}

/** A line of Apache's error log. */
export function apacheErrorLine(at: Date, level: string, message: string): string {
  const day = at.toUTCString().slice(0, 3);
  const month = monthName(at);
  const date = String(at.getUTCDate()).padStart(2, '0');
  const time = at.toISOString().slice(11, 23);
  return `[${day} ${month} ${date} ${time}000 ${at.getUTCFullYear()}] [${level}] [pid 1234:tid 1234] ${message}\n`;
}
