import type { IncomingMessage } from 'node:http';
import { formatLogTime } from '../access-log';
import { compilePattern } from '../pattern';
import { forwardedFor } from '../reverse-proxy';
import { lastOf, type NginxMap, type NginxServer } from './config';

/** The row of a map for a value: an equal one, the first expression that matches, or the default. */
export function mapValue({ rows }: NginxMap, value: string): string {
  const lower = value.toLowerCase();
  const equal = rows.find(
    ({ name }) => !name.startsWith('~') && name !== 'default' && name.toLowerCase() === lower,
  );
  const matching = rows.find(({ name }) => {
    const [, mark, pattern = ''] = /^(~\*?)(.*)$/s.exec(name) ?? [];
    return mark !== undefined && compilePattern(pattern, mark === '~*').test(value);
  });
  const row = equal ?? matching ?? rows.find(({ name }) => name === 'default');
  return row?.args[0] ?? '';
}

/** Of a request, beside what it says itself. */
export interface VariableScene {
  /** The machine's full name. */
  hostname: string;
  now: Date;
  status: number;
  /** 32 letters, the same each time. */
  requestId(): string;
}

/** A variable of nginx's own; undefined for one that it does not know. */
export function variableOf(
  name: string,
  request: IncomingMessage,
  server: NginxServer,
  host: string,
  port: number,
  { hostname, now, status, requestId }: VariableScene,
): string | undefined {
  const header = /^http_(\w+)$/.exec(name)?.[1]?.replace(/_/g, '-');
  if (header !== undefined) return String(request.headers[header] ?? '');
  const cookie = /^cookie_(\w+)$/.exec(name)?.[1];
  if (cookie !== undefined)
    return new RegExp(`(?:^|;\\s*)${cookie}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
  const isSecure = 'encrypted' in request.socket;
  const root = lastOf(server.scopes.flat(), 'root')?.args[0] ?? '/etc/nginx/html';
  const values: Readonly<Record<string, string>> = {
    host: host.replace(/:\d+$/, '').toLowerCase(),
    hostname,
    server_name: server.names[0] ?? '',
    server_port: String(port),
    scheme: isSecure ? 'https' : 'http',
    https: isSecure ? 'on' : '',
    request_uri: request.url ?? '/',
    request_method: request.method ?? 'GET',
    request: `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    server_protocol: `HTTP/${request.httpVersion}`,
    server_addr: request.socket.localAddress ?? '',
    remote_port: String(request.socket.remotePort ?? ''),
    content_type: request.headers['content-type'] ?? '',
    content_length: request.headers['content-length'] ?? '',
    time_iso8601: now.toISOString().replace(/\.\d+Z$/, '+00:00'),
    time_local: formatLogTime(now),
    msec: (now.getTime() / 1000).toFixed(3),
    status: String(status),
    nginx_version: '1.28.0',
    realpath_root: root,
    request_id: requestId(),
    remote_user: /^([^:]*):/.exec(credentialsOf(request))?.[1] ?? '',
    remote_addr: request.socket.remoteAddress ?? '',
    proxy_add_x_forwarded_for: forwardedFor(request),
    document_root: root,
    request_filename: `${root}${(request.url ?? '/').replace(/\?.*$/, '')}`,
  };
  return values[name];
}

function credentialsOf({ headers }: IncomingMessage): string {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString('utf8');
}
