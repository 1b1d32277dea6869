import type { Disk } from '../disk';
import { type Identity, identityOf } from '../disk-access';
import { MISSED_DIRECTIVES } from './apache-directives';
import { type AllowOverride, NO_OVERRIDE, readAllowOverride, readOverrides } from './apache-overrides';
import {
  ApacheConfigError,
  type ConfigNode,
  type Directive,
  globMatcher,
  parseApacheConfig,
  type Section,
  serverPath,
} from './apache-parse';
import { Proxies } from './apache-proxies';
import { DEFAULT_MIME_TYPES, parseMimeTypes } from './mime-types';
import { compilePattern } from './pattern';
import { type RewriteRules, readRewriteRules } from './rewrite';

export interface HeaderRule {
  always: boolean;
  action: 'set' | 'add' | 'append' | 'merge' | 'unset' | 'setifempty';
  name: string;
  value: string;
}

/** What holds for one request, after all sections that match it were merged. */
export interface Settings {
  directoryIndex: readonly string[];
  errorDocuments: ReadonlyMap<number, string>;
  headers: readonly HeaderRule[];
  indexes: boolean;
  granted: boolean;
  fallback: string | undefined;
  charset: string | undefined;
  forceType: string | undefined;
  types: ReadonlyMap<string, string>;
  directorySlash: boolean;
  allowOverride: AllowOverride;
  /** The rules of the innermost directory that has some, and that directory. */
  rewrite: { rules: RewriteRules; directory: string } | undefined;
  /** Media types that are compressed; `*` for all. */
  deflates: ReadonlySet<string>;
  /** Rules of mod_expires by media type; the empty type is the default. */
  expires: ReadonlyMap<string, string>;
  expiresActive: boolean;
  hasEtag: boolean;
  /** The realm that a user must log in to. */
  login: string | undefined;
  realm: string;
  /** `Order`, `Allow` and `Deny` of mod_access_compat. */
  compat: { order: string; allows: boolean; denies: boolean };
}

interface Mapping {
  match: RegExp;
  /** For an Alias: the rest of the path follows the target. */
  target: string;
}

interface Redirect {
  match: RegExp;
  status: number;
  target: string;
}

interface SiteSection {
  section: Section;
  applies: (filePath: string, urlPath: string) => boolean;
  order: number;
  rewrite?: { rules: RewriteRules; directory: string };
}

/** The main server, or a virtual host with all of the main server's settings below its own. */
export class Site {
  readonly names: readonly string[];
  readonly documentRoot: string;
  readonly aliases: readonly Mapping[];
  readonly redirects: readonly Redirect[];
  readonly errorLog: string;
  readonly accessLog: { path: string; common: boolean } | undefined;
  readonly rewrite: RewriteRules | undefined;
  readonly proxies: Proxies;
  private readonly top: readonly Directive[];
  private readonly sections: readonly SiteSection[];
  private readonly base: Settings;

