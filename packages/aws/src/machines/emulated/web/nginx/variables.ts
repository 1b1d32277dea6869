import type { IncomingMessage } from 'node:http';
import { forwardedFor } from '../reverse-proxy';
import { lastOf, type NginxServer } from './config';

/** A variable of nginx's own; undefined for one that it does not know. */
export function variableOf(
  name: string,
  request: IncomingMessage,
  server: NginxServer,
  host: string,
  port: number,
): string | undefined {
  const header = /^http_(\w+)$/.exec(name)?.[1]?.replace(/_/g, '-');
  if (header !== undefined) return String(request.headers[header] ?? '');
  const isSecure = 'encrypted' in request.socket;
  const root = lastOf(server.scopes.flat(), 'root')?.args[0] ?? '/etc/nginx/html';
  const values: Readonly<Record<string, string>> = {
    host: host.replace(/:\d+$/, '').toLowerCase(),
    hostname: server.names[0] ?? '',
    server_name: server.names[0] ?? '',
    server_port: String(port),
    scheme: isSecure ? 'https' : 'http',
    https: isSecure ? 'on' : '',
    request_uri: request.url ?? '/',
    request_method: request.method ?? 'GET',
    request: `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    server_protocol: `HTTP/${request.httpVersion}`,
    remote_addr: request.socket.remoteAddress ?? '',
    proxy_add_x_forwarded_for: forwardedFor(request),
    document_root: root,
    request_filename: `${root}${(request.url ?? '/').replace(/\?.*$/, '')}`,
  };
  return values[name];
}
