import { compileWildcard } from 'aws-languages/wildcard';
import type { Disk } from '../../../disk/disk';
import { type Identity, identityOf } from '../../../disk/disk-access';
import { FILE_NAMES } from '../../expand-glob';
import { DEFAULT_MIME_TYPES, parseMimeTypes } from '../../mime-types';
import { MISSED_DIRECTIVES } from './directives';
import { ApacheConfigError } from './lines';
import { type ConfigNode, type Directive, parseApacheConfig, type Section, serverPath } from './parse';
import { isConditional } from './settings';
import { Site } from './site';

interface VirtualHost {
  ports: readonly (number | '*')[];
  site: Site;
}

/** A whole configuration, ready to answer requests. */
export interface ApacheConfig {
  ports: readonly number[];
  identity: Identity;
  main: Site;
  virtualHosts: readonly VirtualHost[];
  /** What the `Server` header says. */
  server: string;
  keepsAlive: boolean;
  /** Of an idle connection, in real milliseconds. */
  keepAliveTimeout: number;
  /** Directives that have no effect here though a visitor would see theirs. */
  missed: readonly string[];
}

/** @throws ApacheConfigError with Apache's message */
export function loadApacheConfig(disk: Disk, file = '/etc/httpd/conf/httpd.conf'): ApacheConfig {
  const nodes = parseApacheConfig(disk, file);
  const common = nodes.filter((node) => !isVirtualHost(node));
  const directives = common.filter((node): node is Directive => node.kind === 'directive');
  const types = readTypes(disk, directives);
  const main = new Site(disk, common, common, types);
  const last = (name: string) => directives.findLast((directive) => directive.name === name);
  const documentRoot = last('documentroot');
  if (documentRoot && disk.find(main.documentRoot)?.kind !== 'directory')
    throw new ApacheConfigError(
      `AH00526: Syntax error on line ${documentRoot.line} of ${documentRoot.file}:\nDocumentRoot '${main.documentRoot}' is not a directory, or is not readable`,
    );
  const ports = [...new Set(directives.filter(({ name }) => name === 'listen').map(toPort))];
  if (ports.length === 0)
    throw new ApacheConfigError(
      'no listening sockets available, shutting down\nAH00015: Unable to open logs',
    );
  const virtualHosts = nodes.filter(isVirtualHost).map((section) => ({
    ports: section.args.map(toVirtualPort),
    site: new Site(disk, [...common, ...section.children], section.children, types),
  }));
  return {
    ports,
    identity: identityOf(disk, last('user')?.args[0] ?? 'apache', last('group')?.args[0]),
    main,
    virtualHosts,
    server: serverHeader(last('servertokens')?.args[0] ?? 'full'),
    keepsAlive: last('keepalive')?.args[0]?.toLowerCase() !== 'off',
    keepAliveTimeout: toMilliseconds(last('keepalivetimeout')?.args[0] ?? '5'),
    missed: [...new Set(findMissed(nodes))],
  };
}

/** Seconds, or with `ms` behind them milliseconds. */
function toMilliseconds(time: string): number {
  return Number.parseInt(time, 10) * (time.endsWith('ms') ? 1 : 1000);
}

function isVirtualHost(node: ConfigNode): node is Section {
  return node.kind === 'section' && node.name === 'virtualhost';
}

function toVirtualPort(address: string): number | '*' {
  const port = /:(\d+|\*)$/.exec(address)?.[1];
  return port === undefined || port === '*' ? '*' : Number(port);
}

function serverHeader(tokens: string): string {
  const shown: Readonly<Record<string, string>> = {
    ...{
      prod: 'Apache',
      productonly: 'Apache',
      major: 'Apache/2',
      minor: 'Apache/2.4',
      min: 'Apache/2.4.62',
    },
    ...{ minimal: 'Apache/2.4.62' },
  };
  return shown[tokens.toLowerCase()] ?? 'Apache/2.4.62 (Amazon Linux)';
}

/** The site that answers on a port under a host name, as Apache chooses it. */
export function chooseSite(config: ApacheConfig, port: number, host: string): Site {
  const candidates = config.virtualHosts.filter(({ ports }) => ports.includes(port) || ports.includes('*'));
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const named = candidates.find(({ site }) =>
    site.names.some((pattern) => compileWildcard(pattern, FILE_NAMES).test(name)),
  );
  return (named ?? candidates[0])?.site ?? config.main;
}

function readTypes(disk: Disk, directives: readonly Directive[]): ReadonlyMap<string, string> {
  const file = directives.findLast(({ name }) => name === 'typesconfig')?.args[0] ?? '/etc/mime.types';
  return disk.has(serverPath(file)) ? parseMimeTypes(disk.readText(serverPath(file))) : DEFAULT_MIME_TYPES;
}

function toPort({ args, file, line }: Directive): number {
  const port = Number(/(?:^|:)(\d+)$/.exec(args[0] ?? '')?.[1]);
  if (!(port >= 1 && port <= 65_535))
    throw new ApacheConfigError(`AH00526: Syntax error on line ${line} of ${file}:\nPort must be specified`);
  return port;
}

function findMissed(nodes: readonly ConfigNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'section') return findMissed(node.children);
    const isDefault = node.name === 'scriptalias' && node.args[1] === '/var/www/cgi-bin/';
    if (node.name === 'header' && isConditional(node.args))
      return [`header with a condition (${node.file}:${node.line})`];
    return MISSED_DIRECTIVES.has(node.name) && !isDefault ? [`${node.name} (${node.file}:${node.line})`] : [];
  });
}