  constructor(
    private readonly disk: Disk,
    nodes: readonly ConfigNode[],
    own: readonly ConfigNode[],
    types: ReadonlyMap<string, string>,
  ) {
    // A virtual host does not inherit rules.
    this.rewrite = readRewriteRules(own);
    this.proxies = new Proxies([...own, ...nodes]);
    this.top = nodes.filter((node): node is Directive => node.kind === 'directive');
    const ownDirectives = own.filter((node): node is Directive => node.kind === 'directive');
    this.names = ownDirectives
      .filter(({ name }) => name === 'servername' || name === 'serveralias')
      .flatMap(({ args }) =>
        args.map((arg) =>
          arg
            .replace(/:\d+$/, '')
            .replace(/^https?:\/\//, '')
            .toLowerCase(),
        ),
      );
    this.documentRoot = trimSlash(serverPath(this.last('documentroot')?.args[0] ?? '/var/www/html'));
    this.errorLog = serverPath(this.last('errorlog')?.args[0] ?? 'logs/error_log');
    const log = this.last('customlog') ?? this.last('transferlog');
    const target = log?.args[0];
    this.accessLog =
      target === undefined || target.startsWith('|')
        ? undefined
        : { path: serverPath(target), common: log?.args[1] === 'common' };
    this.aliases = [...ownDirectives, ...this.top].flatMap(toAlias);
    this.redirects = this.top.flatMap(toRedirect);
    this.sections = nodes.filter((node) => node.kind === 'section').flatMap(toSiteSection);
    this.base = this.top.reduce(mergeDirective, {
      directoryIndex: ['index.html'],
      errorDocuments: new Map(),
      headers: [],
      indexes: false,
      granted: true,
      fallback: undefined,
      charset: undefined,
      forceType: undefined,
      types,
      directorySlash: true,
      allowOverride: NO_OVERRIDE,
      rewrite: undefined,
      deflates: new Set<string>(),
      expires: new Map(),
      expiresActive: false,
      hasEtag: true,
      login: undefined,
      realm: '',
      compat: { order: 'deny,allow', allows: false, denies: false },
    });
  }

  /**
   * Merged as Apache does: directories from the shortest on, each with its `.htaccess`, then files, then locations.
   * @throws ApacheConfigError for a `.htaccess` that Apache would not take
   */
  settingsFor(filePath: string, urlPath: string): Settings {
    return [...this.sections, ...this.overridesFor(filePath, urlPath)]
      .filter(({ applies }) => applies(filePath, urlPath))
      .sort((a, b) => a.order - b.order)
      .reduce(mergeSection, this.base);
  }

  private overridesFor(filePath: string, urlPath: string): SiteSection[] {
    const names = filePath.split('/');
    return names.flatMap((_, index) => {
      const directory = names.slice(0, index + 1).join('/');
      const file = `${directory}/.htaccess`;
      if (this.disk.find(file)?.kind !== 'file') return [];
      const { allowOverride } = this.sections
        .filter(({ applies, order }) => order < FILES_ORDER && applies(directory || '/', urlPath))
        .sort((a, b) => a.order - b.order)
        .reduce(mergeSection, this.base);
      if (allowOverride.size === 0) return [];
      const children = readOverrides(this.disk, file, allowOverride);
      const section: Section = {
        kind: 'section',
        name: 'htaccess',
        args: [directory],
        children,
        file,
        line: 0,
      };
      const sections = children
        .filter((node): node is Section => node.kind === 'section')
        .flatMap(toSiteSection);
      return [
        { section, applies: () => true, order: directory.length + 0.5, ...rewriteOf(section, directory) },
        ...sections,
      ];
    });
  }

  /** The file that a path of the URL means. */
  filePath(urlPath: string): string {
    for (const { match, target } of this.aliases) {
      const found = match.exec(urlPath);
      if (found)
        return `${target.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '')}${found.groups?.rest ?? ''}`;
    }
    return `${this.documentRoot}${urlPath}`;
  }

  private last(name: string): Directive | undefined {
    return this.top.findLast((directive) => directive.name === name);
  }
}

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
  /** Directives that have no effect here though a visitor would see theirs. */
  missed: readonly string[];
}

/** @throws ApacheConfigError with Apache's message */
export function loadApacheConfig(disk: Disk, file = '/etc/httpd/conf/httpd.conf'): ApacheConfig {
  const nodes = parseApacheConfig(disk, file);
  const isVirtualHost = (node: ConfigNode): node is Section =>
    node.kind === 'section' && node.name === 'virtualhost';
  const common = nodes.filter((node) => !isVirtualHost(node));
  const directives = common.filter((node): node is Directive => node.kind === 'directive');
  const types = readTypes(disk, directives);
  const main = new Site(disk, common, common, types);
  const documentRoot = directives.findLast(({ name }) => name === 'documentroot');
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
    ports: section.args.map((address) => {
      const port = /:(\d+|\*)$/.exec(address)?.[1];
      return port === undefined || port === '*' ? ('*' as const) : Number(port);
    }),
    site: new Site(disk, [...common, ...section.children], section.children, types),
  }));
  const userName = directives.findLast(({ name }) => name === 'user')?.args[0] ?? 'apache';
  const groupName = directives.findLast(({ name }) => name === 'group')?.args[0];
  return {
    ports,
    identity: identityOf(disk, userName, groupName),
    main,
    virtualHosts,
    server: serverHeader(directives.findLast(({ name }) => name === 'servertokens')?.args[0] ?? 'full'),
    keepsAlive: directives.findLast(({ name }) => name === 'keepalive')?.args[0]?.toLowerCase() !== 'off',
    missed: [...new Set(findMissed(nodes))],
  };
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
  const named = candidates.find(({ site }) => site.names.some((pattern) => globMatcher(pattern).test(name)));
  return (named ?? candidates[0])?.site ?? config.main;
}

