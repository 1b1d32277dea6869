import type { Disk } from '../../disk/disk';
import { check, checkVariables, findMissed } from './directives';
import { NginxConfigError, type NginxDirective, parseNginxConfig } from './parse';

/** `location [modifier] pattern { … }`. */
export interface NginxLocation {
  modifier: '=' | '^~' | '~' | '~*' | '';
  pattern: string;
  directives: readonly NginxDirective[];
}

/** `listen …`. */
interface NginxListen {
  port: number;
  isDefault: boolean;
  isSecure: boolean;
  /** File and line. */
  at: string;
}

/** `server { … }`. */
export interface NginxServer {
  names: readonly string[];
  listens: readonly NginxListen[];
  /** Outermost first: those of `http`, then the server's own. */
  scopes: readonly (readonly NginxDirective[])[];
  locations: readonly NginxLocation[];
}

/** `map source $name { … }`. */
export interface NginxMap {
  source: string;
  rows: readonly NginxDirective[];
}

/** A whole configuration, ready to answer requests. */
export interface NginxConfig {
  user: string;
  ports: readonly number[];
  servers: readonly NginxServer[];
  /** Servers of each `upstream`, as in `127.0.0.1:3000`. */
  upstreams: ReadonlyMap<string, readonly string[]>;
  /** All servers of all of them, with file and line. */
  upstreamServers: readonly { address: string; at: string }[];
  /** Of each `map`, by the name of its variable. */
  maps: ReadonlyMap<string, NginxMap>;
  accessLog: string | undefined;
  errorLog: string;
  missed: readonly string[];
}

/** @throws NginxConfigError with nginx's own message */
export function loadNginxConfig(disk: Disk, file = '/etc/nginx/nginx.conf'): NginxConfig {
  const root = parseNginxConfig(disk, file);
  check(root);
  checkVariables(root);
  if (!root.some(({ name }) => name === 'events'))
    throw new NginxConfigError(`no "events" section in configuration`);
  const http = root.filter(({ name }) => name === 'http').flatMap(({ block }) => block ?? []);
  const servers = http
    .filter(({ name }) => name === 'server')
    .map((server) => toServer(http, server.block ?? []));
  checkDefaults(servers);
  const accessLog = lastOf(http, 'access_log')?.args[0] ?? '/var/log/nginx/access.log';
  return {
    user: lastOf(root, 'user')?.args[0] ?? 'nobody',
    ports: [...new Set(servers.flatMap(({ listens }) => listens.map(({ port }) => port)))],
    servers,
    upstreamServers: http
      .filter(({ name }) => name === 'upstream')
      .flatMap(({ block }) => block ?? [])
      .filter(({ name }) => name === 'server')
      .map(({ args, file: of, line }) => ({ address: args[0] ?? '', at: `${of}:${line}` })),
    upstreams: new Map(
      http
        .filter(({ name }) => name === 'upstream')
        .map(({ args, block }) => [
          args[0] ?? '',
          (block ?? [])
            .filter(
              ({ name, args: of }) => name === 'server' && !of.includes('down') && !of.includes('backup'),
            )
            .map(({ args: of }) => of[0] ?? ''),
        ]),
    ),
    maps: new Map(
      http
        .filter(({ name }) => name === 'map')
        .map(({ args, block }) => [
          (args[1] ?? '').replace(/^\$/, ''),
          { source: args[0] ?? '', rows: block ?? [] },
        ]),
    ),
    accessLog: accessLog === 'off' ? undefined : accessLog,
    errorLog:
      lastOf(http, 'error_log')?.args[0] ?? lastOf(root, 'error_log')?.args[0] ?? '/var/log/nginx/error.log',
    missed: [...new Set(findMissed(root))],
  };
}

/** Directives of which a level that has some takes none of those above it. */
const REPLACED = new Set([
  'add_header',
  'error_page',
  'proxy_set_header',
  'gzip_types',
  'index',
  'allow',
  'deny',
]);

/** All that holds in the innermost of these levels, outermost first. */
export function inherit(levels: readonly (readonly NginxDirective[])[]): NginxDirective[] {
  return levels.flatMap((level, index) => {
    const inner = new Set(levels.slice(index + 1).flatMap((other) => other.map(({ name }) => name)));
    return level.filter(({ name }) => !(REPLACED.has(name) && inner.has(name)));
  });
}

/** The last directive of that name among these. */
export function lastOf(directives: readonly NginxDirective[], name: string): NginxDirective | undefined {
  return directives.findLast((directive) => directive.name === name);
}

/** @throws NginxConfigError where two servers are the default one of a port */
function checkDefaults(servers: readonly NginxServer[]): void {
  const taken = new Set<number>();
  for (const { port, isDefault, at } of servers.flatMap(({ listens }) => uniquePorts(listens)))
    if (isDefault) {
      if (taken.has(port))
        throw new NginxConfigError(`a duplicate default server for 0.0.0.0:${port} in ${at}`);
      taken.add(port);
    }
}

/** A port stands once for IPv4 and once for IPv6. */
function uniquePorts(listens: readonly NginxListen[]): NginxListen[] {
  return listens.filter(
    (listen, index) =>
      listen.isDefault &&
      listens.findIndex(({ port, isDefault }) => isDefault && port === listen.port) === index,
  );
}

function toServer(http: readonly NginxDirective[], own: readonly NginxDirective[]): NginxServer {
  const listens = own
    .filter(({ name }) => name === 'listen')
    .map(({ args, file, line }) => {
      const port = Number(/(?:^|:)(\d+)$/.exec(args[0] ?? '')?.[1] ?? 80);
      if (port < 1 || port > 65_535)
        throw new NginxConfigError(
          `invalid port in "${args[0]}" of the "listen" directive in ${file}:${line}`,
        );
      const at = `${file}:${line}`;
      return { port, isDefault: args.includes('default_server'), isSecure: args.includes('ssl'), at };
    });
  return {
    names: own
      .filter(({ name }) => name === 'server_name')
      .flatMap(({ args }) => args.map((arg) => (arg.startsWith('~') ? arg : arg.toLowerCase()))),
    listens: listens.length > 0 ? listens : [{ port: 80, isDefault: false, isSecure: false, at: '' }],
    scopes: [http.filter(({ name }) => name !== 'server'), own.filter(({ name }) => name !== 'location')],
    locations: own.filter(({ name }) => name === 'location').map(toLocation),
  };
}

function toLocation({ args, block }: NginxDirective): NginxLocation {
  const [first = '', second] = args;
  const directives = block ?? [];
  if (second === undefined) return { modifier: '', pattern: first, directives };
  return { modifier: first as NginxLocation['modifier'], pattern: second, directives };
}
