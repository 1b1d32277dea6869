import type { IncomingMessage, ServerResponse } from 'node:http';
import { suffixOf } from '../mime-types';
import { compilePattern } from '../pattern';
import type { Settings } from './config/settings';

/** The media type of a file by its name, with the default charset. */
export function contentType(path: string, settings: Settings): string | undefined {
  const type = settings.forceType ?? settings.types.get(suffixOf(path));
  if (type === undefined) return undefined;
  const takesCharset = type === 'text/html' || type === 'text/plain';
  return takesCharset && settings.charset ? `${type}; charset=${settings.charset}` : type;
}

/** Whether an answer of that type is to be compressed for this client. */
export function isCompressed(
  { headers }: IncomingMessage,
  { deflates }: Settings,
  type: string | undefined,
): boolean {
  if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) || headers.range !== undefined) return false;
  return deflates.has('*') || deflates.has(type?.split(';')[0] ?? '');
}

/** What `Header` sets, adds and takes away. */
export function applyHeaders(response: ServerResponse, settings: Settings, status: number): void {
  for (const { always, action, name, value, replacement } of settings.headers) {
    if (!always && status >= 400) continue;
    const before = response.getHeader(name);
    if (action === 'unset') response.removeHeader(name);
    else if (action === 'edit' || action === 'edit*') {
      if (before === undefined) continue;
      const match = new RegExp(compilePattern(value), action === 'edit*' ? 'g' : '');
      const change = (text: string) => text.replace(match, replacement ?? '');
      response.setHeader(name, Array.isArray(before) ? before.map(change) : change(String(before)));
    } else if (action === 'set' || before === undefined) response.setHeader(name, value);
    else if (action === 'append' || action === 'merge')
      response.setHeader(name, `${String(before)}, ${value}`);
    else if (action === 'add') response.appendHeader(name, value);
  }
}