function mergeSection(settings: Settings, { section, rewrite }: SiteSection): Settings {
  const merged = section.children.reduce(mergeNode, settings);
  if (rewrite === undefined) return merged;
  const isOn = rewrite.rules.isOn ?? settings.rewrite?.rules.isOn;
  return { ...merged, rewrite: { ...rewrite, rules: { ...rewrite.rules, isOn } } };
}

function rewriteOf(section: Section, directory: string): Pick<SiteSection, 'rewrite'> {
  const rules = readRewriteRules(section.children);
  return rules === undefined ? {} : { rewrite: { rules, directory } };
}

function mergeNode(settings: Settings, node: ConfigNode): Settings {
  if (node.kind === 'directive') return mergeDirective(settings, node);
  if (node.name === 'requireall' || node.name === 'requireany')
    return node.children.reduce(mergeNode, settings);
  return settings;
}

function mergeDirective(settings: Settings, { name, args }: Directive): Settings {
  const [first = ''] = args;
  switch (name) {
    case 'directoryindex':
      return { ...settings, directoryIndex: first === 'disabled' ? [] : args };
    case 'errordocument':
      return {
        ...settings,
        errorDocuments: new Map(settings.errorDocuments).set(Number(first), args.slice(1).join(' ')),
      };
    case 'header':
      return { ...settings, headers: [...settings.headers, ...toHeaderRule(args)] };
    case 'options':
      return { ...settings, indexes: mergeIndexes(settings.indexes, args) };
    case 'require':
      return mergeRequire(settings, args);
    case 'authname':
      return { ...settings, realm: first };
    case 'order':
      return { ...settings, compat: { order: args.join('').toLowerCase(), allows: false, denies: false } };
    case 'allow':
      return { ...settings, compat: { ...settings.compat, allows: true } };
    case 'deny':
      return args[1]?.toLowerCase() === 'all'
        ? { ...settings, compat: { ...settings.compat, denies: true } }
        : settings;
    case 'allowoverride':
      return { ...settings, allowOverride: readAllowOverride(args) };
    case 'addoutputfilterbytype':
      return first.toUpperCase().split(';').includes('DEFLATE')
        ? { ...settings, deflates: new Set([...settings.deflates, ...args.slice(1)]) }
        : settings;
    case 'setoutputfilter':
      return first.toUpperCase().split(';').includes('DEFLATE')
        ? { ...settings, deflates: new Set(['*']) }
        : settings;
    case 'expiresactive':
      return { ...settings, expiresActive: first.toLowerCase() === 'on' };
    case 'expiresbytype':
      return { ...settings, expires: new Map(settings.expires).set(first, args.slice(1).join(' ')) };
    case 'expiresdefault':
      return { ...settings, expires: new Map(settings.expires).set('', args.join(' ')) };
    case 'fileetag':
      return { ...settings, hasEtag: first.toLowerCase() !== 'none' };
    case 'fallbackresource':
      return { ...settings, fallback: first === 'disabled' ? undefined : first };
    case 'adddefaultcharset':
      return { ...settings, charset: charsetOf(first) };
    case 'forcetype':
      return { ...settings, forceType: first.toLowerCase() === 'none' ? undefined : first };
    case 'addtype': {
      const types = new Map(settings.types);
      for (const suffix of args.slice(1)) types.set(suffix.replace(/^\./, '').toLowerCase(), first);
      return { ...settings, types };
    }
    case 'directoryslash':
      return { ...settings, directorySlash: first.toLowerCase() !== 'off' };
    default:
      return settings;
  }
}

function mergeRequire(settings: Settings, args: readonly string[]): Settings {
  const text = args.join(' ').toLowerCase();
  if (/^(?:valid-user|user|group)\b/.test(text)) return { ...settings, granted: true, login: settings.realm };
  return { ...settings, granted: !text.startsWith('all denied'), login: undefined };
}

/** Whether a request is let in, by `Require` and by the older `Order`, `Allow` and `Deny`. */
export function isGranted({ granted, compat }: Settings): boolean {
  if (!granted) return false;
  if (compat.order === 'allow,deny') return compat.allows && !compat.denies;
  return compat.allows || !compat.denies;
}

