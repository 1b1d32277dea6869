import type { IncomingMessage, ServerResponse } from 'node:http';
import { lastOf } from './config';
import type { NginxDirective } from './parse';
import { expandVariables, type NginxRequest } from './rewrite';

/** Whether an answer of that type is to be compressed for this client. */
export function compresses(
  { headers }: IncomingMessage,
  directives: readonly NginxDirective[],
  type: string,
): boolean {
  if (lastOf(directives, 'gzip')?.args[0] !== 'on' || headers.range !== undefined) return false;
  if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return false;
  const types = directives.filter(({ name }) => name === 'gzip_types').flatMap(({ args }) => args);
  return type === 'text/html' || types.includes(type) || types.includes('*');
}

/** A time of nginx, as in `30d` or `1h30m`, in seconds. */
export function parseTime(text: string): number {
  const units: Readonly<Record<string, number>> = {
    ...{ s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000, y: 31_536_000 },
  };
  const parts = [...text.matchAll(/(\d+)([smhdwMy]?)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit || 's'] ?? 1), 0);
}

/** A media type with the `charset` of the configuration. */
export function withCharset(type: string, directives: readonly NginxDirective[]): string {
  const charset = lastOf(directives, 'charset')?.args[0];
  return charset && charset !== 'off' && type.startsWith('text/') ? `${type}; charset=${charset}` : type;
}

/** `add_header`, for the statuses that each is for. */
export function applyHeaders(
  response: ServerResponse,
  directives: readonly NginxDirective[],
  status: number,
  asked: NginxRequest,
): void {
  const good = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];
  for (const { name, args } of directives) {
    if (name !== 'add_header' || !(good.includes(status) || args[2] === 'always')) continue;
    const value = expandVariables(args[1] ?? '', asked);
    // One that comes to nothing is not sent.
    if (value !== '') response.appendHeader(args[0] ?? '', value);
  }
}