function mergeIndexes(before: boolean, args: readonly string[]): boolean {
  const options = args.map((option) => option.toLowerCase());
  if (options.includes('+indexes')) return true;
  if (options.includes('-indexes')) return false;
  if (options.every((option) => /^[+-]/.test(option))) return before;
  return options.includes('indexes') || options.includes('all');
}

function charsetOf(value: string): string | undefined {
  const lower = value.toLowerCase();
  if (lower === 'off') return undefined;
  return lower === 'on' ? 'iso-8859-1' : value;
}

function toHeaderRule(args: readonly string[]): HeaderRule[] {
  const always = args[0]?.toLowerCase() === 'always';
  const rest = always || args[0]?.toLowerCase() === 'onsuccess' ? args.slice(1) : args;
  const [action = '', name = '', value = ''] = rest;
  const lower = action.toLowerCase();
  switch (lower) {
    case 'set':
    case 'add':
    case 'append':
    case 'merge':
    case 'unset':
    case 'setifempty':
      return [{ always, action: lower, name, value }];
    default:
      return [];
  }
}

function toAlias({ name, args }: Directive): Mapping[] {
  const [from = '', target = ''] = args;
  if (name === 'aliasmatch') return [{ match: compilePattern(from), target: serverPath(target) }];
  if (name !== 'alias') return [];
  // `/icons/` matches what stands below it only; `/icons` matches itself too.
  const source = escapeRegExp(from);
  const match = from.endsWith('/')
    ? new RegExp(`^${source}(?<rest>.*)$`, 's')
    : new RegExp(`^${source}(?<rest>/.*)?$`, 's');
  return [{ match, target: serverPath(target) }];
}

const REDIRECT_WORDS = new Map([
  ['permanent', 301],
  ['temp', 302],
  ['seeother', 303],
  ['gone', 410],
]);

function toRedirect({ name, args }: Directive): Redirect[] {
  if (!name.startsWith('redirect')) return [];
  const [first = '', ...rest] = args;
  const status = REDIRECT_WORDS.get(first) ?? (/^\d{3}$/.test(first) ? Number(first) : undefined);
  const [from = '', target = ''] = status === undefined ? args : rest;
  const fixed = { redirectpermanent: 301, redirecttemp: 302 }[name];
  const match =
    name === 'redirectmatch'
      ? compilePattern(from)
      : new RegExp(`^${escapeRegExp(trimSlash(from))}(?<rest>/.*)?$`, 's');
  return [{ match, status: fixed ?? status ?? 302, target }];
}

const FILES_ORDER = 20_000;

/** Exact order of merging: directories by length, then patterns of them, then files, then locations. */
function toSiteSection(section: Section): SiteSection[] {
  const [first = ''] = section.args;
  const isRegExp = first === '~';
  const pattern = isRegExp ? (section.args[1] ?? '') : first;
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const by = (order: number, applies: SiteSection['applies']) => [{ section, applies, order }];
  const inDirectory = (order: number, applies: SiteSection['applies']) => [
    { section, applies, order, ...rewriteOf(section, trimSlash(pattern)) },
  ];
  switch (section.name) {
    case 'directory':
      if (isRegExp) return by(10_000, (file) => compilePattern(pattern).test(file));
      return inDirectory(pattern.length, (file) => isBelow(file, trimSlash(pattern)));
    case 'directorymatch':
      return by(10_000, (file) => compilePattern(pattern).test(file));
    case 'files':
      return by(FILES_ORDER, (file) =>
        (isRegExp ? compilePattern(pattern) : globMatcher(pattern)).test(base(file)),
      );
    case 'filesmatch':
      return by(FILES_ORDER, (file) => compilePattern(pattern).test(base(file)));
    case 'location':
      return by(30_000, (_, url) =>
        isRegExp ? compilePattern(pattern).test(url) : isBelow(url, trimSlash(pattern)),
      );
    case 'locationmatch':
      return by(30_000, (_, url) => compilePattern(pattern).test(url));
    default:
      return [];
  }
}

function isBelow(path: string, directory: string): boolean {
  if (/[*?[]/.test(directory)) {
    const depth = directory.split('/').length;
    return globMatcher(directory).test(path.split('/').slice(0, depth).join('/'));
  }
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
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
    return MISSED_DIRECTIVES.has(node.name) && !isDefault ? [`${node.name} (${node.file}:${node.line})`] : [];
  });
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
